//! What rows and the event say of tokens: affiliation, avatar, group, features, subject, audience, tenant.

use serde_json::{Value, json};

use crate::support::{CLOSED_PORT, EventFile, SECRET, Sandbox, SmtpServer, verify_token};

const HEADER: &str = "email,name,moderator,affiliation,avatar,group,features,subject,audience,tenant";
const OF_TOKEN: [&str; 7] = ["affiliation", "avatar", "group", "features", "subject", "audience", "tenant"];

/// A sandbox with these rows under all headers.
fn with_rows(rows: &[&str], event: &EventFile) -> Sandbox {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write("attendees.csv", &format!("{HEADER}\n{}\n", rows.join("\n")));
    event.write(&sandbox);
    sandbox
}

fn event() -> EventFile {
    EventFile::at(CLOSED_PORT)
}

/// An event that reads every one of these columns.
fn mapped(event: EventFile) -> EventFile {
    OF_TOKEN.into_iter().fold(event, |event, column| event.text("attendees.columns", column, column))
}

/// Somebody's link, and what its token says.
fn link(sandbox: &Sandbox, email: &str) -> (String, Value) {
    let link = sandbox.run(&["link", email]).is(0).stdout.trim().to_owned();
    let claims = verify_token(&link, SECRET).expect("it is signed");
    (link, claims)
}

const ADA: &str = "ada@example.org,Ada,,teacher,https://example.org/ada.png,Group B,\"recording, !livestreaming\",meet.jitsi,\
                   jitsi,beta";

#[test]
fn a_row_speaks_of_its_token_where_its_columns_are_mapped() {
    let sandbox = with_rows(&[ADA, "ben@example.org,Ben,,,,,,,,"], &mapped(event()));
    let (of_ada, claims) = link(&sandbox, "ada@example.org");
    assert!(of_ada.starts_with("https://meet.example.org/beta/rust-workshop?jwt="), "{of_ada}");
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!("meet.jitsi"), &json!("jitsi")));
    let context = &claims["context"];
    assert_eq!((&context["tenant"], &context["group"]), (&json!("beta"), &json!("Group B")));
    assert_eq!(context["features"], json!({ "recording": true, "livestreaming": false }));
    let user = &context["user"];
    assert_eq!((&user["affiliation"], &user["moderator"]), (&json!("teacher"), &json!(true)));
    assert_eq!(user["avatar"], "https://example.org/ada.png");
    // Whose cells are empty gets what everybody gets.
    let (of_ben, claims) = link(&sandbox, "ben@example.org");
    assert!(of_ben.starts_with("https://meet.example.org/rust-workshop?jwt="), "{of_ben}");
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!("meet.example.org"), &json!("workshop")));
    assert_eq!(claims["context"].as_object().unwrap().keys().collect::<Vec<_>>(), ["user"]);
    assert_eq!(claims["context"]["user"].as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "name"]);
    // What was made is told, and holds.
    sandbox
        .run(&["check"])
        .is(0)
        .says("affiliation  column 4 \"affiliation\", such as \"teacher\"")
        .says("1 moderator");
    let read = sandbox.run(&["inspect", &of_ada]);
    read.is(0).says("affiliation: teacher, a moderator").says("avatar: the picture at https://example.org/ada.png");
    read.says("group: Group B").says("unless a row says otherwise");
    sandbox.run(&["inspect", &of_ben]).is(0).says("plain attendee").says_not("avatar").says_not("group");
}

#[test]
fn the_same_headers_mean_nothing_where_they_are_not_mapped() {
    let wrong = "ben@example.org,Ben,,admin,no address,B,telepathy,UPPER,x,Not A Tenant";
    let sandbox = with_rows(&[ADA, wrong], &event());
    for email in ["ada@example.org", "ben@example.org"] {
        let (link, claims) = link(&sandbox, email);
        assert!(link.starts_with("https://meet.example.org/rust-workshop?jwt="), "{link}");
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!("meet.example.org"), &json!("workshop")));
        assert_eq!(claims["context"].as_object().unwrap().keys().collect::<Vec<_>>(), ["user"]);
        assert_eq!(claims["context"]["user"].as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "name"]);
    }
    sandbox
        .run(&["check"])
        .is(0)
        .says("for your templates only: \"affiliation\", \"avatar\"")
        .says_not("is not read as");
    // Nor where a mapping is taken back.
    OF_TOKEN.into_iter().fold(event(), |event, column| event.raw("attendees.columns", column, false)).write(&sandbox);
    assert_eq!(link(&sandbox, "ben@example.org").1["context"].as_object().unwrap().len(), 1);
}

