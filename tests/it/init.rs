//! `init`: the questions at a real terminal, the sample without one, and nothing ever overwritten.

use std::fs;

use roomkey::jitsi::{RsaBits, RsaKey};

use crate::support::{Sandbox, mode};

/// A signing secret of the length that is asked for.
const SIGNING: &str = "f3a9c1b27d5e4a60918273645fbeadc0";
const PASSWORD: &str = "correct horse battery staple";

/// Names of what lies in a folder, sorted.
fn names(sandbox: &Sandbox, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(sandbox.path(folder)).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A sandbox that has no secret in its environment.
fn without_secret() -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.unset("ROOMKEY_JITSI_SECRET");
    sandbox
}

#[test]
fn without_a_terminal_a_sample_is_written_that_check_takes() {
    for arguments in [&["init"][..], &["init", "--sample"]] {
        let sandbox = Sandbox::new();
        sandbox.run(arguments).is(0).says("roomkey check");
        assert_eq!(names(&sandbox, "."), [".gitignore", "attendees.csv", "event.toml", "message.md"]);
        sandbox.run(&["check", "--strict"]).is(0).says("3 people");
    }
}

#[test]
fn nothing_is_overwritten() {
    let sandbox = Sandbox::new();
    sandbox.write("event.toml", "mine");
    sandbox.run(&["init"]).is(3).says("event.toml is there already");
    assert_eq!((sandbox.read("event.toml").as_str(), names(&sandbox, ".").len()), ("mine", 1));

    let sandbox = Sandbox::new();
    sandbox.write("attendees.csv", "email,name\nada@example.org,Ada\n");
    sandbox.write(".gitignore", "*.log");
    sandbox.run(&["init"]).is(0);
    assert_eq!(sandbox.read("attendees.csv"), "email,name\nada@example.org,Ada\n");
    let ignored = sandbox.read(".gitignore");
    assert!(ignored.starts_with("*.log\n") && ignored.contains("\njitsi.secret\n"), "{ignored}");
}

#[test]
fn a_folder_is_made_whatever_its_name() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init", "next week/über uns"]).is(0).says("-e \"next week/über uns/event.toml\"");
    sandbox.run(&["check", "-e", "next week/über uns/event.toml"]).is(0);

    sandbox.write("a file", "");
    sandbox.run(&["init", "a file"]).is(3).says("a file");
}

#[cfg(target_os = "linux")]
mod at_a_terminal {
    use super::*;
    use crate::support::Terminal;

    /// Answers up to the Jitsi address, which comes next.
    fn answer_when(terminal: &mut Terminal, title: &str) {
        terminal.answer("Title", title).answer("Start", "2036-12-05T14:00").answer("End", "2036-12-05T17:00");
        terminal.answer("Time zone", "Europe/Berlin").answer("Language", "");
    }

    fn answer_jitsi(terminal: &mut Terminal) {
        terminal.answer("Jitsi address", "https://meet.example.org").answer("app_id", "workshop");
        terminal.answer_hidden("app_secret", SIGNING);
    }

    #[test]
    fn the_answers_make_an_event_that_check_takes() {
        let sandbox = without_secret();
        sandbox.write("my list.csv", "email,name\nada@example.org,Ada\n");
        let mut terminal = sandbox.in_terminal(&["init"]);
        answer_when(&mut terminal, "Rust \"für\" alle");
        answer_jitsi(&mut terminal);
        terminal.answer("Sender", "Rust Workshop <workshop@example.org>").answer("Mail server", "smtp.example.org");
        terminal.answer("port", "587").answer("Log-in", "").answer_hidden("Password", PASSWORD);
        terminal.answer("Attendee file", "my list.csv");
        let seen = terminal.ends_with(0);

        assert!(!seen.contains(SIGNING) && !seen.contains(PASSWORD), "a secret is not shown: {seen}");
        assert!(seen.contains("rust-fur-alle-2036-12-05"), "{seen}");
        assert_eq!(sandbox.read("jitsi.secret"), format!("{SIGNING}\n"));
        assert_eq!(sandbox.read("smtp.password"), format!("{PASSWORD}\n"));
        for file in ["jitsi.secret", "smtp.password"] {
            assert_eq!(mode(&sandbox.path(file)), 0o600);
            assert!(sandbox.read(".gitignore").lines().any(|line| line == file));
            assert!(!sandbox.read("event.toml").contains(SIGNING));
        }
        assert!(!sandbox.path("attendees.csv").exists(), "no example beside a file that was named");
        sandbox.run(&["check", "--strict"]).is(0).says("Rust \"für\" alle").says("1 person").says("starttls");
    }

