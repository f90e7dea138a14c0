//! What holds of every reply, whatever is sent and however it is cut into packets.

use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;

/// What a reader makes of octets that come in these pieces: the replies, how it ended, and the most
/// octets that it held at a time.
fn read_all<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<RawReply>, Result<bool, Garbled>, usize) {
    let (mut reader, mut replies, mut most) = (ReplyReader::default(), Vec::new(), 0);
    for piece in pieces {
        reader.push(piece);
        let begun = reader.begun.iter().flat_map(|reply| &reply.lines).map(String::capacity).sum::<usize>();
        most = most.max(reader.line.capacity() + begun);
        loop {
            match reader.next() {
                Ok(Some(reply)) => replies.push(reply),
                Ok(None) => break,
                Err(garbled) => return (replies, Err(garbled), most),
            }
        }
    }
    (replies, Ok(reader.is_empty()), most)
}

/// The pieces between these places.
fn cut_at<'a>(bytes: &'a [u8], places: &[Index]) -> Vec<&'a [u8]> {
    let mut ends: Vec<_> = places.iter().map(|place| place.index(bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let starts = std::iter::once(0).chain(ends.clone());
    starts.zip(ends).map(|(start, end)| &bytes[start..end]).collect()
}

/// Octets among which replies, halves of them and garbage are likely.
fn any_octets() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(b"250".to_vec()),
        4 => Just(b"\r\n".to_vec()),
        2 => Just(b"250-".to_vec()),
        2 => Just(b" ".to_vec()),
        1 => Just(b"550 5.7.1 no\r\n".to_vec()),
        1 => Just(b"\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        1 => (1_usize..70).prop_map(|kilobytes| vec![b'x'; kilobytes * 1024]),
        1 => (1_usize..700).prop_map(|lines| b"250-\r\n".repeat(lines)),
        1 => (1_usize..60).prop_map(|lines| [b"250-".repeat(1000), b"\r\n".to_vec()].concat().repeat(lines)),
        3 => vec(any::<u8>(), 0..40),
    ];
    vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

/// A text as a server may write it, and as it is to be read.
fn any_text() -> impl Strategy<Value = (Vec<u8>, String)> {
    let same = |text: String| (text.clone().into_bytes(), text);
    prop_oneof![
        Just((Vec::new(), String::new())),
        "[ -~]{0,60}".prop_map(same),
        "[ -~\t]{0,20}[äß漢🦀]{1,8}[ -~]{0,20}".prop_map(same),
        "[ -~]{0,20}[\u{A0}-\u{FF}][ -~]{0,20}"
            .prop_map(|text| (text.chars().map(|c| u8::try_from(c).unwrap()).collect(), text)),
    ]
}

fn any_code() -> impl Strategy<Value = u16> {
    (1_u16..=5, 0_u16..100).prop_map(|(class, rest)| class * 100 + rest)
}

/// A reply on the wire, and as it is to be read.
fn any_reply() -> impl Strategy<Value = (Vec<u8>, RawReply)> {
    let lines =
        prop_oneof![4 => vec((any_text(), any::<bool>()), 1..6), 1 => vec((any_text(), any::<bool>()), 1..=200)];
    (any_code(), lines).prop_map(|(code, lines)| {
        let (mut bytes, last) = (Vec::new(), lines.len() - 1);
        for (n, ((text, _), crlf)) in lines.iter().enumerate() {
            bytes.extend_from_slice(code.to_string().as_bytes());
            match (n < last, text.is_empty()) {
                (true, _) => bytes.push(b'-'),
                // A last line without text may be the bare code.
                (false, true) => bytes.extend(crlf.then_some(b' ')),
                (false, false) => bytes.push(b' '),
            }
            bytes.extend_from_slice(text);
            bytes.extend_from_slice(if *crlf { b"\r\n" } else { b"\n" });
        }
        (bytes, RawReply { code, lines: lines.into_iter().map(|((_, text), _)| text).collect() })
    })
}

/// Whether a line begins as one of a reply does: written down apart from the parser.
fn is_reply_line(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.len() >= 3
        && (b'1'..=b'5').contains(&line[0])
        && line[1..3].iter().all(u8::is_ascii_digit)
        && line.get(3).is_none_or(|separator| b" \t-".contains(separator))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_octets_make_it_panic_or_hold_much(bytes in any_octets(), places in vec(any::<Index>(), 0..12)) {
        let (replies, _, most) = read_all(cut_at(&bytes, &places));
        // Latin-1 may take twice its octets as text; a vector grows by doubling.
        prop_assert!(most <= 2 * OCTETS_IN_ALL + 2 * LINE_KEPT, "{most}");
        for raw in replies {
            prop_assert!(raw.lines.len() <= LINES_IN_ALL && raw.lines.iter().all(|line| line.len() <= 2 * LINE_KEPT));
            let reply = raw.to_reply(&["250".to_owned()]);
            prop_assert!(reply.text.len() <= TEXT_KEPT && !reply.text.contains("250"));
        }
    }

    #[test]
    fn it_makes_no_difference_where_the_packets_end(bytes in any_octets(), places in vec(any::<Index>(), 0..12)) {
        let (whole, end, _) = read_all([bytes.as_slice()]);
        let (in_pieces, its_end, _) = read_all(cut_at(&bytes, &places));
        prop_assert_eq!(whole, in_pieces);
        prop_assert_eq!(end, its_end);
    }

    #[test]
    fn replies_come_back_as_they_were_written(
        replies in vec(any_reply(), 1..5),
        places in vec(any::<Index>(), 0..12),
    ) {
        let (written, expected): (Vec<_>, Vec<_>) = replies.into_iter().unzip();
        let bytes = written.concat();
        let (found, end, _) = read_all(cut_at(&bytes, &places));
        prop_assert_eq!(found, expected.clone());
        prop_assert_eq!(end, Ok(true));
        if bytes.len() < 4096 {
            let octets = bytes.chunks(1);
            prop_assert_eq!(read_all(octets).0, expected);
        }
    }

    #[test]
    fn an_enhanced_code_is_told_from_the_text(
        code in any_code(),
        class in prop_oneof![Just(2_u8), Just(4), Just(5)],
        subject in 0_u16..1000,
        detail in 0_u16..1000,
        texts in vec("([A-Za-z][ -~]{0,30}[a-z])?", 1..6),
        on_each_line in any::<bool>(),
    ) {
        let enhanced = format!("{class}.{subject}.{detail}");
        let last = texts.len() - 1;
        let line = |(n, text): (usize, &String)| {
            let own = if n == 0 || on_each_line { format!("{enhanced} ") } else { String::new() };
            format!("{code}{}{own}{text}\r\n", if n < last { '-' } else { ' ' })
        };
        let bytes: String = texts.iter().enumerate().map(line).collect();
        let (replies, ..) = read_all([bytes.as_bytes()]);
        let reply = replies[0].to_reply(&[]);
        let text = texts.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(reply, Reply { code, enhanced: Some((class, subject, detail)), text });
    }

    #[test]
    fn garbage_is_told_as_garbage(line in prop_oneof![
        vec(any::<u8>(), 0..12),
        "[0-9]{0,5}[- \tx]{0,2}[a-z]{0,4}\r?".prop_map(String::into_bytes),
    ]) {
        prop_assume!(!line.contains(&b'\n'));
        let mut reader = ReplyReader::default();
        reader.push(&line);
        reader.push(b"\n250 ok\r\n");
        prop_assert_eq!(matches!(reader.next(), Err(Garbled::NoReply(_))), !is_reply_line(&line));
        if !is_reply_line(&line) {
            reader.push(b"250 ok\r\n");
            prop_assert!(reader.next().is_err(), "nothing that follows garbage is believed");
            prop_assert!(!reader.is_empty());
        }
    }
}
