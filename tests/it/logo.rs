//! `[mail] logo`: a picture inside each mail, which asks nobody's server for anything.

use std::fs;

use crate::{
    check::copy_sample,
    support::{EventFile, ReceivedMail, Sandbox},
};

fn event(logo: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    copy_sample("rust-workshop", &sandbox);
    sandbox.write("attendees.csv", "email,name,language\nada@example.org,Ada,en\nomar@example.org,Omar,ar\n");
    EventFile::at(2525).text("mail", "logo", logo).write(&sandbox);
    sandbox
}

#[test]
fn it_travels_inside_each_mail_and_is_named_for_who_does_not_see_it() {
    let sandbox = event("logo.png");
    sandbox.run(&["send", "--dry-run"]).is(0);
    let octets = fs::read(sandbox.path("logo.png")).unwrap();
    for file in sandbox.eml_files("preview") {
        let mail = ReceivedMail::read(&file);
        let html = mail.html();
        let (_, rest) = html.split_once("src=\"cid:").unwrap();
        let id = rest.split('"').next().unwrap();
        assert_eq!(mail.picture(id).as_deref(), Some(&octets[..]));
        assert!(html.contains("alt=\"Rust Workshop\""), "{html}");
    }
}

#[test]
fn own_templates_that_do_not_show_it_do_not_carry_it() {
    let sandbox = event("logo.png");
    sandbox.run(&["templates", "--export", "templates"]).is(0);
    let file = "templates/invite.html";
    let html = fs::read_to_string(sandbox.path(file)).unwrap();
    let (before, rest) = html.split_once("{% if logo %}").unwrap();
    let (_, after) = rest.split_once("{% endif %}").unwrap();
    sandbox.write(file, &format!("{before}{after}"));
    sandbox.run(&["check"]).is(0).says("templates/invite.html does not show the logo");
    sandbox.run(&["send", "--dry-run"]).is(0);
    let mails = sandbox.eml_files("preview");
    assert!(!fs::read_to_string(&mails[0]).unwrap().contains("image/png"));
}

#[test]
fn what_cannot_be_shown_or_is_too_large_is_refused_and_nothing_is_sent() {
    let sandbox = event("logo.png");
    let refused = |octets: &[u8], what: &str| {
        fs::write(sandbox.path("logo.png"), octets).unwrap();
        sandbox.run(&["check"]).is(3).says("event.toml:").says("logo: logo.png: ").says(what).says("hint: ");
        sandbox.run(&["send", "--yes"]).is(3).says(what);
    };
    refused(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it is no PNG, JPEG or GIF");
    refused(b"", "it is no PNG, JPEG or GIF");
    let mut large = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/rust-workshop/logo.png")).unwrap();
    refused(&large[..20], "it is damaged");
    large.resize(2_000_000, 0);
    refused(&large, "it has 2000 kB; everybody gets a copy, so 50 kB are the most");
    fs::remove_file(sandbox.path("logo.png")).unwrap();
    sandbox.run(&["check"]).is(3).says("logo: logo.png: failed to read it: ").says("check the path");
}