    #[test]
    fn a_provider_s_name_stands_for_its_server() {
        let sandbox = without_secret();
        let mut terminal = sandbox.in_terminal(&["init"]);
        answer_when(&mut terminal, "Rust");
        answer_jitsi(&mut terminal);
        terminal.answer("Sender", "workshop@example.org").answer("Mail server", "ses").expect("in each region");
        terminal.answer("Mail server", "Office365").answer("Log-in", "").answer_hidden("Password", PASSWORD);
        terminal.answer("Attendee file", "");
        assert!(!terminal.ends_with(0).contains("Its port"));
        sandbox.run(&["check"]).is(0).says("smtp.office365.com").says("587").says("30/min  (preset of office365)");

        // Shared by all events, it is not asked for.
        let sandbox = without_secret();
        sandbox.write_config("[smtp]\nprovider = \"gmail\"\nuser = \"ada@gmail.com\"\n");
        let mut terminal = sandbox.in_terminal(&["init"]);
        answer_when(&mut terminal, "Rust");
        answer_jitsi(&mut terminal);
        terminal.answer("Sender", "ada@gmail.com").expect("Mail server: gmail (from ").answer("Attendee file", "");
        terminal.ends_with(0);
        sandbox.run(&["check"]).is(0).says("500  (preset of gmail)");
    }

    #[test]
    fn each_answer_is_asked_for_again_until_it_fits() {
        let sandbox = without_secret();
        let mut terminal = sandbox.in_terminal(&["init"]);
        terminal
            .answer("Title", "")
            .expect("needs an answer")
            .answer("Title", &"x".repeat(300))
            .expect("300 characters");
        terminal.answer("Title", "会议 🎉").answer("Start", "tomorrow").expect("`tomorrow`");
        terminal.answer("Start", "2036-03-30T02:30").answer("End", "2036-03-30T02:00").expect("ends before");
        terminal.answer("End", "2036-03-30T05:00").answer("Time zone", "Berlin").expect("did you mean Europe/Berlin");
        // The clocks are put forward over it: known only with the zone.
        terminal.answer("Time zone", "Europe/Berlin").expect("does not exist").answer("Start", "2036-03-31T02:30");
        terminal.answer("End", "2036-03-31T05:00").answer("Language", "klingon language").expect("en, de");
        terminal.answer("Language", "de").answer("Jitsi address", "http://meet.example.org").expect("unencrypted");
        terminal.answer("Jitsi address", "meet.example.org/acme/room").expect("more than one part");
        terminal
            .answer("Jitsi address", "meet.example.org/my-room")
            .expect("tenant")
            .types("n")
            .expect("Then the address");
        terminal.answer("app_id", "workshop").answer_hidden("app_secret", "changeme").expect("placeholder");
        terminal.answer_hidden("app_secret", SIGNING).answer("Sender", "Ada").expect("not an e-mail address");
        terminal.answer("Sender", "ada@example.org").answer("Mail server", "https://smtp").expect("host name");
        terminal.answer("Mail server", "smtp.example.org:1025").answer("TLS", "perhaps").expect("neither");
        terminal.answer("TLS", "").answer("Log-in", "-").answer("Attendee file", ".").expect("is a folder");
        terminal.answer("Attendee file", "");
        terminal.ends_with(0);
        let event = sandbox.read("event.toml");
        for line in ["url = \"https://meet.example.org\"", "port = 1025", "tls = \"starttls\"", "id = \"hui-yi"] {
            assert!(event.contains(line), "{line}: {event}");
        }
        sandbox.run(&["check"]).is(0).says("3 people");
    }

    #[test]
    fn an_ipv6_server_and_a_file_elsewhere_are_taken() {
        let sandbox = without_secret();
        sandbox.write("lists/all of them.csv", "email,name\nada@example.org,Ada\n");
        let mut terminal = sandbox.in_terminal(&["init", "next"]);
        answer_when(&mut terminal, "🎉");
        answer_jitsi(&mut terminal);
        terminal.answer("Sender", "ada@example.org").answer("Mail server", "[::1]:2525").answer("Log-in", "-");
        // Dragged from a file manager; relative to where somebody stands.
        terminal.answer("Attendee file", "'lists/all of them.csv'");
        terminal.ends_with(0);
        sandbox.run(&["check", "-e", "next/event.toml"]).is(0).says("::1").says("1 person");
        assert!(!sandbox.path("next/smtp.password").exists());
    }

