//! What templates can do beyond Tera's own filters: `wrap` and `breaks`.

use tera::{Kwargs, State, StringInput, Tera, TeraResult, Value};
use unicode_width::UnicodeWidthChar as _;

/// The width of plain text: room for a quoting mark or two within 80 columns.
const COLUMNS: usize = 72;

/// Adds our filters.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("wrap", |text: StringInput, options: Kwargs, _: &State| -> TeraResult<Value> {
        let width = options.get::<usize>("width")?.unwrap_or(COLUMNS).clamp(20, 990);
        let indent = options.get::<usize>("indent")?.unwrap_or(0).min(width / 2);
        Ok(text.inherit_safety(wrap(text.as_str(), width, indent)))
    });
    tera.register_filter("breaks", |text: StringInput, _: Kwargs, state: &State| -> TeraResult<Value> {
        let rendered = text.rendered(state)?;
        if !state.autoescaping_enabled() {
            return Ok(Value::from(rendered.as_ref()));
        }
        Ok(Value::safe_string(&rendered.replace("\r\n", "\n").replace(['\n', '\r'], "<br>\n")))
    });
}

/// Breaks lines at blanks, and puts `indent` blanks before every line that holds something. Words
/// that are longer than a line, links above all, are left whole; but where a script has no blanks
/// between words, lines end between its characters, which take two columns each.
fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut wrapped = String::with_capacity(text.len() + indent * (1 + text.len() / COLUMNS));
    for (n, line) in text.lines().enumerate() {
        if n > 0 {
            wrapped.push('\n');
        }
        let mut columns = 0;
        for word in words(line) {
            let length = word.chars().map(columns_of).sum::<usize>();
            if columns + 1 + length > width && word.chars().any(is_wide) {
                wrap_between_characters(&mut wrapped, word, &mut columns, width, indent);
                continue;
            }
            if columns > 0 && columns + 1 + length > width {
                wrapped.push('\n');
                columns = 0;
            }
            if columns == 0 {
                wrapped.extend(std::iter::repeat_n(' ', indent));
                columns = indent;
            } else {
                wrapped.push(' ');
                columns += 1;
            }
            wrapped.push_str(word);
            columns += length;
        }
    }
    wrapped
}

/// What stands between blanks; those that no line may end at, as French has before its colons, are no blanks.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_blank = |c: char| c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}');
    text.split(is_blank).filter(|word| !word.is_empty())
}

/// Breaks a text into lines of 72 columns behind a marker; the lines below the first have as many blanks.
#[must_use]
pub fn wrap_under(marker: &str, text: &str) -> String {
    let indent = marker.len();
    let lines = wrap(text, COLUMNS, indent);
    [marker, lines.get(indent..).unwrap_or_default()].concat()
}

/// Whether a character takes two columns: those of Chinese and Japanese, which need no blanks.
fn is_wide(c: char) -> bool {
    columns_of(c) == 2
}

fn columns_of(c: char) -> usize {
    if c.is_ascii() { 1 } else { c.width().unwrap_or(0) }
}

/// Marks that may not begin a line.
const CLOSING: &str = "、。，．：；！？）」』】〉》〕ー々ゃゅょっァィゥェォャュョッ";

/// Adds a word that may end at any wide character.
fn wrap_between_characters(wrapped: &mut String, word: &str, columns: &mut usize, width: usize, indent: usize) {
    if *columns == 0 {
        wrapped.extend(std::iter::repeat_n(' ', indent));
        *columns = indent;
    } else {
        wrapped.push(' ');
        *columns += 1;
    }
    let mut before_wide = true;
    for c in word.chars() {
        let may_break = (is_wide(c) || before_wide) && !CLOSING.contains(c);
        if *columns + columns_of(c) > width && may_break {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            *columns = indent;
        }
        wrapped.push(c);
        *columns += columns_of(c);
        before_wide = is_wide(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_do_not_break_where_no_line_may_end() {
        assert_eq!(wrap("lien\u{a0}: bien\u{202f}! oui", 6, 0), "lien\u{a0}:\nbien\u{202f}!\noui");
    }

    #[test]
    fn lines_break_at_blanks_and_links_stay_whole() {
        let link = format!("<https://example.org/{}>", "x".repeat(90));
        let wrapped = wrap(&format!("one two three four five {link} six\n\nseven"), 20, 0);
        assert_eq!(wrapped, format!("one two three four\nfive\n{link}\nsix\n\nseven"));
    }

    #[test]
    fn an_indent_counts_as_a_part_of_the_width() {
        assert_eq!(wrap("one two three four\n\nfive", 20, 4), "    one two three\n    four\n\n    five");
        let mut tera = Tera::default();
        register(&mut tera);
        tera.add_raw_template("a.txt", "{{ x | wrap(width=20, indent=4) }}").unwrap();
        let context = tera::context! { x => "one two three four" };
        assert_eq!(tera.render("a.txt", &context).unwrap(), "    one two three\n    four");
    }

    #[test]
    fn a_script_without_blanks_breaks_between_its_characters() {
        assert_eq!(
            wrap("会議室が閉まっております。お待ちください", 20, 0),
            "会議室が閉まっており\nます。お待ちください"
        );
        assert_eq!(wrap("リンクを開くと、エラー。", 20, 2), "  リンクを開くと、エ\n  ラー。");
        assert_eq!(wrap("リンクを開くとです。", 20, 2), "  リンクを開くとです。", "no line begins with a stop");
    }

    #[test]
    fn breaks_escape_what_they_break() {
        let mut tera = Tera::default();
        register(&mut tera);
        tera.add_raw_template("a.html", "{{ x | breaks }}").unwrap();
        tera.add_raw_template("a.txt", "{{ x | breaks }}").unwrap();
        let context = tera::context! { x => "<b>\r\n&" };
        assert_eq!(tera.render("a.html", &context).unwrap(), "&lt;b&gt;<br>\n&amp;");
        assert_eq!(tera.render("a.txt", &context).unwrap(), "<b>\r\n&");
    }
}
