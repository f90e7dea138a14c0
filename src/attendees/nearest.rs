//! "Did you mean": the nearest of some names, and how a foreign text is quoted in a message.

/// Finds the candidate most like the given text, if any is like it at all. Case does not count.
pub(super) fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&given, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Puts a foreign text on one line, cut to a length that a message can bear.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let one_line = |text: &str| text.replace("\r\n", " ").replace(['\r', '\n'], " ");
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", one_line(&text[..at])),
        None => one_line(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_slip_is_recognised_and_a_stranger_is_not() {
        let known = ["E-Mail", "Name", "Firma"];
        assert_eq!(nearest("e-mial", known), Some("E-Mail"));
        assert_eq!(nearest("Telefon", known), None);
        assert_eq!(nearest("", known), None);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(shortened(&"ü".repeat(61)), format!("{}…", "ü".repeat(60)));
        assert_eq!(shortened("short"), "short");
    }
}