    #[test]
    fn a_file_that_is_to_come_is_named_and_missed() {
        let sandbox = without_secret();
        let mut terminal = sandbox.in_terminal(&["init"]);
        answer_when(&mut terminal, "Talk");
        answer_jitsi(&mut terminal);
        terminal.answer("Sender", "ada@example.org").answer("Mail server", "localhost").answer("port", "25");
        terminal.answer("Log-in", "-").answer("Attendee file", "~/list.csv").expect("list.csv yet");
        terminal.ends_with(0);
        // `~` is spelt out: no settings file understands it.
        assert!(!sandbox.read("event.toml").contains('~') && !sandbox.path("attendees.csv").exists());
        sandbox.run(&["check"]).is(3).says("home/list.csv: there is no such file");
    }

    #[test]
    fn a_time_that_has_passed_is_warned_about() {
        let sandbox = without_secret();
        let mut terminal = sandbox.in_terminal(&["init"]);
        terminal.answer("Title", "Past").answer("Start", "2020-12-05T14:00").answer("End", "2020-12-05T17:00");
        terminal.answer("Time zone", "").expect("has passed").answer("Language", "");
    }

    #[test]
    fn what_the_users_config_says_is_not_asked() {
        let sandbox = without_secret();
        sandbox.write_config(
            "[event]\ntimezone = \"Asia/Tokyo\"\n[jitsi]\nurl = \"https://meet.example.net\"\napp_id = \"shared\"\n\
             secret_command = [\"/bin/echo\", \"f3a9c1b27d5e4a60918273645fbeadc0\"]\n\
             [mail]\nfrom = \"Club <club@example.net>\"\n[smtp]\nhost = \"smtp.example.net\"\n",
        );
        let mut terminal = sandbox.in_terminal(&["init"]);
        terminal.answer("Title", "Talk").answer("Start", "2036-12-05T14:00").answer("End", "2036-12-05T17:00");
        terminal.answer("Time zone [Asia/Tokyo]", "").answer("Language", "").expect("https://meet.example.net (from");
        terminal.answer("Sender", "").expect("smtp.example.net (from").answer("Attendee file", "");
        let seen = terminal.ends_with(0);
        assert!(!seen.contains("app_id") && !seen.contains("Password"), "{seen}");
        let checked = sandbox.run(&["check"]);
        checked.is(0).says("https://meet.example.net  (").says("config.toml:4");
        checked.says("Club <club@example.net>").says("smtp.example.net").says("Asia/Tokyo");
    }

    #[test]
    fn ctrl_c_leaves_nothing_and_says_so() {
        let sandbox = without_secret();
        let mut terminal = sandbox.in_terminal(&["init", "new"]);
        terminal.answer("Title", "Talk").expect("Start").press('\x03').expect("nothing was written");
        terminal.ends_with(130);

        // In the midst of a hidden answer: the terminal shows again what is typed.
        let mut terminal = sandbox.in_terminal(&["init", "new"]);
        answer_when(&mut terminal, "Talk");
        terminal.answer("Jitsi address", "https://meet.example.org").answer("app_id", "workshop");
        terminal.expect("app_secret").expect(": ").press('\x03').expect("nothing was written");
        terminal.ends_with(130);
        assert!(terminal.echoes());
        assert!(!sandbox.path("new").exists());
    }

    #[test]
    fn ctrl_d_leaves_nothing_and_says_so() {
        let sandbox = without_secret();
        let mut terminal = sandbox.in_terminal(&["init"]);
        terminal.answer("Title", "Talk").expect("Start").press('\x04').expect("nothing was written");
        terminal.ends_with(3);
        assert!(names(&sandbox, ".").is_empty());
    }

    #[test]
    fn a_secret_file_that_is_there_is_kept() {
        let sandbox = without_secret();
        sandbox.write("jitsi.secret", &format!("{SIGNING}\n"));
        let mut terminal = sandbox.in_terminal(&["init"]);
        answer_when(&mut terminal, "Talk");
        terminal.answer("Jitsi address", "https://meet.example.org").answer("app_id", "workshop").expect("is kept");
        terminal.answer("Sender", "ada@example.org").answer("Mail server", "localhost:1025").answer("Log-in", "-");
        terminal.answer("Attendee file", "");
        terminal.ends_with(0);
        assert_eq!(sandbox.read("jitsi.secret"), format!("{SIGNING}\n"));
        sandbox.run(&["check"]).is(0);
    }

    const APP_ID: &str = "vpaas-magic-cookie-0123456789abcdef0123456789abcdef";

