//! A picture beside the HTML that shows it.

use data_encoding::BASE64_MIME;
use mail_parser::{MessageParser, MimeHeaders};

use super::{CALENDAR, Desk, invite};
use crate::model::Picture;

fn octets() -> Vec<u8> {
    (0..=255).cycle().take(1000).collect()
}

fn logo() -> Picture {
    Picture {
        content_id: "logo-1@example.org".into(),
        media_type: "image/png",
        file_name: "logo.png",
        base64: BASE64_MIME.encode(&octets()),
        width: 200,
        height: 40,
        alt: "Rust Workshop".into(),
    }
}

#[test]
fn a_logo_travels_beside_the_html_that_shows_it_and_not_otherwise() {
    for calendar in [None, Some(CALENDAR.to_owned())] {
        let mut desk = Desk { logo: Some(logo()), ..Desk::new() };
        desk.invitation.calendars = calendar.map(invite).into_iter().collect();
        let without = Desk { logo: None, invitation: desk.invitation.clone(), ..Desk::new() };
        assert_eq!(desk.text(), without.text(), "the HTML does not show it");
        desk.invitation.html.push_str("<img src=\"cid:logo-1@example.org\" alt=\"\">");
        let bytes = desk.compose().unwrap().bytes;
        let message = MessageParser::default().parse(&bytes).unwrap();
        let kind = |part: &mail_parser::MessagePart<'_>| {
            let kind = part.content_type().unwrap();
            format!("{}/{}", kind.ctype(), kind.subtype().unwrap())
        };
        let kinds: Vec<_> = message.parts.iter().map(kind).collect();
        let at = kinds.iter().position(|kind| kind == "multipart/related").unwrap();
        assert_eq!(kinds[at - 1..at + 3], ["text/plain", "multipart/related", "text/html", "image/png"]);
        let picture = &message.parts[at + 2];
        assert_eq!((picture.content_id(), picture.contents()), (Some("logo-1@example.org"), &octets()[..]));
        assert!(picture.content_disposition().unwrap().is_inline());
        assert_eq!(message.html_body_count(), 1);
    }
}
