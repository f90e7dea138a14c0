//! Several addresses in one cell, as people write them: `a@example.org; b@example.org`. Pure.

/// What stands between them.
const BETWEEN: [char; 4] = [',', ';', '<', '>'];

/// The pieces of a cell that may be addresses each; blanks alone are none.
pub(super) fn pieces(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(|c: char| c.is_whitespace() || BETWEEN.contains(&c)).filter(|piece| !piece.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comma_semicolon_blank_and_line_break_part_addresses() {
        for cell in
            ["a@x.org; b@x.org", "a@x.org,b@x.org", " a@x.org b@x.org ", "a@x.org\r\nb@x.org", "a@x.org,;\tb@x.org;"]
        {
            assert_eq!(pieces(cell).collect::<Vec<_>>(), ["a@x.org", "b@x.org"], "{cell:?}");
        }
        assert_eq!(pieces(" ; ").count(), 0);
    }
}