    /// Writes a key's file with a mode.
    fn write_key(sandbox: &Sandbox, name: &str, pem: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        sandbox.write(name, pem);
        fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn new_key() -> String {
        RsaKey::generate(RsaBits::B2048).private_pem().to_string()
    }

    /// Answers all that comes after the Jitsi server.
    fn answer_rest(terminal: &mut Terminal) -> String {
        terminal.answer("Sender", "ada@example.org").answer("Mail server", "localhost:1025").answer("Log-in", "-");
        terminal.answer("Attendee file", "");
        terminal.ends_with(0)
    }

    #[test]
    fn jaas_is_asked_for_an_app_id_a_key_and_its_id() {
        let sandbox = without_secret();
        write_key(&sandbox, "jaas.pem", &new_key(), 0o600);
        let mut terminal = sandbox.in_terminal(&["init"]);
        answer_when(&mut terminal, "Talk");
        terminal.answer("Jitsi address", "JaaS").answer("AppID", "workshop").expect("`app_id` is none of JaaS");
        terminal.answer("AppID", APP_ID).answer("File of the private key, in PEM form [jaas.pem]", "");
        terminal.answer("Key id", "other/4f4910").expect("none of this app").answer("Key id", "4f4910");
        let seen = answer_rest(&mut terminal);
        assert!(!seen.contains("app_secret") && !seen.contains("warning"), "{seen}");
        let event = sandbox.read("event.toml");
        for line in ["provider = \"jaas\"", "private_key_file = \"jaas.pem\"", "key_id = \"4f4910\""] {
            assert!(event.contains(line), "{line}: {event}");
        }
        assert!(sandbox.read(".gitignore").lines().any(|line| line == "jaas.pem"));
        assert!(!sandbox.path("jitsi.secret").exists() && !event.contains("PRIVATE"), "{event}");
        sandbox.run(&["check", "--strict"]).is(0).says("RS256").says(&format!("https://8x8.vc/{APP_ID}"));
        let link = sandbox.run(&["link", "ada@example.org"]).is(0).stdout.clone();
        assert!(link.starts_with(&format!("https://8x8.vc/{APP_ID}/talk?jwt=")), "{link}");
    }

    #[test]
    fn an_address_or_an_app_id_tells_jaas_too_and_what_is_missing_is_said() {
        for answer in [APP_ID.to_owned(), format!("https://8x8.vc/{APP_ID}/some-room")] {
            let sandbox = without_secret();
            let mut terminal = sandbox.in_terminal(&["init"]);
            answer_when(&mut terminal, "Talk");
            terminal.answer("Jitsi address", &answer).answer("File of the private key", "");
            terminal.expect("warning: jitsi.pem is named in event.toml and cannot sign yet: there is no file");
            terminal.answer("Key id", "-").expect("`key_id` is missing");
            let seen = answer_rest(&mut terminal);
            assert!(!seen.contains("tenant") && !seen.contains("AppID of JaaS"), "{seen}");
            sandbox.run(&["check"]).is(3).says("there is no file");
            write_key(&sandbox, "jitsi.pem", &new_key(), 0o600);
            sandbox.run(&["check"]).is(3).says("`key_id` is missing");
            let event = sandbox.read("event.toml").replace("# key_id =", "key_id =");
            sandbox.write("event.toml", &event);
            sandbox.run(&["check", "--strict"]).is(0).says(APP_ID);
        }
    }

    #[test]
    fn a_private_key_may_be_named_where_the_secret_is_asked_for() {
        let sandbox = without_secret();
        sandbox.run(&["keys", "new", "keys"]).is(0);
        let set: serde_json::Value = serde_json::from_str(&sandbox.read("keys/jwks.json")).unwrap();
        let made = set["keys"][0]["kid"].as_str().unwrap();
        fs::copy(sandbox.path("keys/private.pem"), sandbox.path("my key")).unwrap();
        // By the word, by a path with the right ending, by any file that holds a key; where the public half lies
        // beside it, its id is known.
        for (folder, answer, key, known) in [
            ("word", "key", "keys/private.pem", true),
            ("path", "keys/private.pem", "keys/private.pem", true),
            ("file", "'my key'", "my key", false),
        ] {
            let mut terminal = sandbox.in_terminal(&["init", folder]);
            answer_when(&mut terminal, "Talk");
            terminal.answer("Jitsi address", "https://meet.example.org").answer("app_id", "workshop");
            terminal.answer_hidden("or `key` where a private key signs instead", answer);
            if answer == "key" {
                terminal.answer("File of the private key", key);
            }
            terminal.expect("event.toml will name it as /").expect(key);
            let id = if known { made } else { "workshop-2026" };
            if known {
                terminal.answer(&format!("(- for later) [{made}]"), "");
            } else {
                terminal.expect("(- for later): ").types(id);
            }
            let seen = answer_rest(&mut terminal);
            assert!(!seen.contains("warning"), "{seen}");
            let event = format!("{folder}/event.toml");
            assert!(!sandbox.read(&event).contains("\nsecret_file"), "{folder}");
            assert!(!sandbox.path(&format!("{folder}/jitsi.secret")).exists());
            sandbox.run(&["check", "--strict", "-e", &event]).is(0).says("RS256");
            sandbox.run(&["keys", "show", "-e", &event]).is(0).says(&format!("kid          {id}"));
        }
    }

    #[test]
    fn a_key_that_cannot_sign_is_told_as_check_does_and_keeps_nobody() {
        let key = new_key();
        let public = RsaKey::read(&key).unwrap().public_pem();
        let locked = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        let sandbox = without_secret();
        write_key(&sandbox, "jitsi.pem", &key, 0o644);
        write_key(&sandbox, "public.pem", &public, 0o600);
        write_key(&sandbox, "locked.pem", &locked, 0o600);
        let mut terminal = sandbox.in_terminal(&["init"]);
        answer_when(&mut terminal, "Talk");
        terminal.answer("Jitsi address", "https://meet.example.org").answer("app_id", "workshop");
        terminal.answer_hidden("app_secret", "gone.pem").expect("there is no file").expect("gone.pem");
        terminal.answer("(Enter: later) [gone.pem]", "jitsi.pem").expect("can be read by others").expect("chmod 600");
        terminal.answer("(Enter: later) [jitsi.pem]", "public.pem").expect("this is a public key");
        terminal.answer("(Enter: later) [public.pem]", SIGNING).expect("looks like the secret itself");
        terminal.answer("(Enter: later) [public.pem]", "locked.pem").expect("is encrypted").expect("openssl pkey");
        // Put right in the meantime, it is taken.
        write_key(&sandbox, "locked.pem", &key, 0o600);
        terminal.answer("(Enter: later) [locked.pem]", "").answer("Key id", "a/b");
        let seen = answer_rest(&mut terminal);
        assert!(!seen.contains("cannot sign yet"), "{seen}");
        assert!(!sandbox.read("event.toml").contains(SIGNING));
        sandbox.run(&["check", "--strict"]).is(0).says("locked.pem");
    }

    #[test]
    fn a_pasted_key_answers_no_question_and_stands_nowhere() {
        let key = new_key();
        let sandbox = without_secret();
        let mut terminal = sandbox.in_terminal(&["init"]);
        answer_when(&mut terminal, "Talk");
        terminal.answer("Jitsi address", "https://meet.example.org").answer("app_id", "workshop");
        terminal.answer_hidden("app_secret", key.trim_end()).expect("this is the key itself");
        assert!(!terminal.seen().contains(key.lines().nth(5).unwrap()), "{}", terminal.seen());
        // Again, where it is seen.
        terminal.answer("(Enter: later) [jitsi.pem]", key.trim_end()).expect("this is the key itself");
        terminal
            .answer("(Enter: later) [jitsi.pem]", "")
            .expect("jitsi.pem is named in event.toml and cannot sign yet");
        terminal.answer("Key id", "-").expect("no `key_id` is set");
        let seen = answer_rest(&mut terminal);
        let event = sandbox.read("event.toml");
        assert!(
            !seen.contains("no secret file of the name") && key.lines().all(|line| !event.contains(line)),
            "{seen}"
        );
        assert_eq!(names(&sandbox, "."), [".gitignore", "attendees.csv", "event.toml", "message.md"]);
        sandbox.run(&["check"]).is(3).says("event.toml:").says("there is no file");
    }

    #[test]
    fn jaas_for_all_events_is_not_asked_for() {
        let sandbox = without_secret();
        sandbox.write_config(&format!(
            "[jitsi]\nprovider = \"jaas\"\napp_id = \"{APP_ID}\"\nprivate_key_file = \"jaas.pem\"\nkey_id = \"4f4910\"\n"
        ));
        let mut terminal = sandbox.in_terminal(&["init"]);
        answer_when(&mut terminal, "Talk");
        terminal.expect("Jitsi address: jaas (from ");
        let seen = answer_rest(&mut terminal);
        assert!(!seen.contains("app_secret") && !seen.contains("private key"), "{seen}");
    }
}
