//! What stands in a value's place and is none: what a spreadsheet computes, what forms write where nobody answered. Pure.

/// `=HYPERLINK(…)`, `=A1`, `+A1`, `@SUM(A1)`: what a spreadsheet would compute; or what it writes where it could not:
/// `#REF!`, `#NV`, `Err:502`, `####`. Nobody's name begins with `=`.
pub(super) fn is_formula(cell: &str) -> bool {
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
    let is_call = |rest: &str| rest.split_once('(').is_some_and(|(name, _)| is_word(name));
    let is_computed = |rest: &str| is_of_cells(rest) || is_call(rest);
    cell.starts_with('=')
        || cell.strip_prefix(['+', '-']).is_some_and(is_computed)
        || cell.strip_prefix('@').is_some_and(is_call)
        || is_failure(cell)
}

/// What spreadsheets write where they could not compute, or where a column was too narrow.
fn is_failure(cell: &str) -> bool {
    let is_code = |rest: &str| rest.len() == 3 && rest.bytes().all(|b| b.is_ascii_digit());
    let of_excel = |rest: &str| {
        let is_sign = |c: char| c.is_uppercase() || matches!(c, '/' | '0' | '!' | '?' | '¡' | '¿' | '_');
        rest.ends_with(['!', '?']) && rest.chars().all(is_sign)
            || matches!(rest, "N/A" | "NV" | "N/D" | "N/B" | "BRAK" | "YOK" | "GETTING_DATA")
    };
    let is_narrow = cell.len() > 1 && cell.bytes().all(|b| b == b'#');
    is_narrow
        || cell.strip_prefix('#').is_some_and(of_excel)
        || ["Err:", "Fehler:"].iter().any(|word| cell.strip_prefix(word).is_some_and(is_code))
}

/// Cells and what joins them: `A1`, `$B$12`, `A1&B1`, `A1&" "&B1`, `B2+B3`.
fn is_of_cells(text: &str) -> bool {
    let is_cell = |text: &str| {
        let digits = text.trim_start_matches(|c: char| c.is_ascii_uppercase() || c == '$');
        (1..=4).contains(&(text.len() - digits.len()))
            && !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let first = text.split(['&', '+', '-', '*', '/', ':', ' ']).next().unwrap_or_default();
    let first = first.rsplit('!').next().unwrap_or_default();
    is_cell(first)
}

/// Whether it names nobody: empty, blank, joiners and marks alone, or what forms put in a name's place.
pub(super) fn is_empty_name(name: &str) -> bool {
    is_blank_name(name) || ["anonymous", "null"].contains(&name.trim().to_lowercase().as_str()) || stands_for_half(name)
}

/// Whether half a name is what forms put in its place, though the other half is one. Somebody may be called `Null`.
pub(super) fn stands_for_half(half: &str) -> bool {
    let half = half.trim();
    ["n/a", "#n/a", "info requested"].contains(&half.to_lowercase().as_str()) || half == "null"
}

/// Whether nothing is seen of a name but marks: people with one name write `-` or `.` for the other.
pub(super) fn is_blank_name(name: &str) -> bool {
    let unseen = |c: char| {
        c.is_whitespace() || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{3164}' | '\u{FEFF}')
    };
    name.chars().all(|c| unseen(c) || matches!(c, '-' | '–' | '—' | '.' | '?' | '*' | '_'))
}
