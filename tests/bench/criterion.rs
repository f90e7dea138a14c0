//! The steps of one mail, each by itself: token, words, message, ledger.
//!
//! `cargo bench --bench criterion`; the ledger lies under `target/`, on that disk.

use std::{hint::black_box, path::Path, sync::Arc, time::Duration};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use roomkey::{
    invitation::{Facts, Occasion, Rendered, Templates},
    jitsi::{Algorithm, Bearer, RsaBits, RsaKey, ServerAddress, Signer, SigningKey, SigningSecret, TokenSettings},
    ledger::{
        CampaignId, CampaignKind, Ending, Entry, Ledger, LedgerFolder, LockNote, OwnValues, PersonIdentity, RunLock,
        Terms, TermsId, Writer, WriterHandle,
    },
    message::{Entry as CalendarEntry, Letter, Method, Party, calendar, compose},
    model::{
        Address, Attendee, AttendeeKey, CalendarFile, Event, EventId, Fingerprint, Headers, Language, Locator, Mailbox,
        MessageId, Room, SubKeys, UserId, Window, parse_local_time,
    },
};
use secrecy::SecretString;
use tokio::runtime::{Builder, Runtime};

/// Mails in one commit of the ledger's.
const GROUP: u32 = 100;

criterion_group!(benches, token, words_and_message, ledger);
criterion_main!(benches);

fn token(criterion: &mut Criterion) {
    let (signer, keys) = signer();
    let (event, ada) = (event(), attendee());
    let user_id = keys.user_id(&event.id, &ada.key);
    let bearer = Bearer { user_id: &user_id, name: &ada.name, email: &ada.email, moderator: false, own: None };
    let link = signer.mint(&bearer, &ada.room, &ada.window).unwrap();
    criterion.bench_function("token/mint", |bencher| {
        bencher.iter(|| signer.mint(black_box(&bearer), &ada.room, &ada.window).unwrap());
    });
    criterion.bench_function("token/verify", |bencher| {
        bencher.iter(|| signer.verify(black_box(&link), &bearer, &ada.room, &ada.window).unwrap());
    });
    let private = SigningKey::Private(RsaKey::generate(RsaBits::B2048));
    let settings =
        TokenSettings { algorithm: Algorithm::Rs256, key_id: Some("key".into()), ..signer.settings().clone() };
    let signer = Signer::new(settings, &private).unwrap();
    criterion.bench_function("token/mint-rs256", |bencher| {
        bencher.iter(|| signer.mint(black_box(&bearer), &ada.room, &ada.window).unwrap());
    });
}

fn words_and_message(criterion: &mut Criterion) {
    let (signer, keys) = signer();
    let (event, ada) = (event(), attendee());
    let user_id = keys.user_id(&event.id, &ada.key);
    let bearer = Bearer { user_id: &user_id, name: &ada.name, email: &ada.email, moderator: false, own: None };
    let link = signer.mint(&bearer, &ada.room, &ada.window).unwrap();
    let templates = Templates::load(None).unwrap();
    let facts = Facts {
        attendee: &ada,
        further: &[],
        event: &event,
        language: &event.language,
        link: Some(&link),
        occasion: Occasion::Invite,
        calendar: false,
        note: None,
        subject_line: None,
        greeting: None,
        messages: None,
        logo: None,
        attendance_notice: false,
        now: Timestamp::UNIX_EPOCH,
    };
    criterion.bench_function("render/text and HTML", |bencher| {
        bencher.iter(|| templates.render(black_box(&facts)).unwrap());
    });
    let invitation = templates.render(&facts).unwrap().invitation;
    let message_id = keys.message_id(&event.id, &ada.key, 0, "example.org");
    let letter = Letter {
        row: 1,
        invitation: &invitation,
        logo: None,
        from: &event.organizer,
        reply_to: None,
        envelope_from: &event.organizer.address,
        to_name: &ada.name,
        to: &ada.email,
        message_id: &message_id,
        date: Timestamp::UNIX_EPOCH,
        unsubscribe: None,
        test_for: None,
    };
    criterion.bench_function("compose/MIME message, read back", |bencher| {
        bencher.iter(|| compose(black_box(&letter)).unwrap());
    });
    let facts = Facts { calendar: true, ..facts };
    criterion.bench_function("a whole mail/text, HTML, calendar and MIME message", |bencher| {
        bencher.iter(|| {
            let Rendered { mut invitation, description } = templates.render(black_box(&facts)).unwrap();
            let text = calendar(&CalendarEntry {
                method: Method::Request,
                uid: "calendar-1@example.org",
                sequence: 0,
                stamp: Timestamp::UNIX_EPOCH,
                starts: ada.window.starts(),
                ends: ada.window.ends(),
                summary: &event.title,
                description: description.as_deref().unwrap_or_default(),
                language: &event.language,
                link: link.expose(),
                organizer: Party { name: "Rust Workshop", address: &event.organizer.address },
                attendee: Some(Party { name: &ada.name, address: &ada.email }),
            });
            invitation.calendars = vec![CalendarFile { name: "invite.ics".into(), text }];
            compose(&Letter { invitation: &invitation, ..letter }).unwrap()
        });
    });
}