#[test]
fn each_bad_value_has_its_line_and_a_way_out() {
    let long = format!("https://example.org/{}", "a".repeat(2000));
    let group = "g".repeat(201);
    for (cells, what, hint) in [
        (",admin,,,,,,", "`affiliation`: a server knows no affiliation `admin`", "owner, moderator or teacher"),
        (",onwer,,,,,,", "a server knows no affiliation `onwer`", "did you mean `owner`?"),
        ("no,owner,,,,,,", "`moderator` is `no` and `affiliation` is `owner`", "empty one of the two"),
        ("yes,member,,,,,,", "`moderator` is `yes` and `affiliation` is `member`", "empty one of the two"),
        (",,http://example.org/a.png,,,,,", "`avatar`: the address", "https://example.org/ada.png"),
        (&*format!(",,{long},,,,,"), "`avatar`: the address of the picture has 2020 octets", "a shorter address"),
        (&*format!(",,,{group},,,,"), "`group` is longer than 200 octets: it has 201", "shorten it"),
        (",,,,recordings,,,", "`features`: there is no feature `recordings`", "did you mean `recording`?"),
        (",,,,flip !flip,,,", "`flip` is both allowed and forbidden", "name it once"),
        (",,,,,Meet.Jitsi,,", "`subject`: it must be in lower case", "write `meet.jitsi`"),
        (",,,,,,\"a\nb\",", "`audience` contains a line break", "closing quote"),
        (",,,,,,,Acme", "`tenant`: `Acme` is not a tenant", "write `acme`"),
    ] {
        let sound = "ada@example.org,Ada,,,,,,,,";
        let sandbox = with_rows(&[sound, &format!("ben@example.org,Ben,{cells}")], &mapped(event()));
        let checked = sandbox.run(&["check"]);
        checked.is(3).says("error: attendees.csv:3: ");
        checked.says(what).says("hint: ").says(hint).says("1 problem to mend");
        assert!(!checked.said().contains("attendees.csv:2"), "{}", checked.said());
        sandbox.run(&["send", "--yes"]).is(3);
    }
}

#[test]
fn the_event_speaks_of_everybody_and_a_row_of_itself() {
    let of_event = || {
        mapped(event())
            .text("jitsi", "affiliation", "owner")
            .text("jitsi", "avatar", "https://example.org/all.png")
            .text("jitsi", "group", "all")
    };
    let rows = ["ada@example.org,Ada,,,,,,,,", "ben@example.org,Ben,no,,,,,,,", "cy@example.org,Cy,,member,,own,,,,"];
    let sandbox = with_rows(&rows, &of_event());
    let user = |email: &str| link(&sandbox, email).1["context"]["user"].clone();
    let ada = user("ada@example.org");
    assert_eq!((&ada["affiliation"], &ada["moderator"]), (&json!("owner"), &json!(true)));
    assert_eq!(ada["avatar"], "https://example.org/all.png");
    // Who is none does not become one by what is said of everybody.
    let ben = user("ben@example.org");
    assert_eq!((ben.get("affiliation"), ben.get("moderator")), (None, None));
    let cy = user("cy@example.org");
    assert_eq!((&cy["affiliation"], cy.get("moderator")), (&json!("member"), None));
    assert_eq!(link(&sandbox, "ada@example.org").1["context"]["group"], "all");
    assert_eq!(link(&sandbox, "cy@example.org").1["context"]["group"], "own");
    sandbox.run(&["check"]).is(0).says("1 moderator").says("jitsi.moderator").says("true  (default)");
    // Short claims keep what gives rights.
    of_event().text("jitsi", "claims", "minimal").write(&sandbox);
    let claims = link(&sandbox, "ada@example.org").1;
    let user = claims["context"]["user"].as_object().unwrap();
    assert_eq!(user.keys().collect::<Vec<_>>(), ["affiliation", "id", "moderator"]);
    assert_eq!(claims["context"].get("group"), None);
}

#[test]
fn everybody_may_be_a_moderator() {
    let rows = ["ada@example.org,Ada,,,,,,,,", "ben@example.org,Ben,no,,,,,,,"];
    let sandbox = with_rows(&rows, &event().raw("jitsi", "moderator", true));
    let flag = |email: &str| link(&sandbox, email).1["context"]["user"].get("moderator").cloned();
    assert_eq!((flag("ada@example.org"), flag("ben@example.org")), (Some(json!(true)), None));
    // Without such a column too.
    sandbox.write("attendees.csv", "email,name\nada@example.org,Ada\n");
    assert_eq!(flag("ada@example.org"), Some(json!(true)));
    event().raw("jitsi", "moderator", true).text("jitsi", "affiliation", "member").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("event.toml:").says("`moderator` says true").says("set the two alike");
}

#[test]
fn what_is_mailed_is_what_was_asked_for() {
    let relay = SmtpServer::obliging();
    let event = mapped(EventFile::at(relay.port()));
    let sandbox = with_rows(&[ADA, "ben@example.org,Ben,,,,,,,,"], &event);
    sandbox.run(&["send", "--yes"]).is(0);
    let mails = relay.received();
    let of = |to: &str| mails.iter().find(|mail| mail.to().contains(to)).expect("it was mailed");
    let ada = of("ada@example.org");
    assert!(ada.link().starts_with("https://meet.example.org/beta/rust-workshop?jwt="));
    assert_eq!(ada.claims()["context"]["user"]["affiliation"], "teacher");
    assert!(ada.text().contains("moderator"), "{}", ada.text());
    assert!(!of("ben@example.org").text().contains("moderator"));
}

#[test]
fn rows_of_one_person_in_two_tenants_are_no_duplicates() {
    let rows = ["ada@example.org,Ada,,,,,,,,alpha", "ada@example.org,Ada,,,,,,,,beta"];
    let sandbox = with_rows(&rows, &mapped(event()));
    sandbox.run(&["check"]).is(3).says("attendees.csv:3").says("is on line 2 already");
}

#[test]
fn a_mapped_column_must_be_there() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    event().text("attendees.columns", "group", "Team").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("group = \"Team\" under [attendees.columns]: the file has no such column");
}