fn ledger(criterion: &mut Criterion) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (writer, campaign, terms) = writer(folder.path());
    let handle = writer.handle();
    let runtime = Builder::new_current_thread().build().unwrap();
    let mut row = 0;
    let mut group = || -> Vec<Arc<Entry>> {
        row += GROUP;
        (row - GROUP..row).map(|row| Arc::new(entry(row, campaign, terms))).collect()
    };
    let mut before = group();
    let mut ledger = criterion.benchmark_group("ledger");
    ledger.measurement_time(Duration::from_secs(10)).sample_size(50);
    ledger.bench_function("100 claims and the results of 100 before, durable", |bencher| {
        bencher.iter_batched(
            || {
                let begun = group();
                (std::mem::replace(&mut before, begun.clone()), begun)
            },
            |(ended, begun)| commit(&runtime, &handle, &ended, &begun),
            BatchSize::PerIteration,
        );
    });
    ledger.finish();
    writer.close().unwrap();
}

/// Records results, which go into the commit of the claims that are asked for with them, and waits for it.
fn commit(runtime: &Runtime, handle: &WriterHandle, ended: &[Arc<Entry>], begun: &[Arc<Entry>]) {
    let now = Timestamp::UNIX_EPOCH;
    let sent = || Ending::Sent { reply: "250 2.0.0 Ok: queued".into() };
    let results: Vec<_> = ended.iter().map(|entry| handle.finish(entry.clone(), sent(), now)).collect();
    let claims: Vec<_> = begun.iter().map(|entry| handle.begin(entry.clone(), now)).collect();
    runtime.block_on(async {
        for result in results {
            result.await.unwrap();
        }
        for claim in claims {
            claim.await.unwrap();
        }
    });
}

fn writer(folder: &Path) -> (Writer, CampaignId, TermsId) {
    let now = Timestamp::UNIX_EPOCH;
    let event = event();
    let note = LockNote { pid: std::process::id(), started: now, command: "criterion".into() };
    let folder = LedgerFolder::prepare(folder).unwrap();
    let mut ledger = Ledger::open(RunLock::acquire(&folder, &event.id, &note).unwrap()).unwrap();
    let campaign = ledger.campaign_begin(CampaignKind::Send, "everybody", None, now).unwrap();
    let terms = Terms {
        room: event.room.to_string(),
        starts: event.window.starts(),
        ends: event.window.ends(),
        opens: event.window.opens(),
        closes: event.window.closes(),
        zone: "Europe/Berlin".into(),
        title: event.title,
        url: "https://meet.example.org".into(),
        app_id: "workshop".into(),
        secret: Fingerprint("5ec4e7".into()),
        session: None,
        tokens: None,
    };
    let terms = ledger.terms_id(&terms, now).unwrap();
    (Writer::start(ledger).unwrap(), campaign, terms)
}

fn entry(row: u32, campaign: CampaignId, terms: TermsId) -> Entry {
    let address = Address::parse(&format!("attendee-{row}@example.org")).unwrap();
    let window = window();
    Entry {
        row,
        person: PersonIdentity {
            known: None,
            key: AttendeeKey::from_address(&address),
            name: format!("Attendee Number {row}"),
            address: address.clone(),
            user_id: UserId(format!("user-{row}")),
            calendar_uid: format!("calendar-{row}"),
        },
        mailing: None,
        campaign,
        terms,
        to: address,
        message_id: MessageId(format!("{row}@example.org")),
        room: Room::parse("rust-workshop").unwrap(),
        opens: window.opens(),
        closes: window.closes(),
        title: "Rust for Everyone".into(),
        link: Fingerprint(format!("{row:032x}")),
        sequence: 0,
        own: OwnValues::default(),
        with: Vec::new(),
    }
}

fn signer() -> (Signer, SubKeys) {
    let secret = SecretString::from("a-secret-for-figures-of-32-octets-or-so");
    let (secret, _) = SigningSecret::accept(secret).unwrap();
    let settings = TokenSettings::usual(ServerAddress::parse("https://meet.example.org").unwrap(), "workshop".into());
    let key = SigningKey::Secret(secret);
    (Signer::new(settings, &key).unwrap(), key.sub_keys())
}

fn event() -> Event {
    Event {
        id: EventId::parse("bench").unwrap(),
        title: "Rust for Everyone".into(),
        description: String::new(),
        room: Room::parse("rust-workshop").unwrap(),
        window: window(),
        language: Language::parse("en").unwrap(),
        organizer: Mailbox::parse("Rust Workshop <workshop@example.org>").unwrap(),
        sessions: Vec::new(),
    }
}

fn attendee() -> Attendee {
    let email = Address::parse("ada@example.org").unwrap();
    Attendee {
        locator: Locator { source: Arc::from("attendees.csv"), line: 2 },
        number: 1,
        key: AttendeeKey::from_address(&email),
        email,
        name: "Ada Lovelace".into(),
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        moderator: false,
        room: Room::parse("rust-workshop").unwrap(),
        own_room: false,
        window: window(),
        own_window: false,
        own_claims: None,
        timezone: None,
        language: None,
        headers: Arc::new(Headers(vec!["email".into(), "name".into()])),
        cells: vec!["ada@example.org".into(), "Ada Lovelace".into()],
    }
}

fn window() -> Window {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let at = |text| parse_local_time(text, &berlin).unwrap();
    let (before, after) = (SignedDuration::from_mins(30), SignedDuration::from_hours(2));
    Window::new(at("2036-12-05T14:00"), at("2036-12-05T17:00"), before, after, berlin.clone()).unwrap()
}
