//! HTML and CSS that widespread mail programs ignore, where the mail is the worse for it.
//!
//! The table follows <https://www.caniemail.com> as of June 2026, columns "Outlook (Windows)", whose
//! engine is Word's, and "Gmail". What merely looks plainer there (round corners, shadows,
//! `prefers-color-scheme`) is left out: nobody misses it.

use super::{
    Finding,
    css::{self, Declaration},
    html::{Html, Tag},
};

/// One thing that is ignored.
#[derive(Debug, PartialEq, Eq)]
pub struct Feature {
    /// As it stands in the HTML.
    pub(super) name: &'static str,
    /// Who ignores it, in the singular.
    pub(super) by: &'static str,
    /// What readers see then.
    pub(super) effect: &'static str,
    /// What to write instead.
    pub(super) instead: &'static str,
    find: Find,
}

/// How a feature is known.
#[derive(Debug, PartialEq, Eq)]
enum Find {
    /// By a property, whatever its value.
    Property(&'static str),
    /// By a property, or one whose name goes on after a `-`, whose value holds one of these words.
    Value(&'static str, &'static [&'static str]),
    /// By a part of the value of any property, or of those of one family.
    Part(Option<&'static str>, &'static str),
    /// By a unit behind a number in any value.
    Unit(&'static str),
    /// By an at-rule.
    AtRule(&'static str),
    /// By a tag.
    Tag(&'static str),
    /// By a style sheet that stands elsewhere.
    SheetElsewhere,
    /// By a property of a tag that is not this one, where nothing in the mail is for Outlook alone.
    ButOn(&'static str, &'static str),
    /// By a property with a negative value.
    Negative(&'static str),
}

const OUTLOOK: &str = "Outlook for Windows";
const GMAIL: &str = "Gmail";
const BOTH: &str = "Gmail, like Outlook for Windows,";

const TABLES: &str = "lay it out with table cells";

const fn feature(
    name: &'static str,
    by: &'static str,
    effect: &'static str,
    instead: &'static str,
    find: Find,
) -> Feature {
    Feature { name, by, effect, instead, find }
}

/// The table; each line's page stands above it.
static FEATURES: [Feature; 20] = [
    // https://www.caniemail.com/features/css-display-flex/
    feature(
        "`display: flex`",
        OUTLOOK,
        "what stands side by side falls apart",
        TABLES,
        Find::Value("display", &["flex", "inline-flex"]),
    ),
    // https://www.caniemail.com/features/css-display-grid/
    feature(
        "`display: grid`",
        OUTLOOK,
        "what stands side by side falls apart",
        TABLES,
        Find::Value("display", &["grid", "inline-grid"]),
    ),
    // https://www.caniemail.com/features/css-float/
    feature(
        "`float`",
        OUTLOOK,
        "what stands side by side falls apart",
        "use the attribute `align`, or table cells",
        Find::Property("float"),
    ),
    // https://www.caniemail.com/features/css-position/
    feature(
        "`position`",
        BOTH,
        "things stand elsewhere than you put them",
        TABLES,
        Find::Value("position", &["absolute", "fixed", "sticky"]),
    ),
    // https://www.caniemail.com/features/css-transform/
    feature(
        "`transform`",
        BOTH,
        "things stand elsewhere than you put them",
        "leave it out",
        Find::Property("transform"),
    ),
    // https://www.caniemail.com/features/css-column-count/
    feature("`column-count`", OUTLOOK, "there is one column", TABLES, Find::Property("column-count")),
    // https://www.caniemail.com/features/css-margin/ (note 1)
    feature(
        "a negative `margin`",
        BOTH,
        "things stand elsewhere than you put them",
        "use `padding`, or leave it out",
        Find::Negative("margin"),
    ),
    // https://www.caniemail.com/features/css-margin/ (note 4)
    feature(
        "`margin: auto`",
        OUTLOOK,
        "things stand at the left",
        "put a table with align=\"center\" around it",
        Find::Value("margin", &["auto"]),
    ),
    // https://www.caniemail.com/features/css-max-width/ (note 1)
    feature(
        "`max-width` but on tables",
        OUTLOOK,
        "lines run across the whole window",
        "put a table with width=\"600\" around it",
        Find::ButOn("max-width", "table"),
    ),
    // https://www.caniemail.com/features/css-background-image/
    feature(
        "background images",
        OUTLOOK,
        "light text on one is not to be read",
        "set `background-color` as well, on a table cell",
        Find::Part(Some("background"), "url("),
    ),
    // https://www.caniemail.com/features/css-linear-gradient/
    feature(
        "`linear-gradient`",
        OUTLOOK,
        "light text on one is not to be read",
        "set a plain `background-color`",
        Find::Part(None, "linear-gradient("),
    ),
    // https://www.caniemail.com/features/css-variables/
    feature("CSS variables", BOTH, "colours and sizes are missing", "write each value out", Find::Part(None, "var(")),
    // https://www.caniemail.com/features/css-unit-calc/
    feature("`calc()`", OUTLOOK, "sizes are missing", "write the size out", Find::Part(None, "calc(")),
    // https://www.caniemail.com/features/css-unit-rem/
    feature("the unit `rem`", OUTLOOK, "sizes are missing", "write sizes in px", Find::Unit("rem")),
    // https://www.caniemail.com/features/css-unit-vw/
    feature("the unit `vw`", OUTLOOK, "sizes are missing", "write sizes in px or %", Find::Unit("vw")),
    // https://www.caniemail.com/features/css-opacity/
    feature(
        "`opacity`",
        OUTLOOK,
        "what you hid is seen",
        "take a paler colour, or leave it out",
        Find::Property("opacity"),
    ),
    // https://www.caniemail.com/features/css-visibility/
    feature(
        "`visibility`",
        BOTH,
        "what you hid is seen",
        "leave out what nobody is to see",
        Find::Value("visibility", &["hidden", "collapse"]),
    ),
    // https://www.caniemail.com/features/css-at-import/
    feature(
        "`@import`",
        GMAIL,
        "the styles in there are missing",
        "write styles into `style` attributes",
        Find::AtRule("import"),
    ),
    // https://www.caniemail.com/features/html-link/
    feature(
        "`<link>` to a style sheet",
        GMAIL,
        "the styles in there are missing",
        "write styles into `style` attributes",
        Find::SheetElsewhere,
    ),
    // https://www.caniemail.com/features/html-svg/
    feature("`<svg>`", BOTH, "the drawing is missing", "attach it as a PNG, or leave it out", Find::Tag("svg")),
];

/// What a mail holds of all this, in the table's order.
pub(super) fn findings(html: &Html<'_>) -> Vec<Finding> {
    let styled: Vec<(Option<&Tag<'_>>, Declaration)> = html
        .tags
        .iter()
        .filter_map(|tag| Some((tag, tag.get("style")?)))
        .flat_map(|(tag, style)| css::declarations(style).into_iter().map(move |one| (Some(tag), one)))
        .collect();
    let (sheets, at_rules): (Vec<_>, Vec<_>) = html.sheets.iter().map(|sheet| css::sheet(sheet)).unzip();
    let declared: Vec<_> = styled.into_iter().chain(sheets.into_iter().flatten().map(|one| (None, one))).collect();
    let at_rules = at_rules.concat();
    let holds = |feature: &&Feature| match feature.find {
        Find::AtRule(name) => at_rules.iter().any(|known| known == name),
        Find::Tag(name) => html.tags.iter().any(|tag| tag.name == name),
        Find::SheetElsewhere => html.tags.iter().any(leads_to_a_sheet),
        Find::ButOn(..) if html.speaks_to_outlook => false,
        _ => declared.iter().any(|(tag, declaration)| feature.find.is_in(*tag, declaration)),
    };
    FEATURES.iter().filter(holds).map(Finding::Ignored).collect()
}

impl Find {
    fn is_in(&self, tag: Option<&Tag<'_>>, Declaration { property, value }: &Declaration) -> bool {
        match self {
            Self::Property(name) => property == name && !is_initial(value),
            Self::Value(name, words) => is_of(property, name) && words_of(value).any(|word| words.contains(&word)),
            Self::Part(family, part) => family.is_none_or(|family| is_of(property, family)) && value.contains(part),
            Self::Unit(unit) => words_of(value).any(|word| has_unit(word, unit)),
            Self::ButOn(name, allowed) => {
                property == name && tag.is_some_and(|tag| tag.name != *allowed) && !is_initial(value)
            }
            Self::Negative(name) => is_of(property, name) && words_of(value).any(is_negative),
            Self::AtRule(_) | Self::Tag(_) | Self::SheetElsewhere => false,
        }
    }
}

fn leads_to_a_sheet(tag: &Tag<'_>) -> bool {
    tag.name == "link" && tag.get("rel").is_some_and(|rel| rel.to_lowercase().contains("stylesheet"))
}

/// Whether a property is one of a family: `margin-left` is of `margin`.
fn is_of(property: &str, family: &str) -> bool {
    property.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn words_of(value: &str) -> impl Iterator<Item = &str> {
    value.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '/'))
}

/// A value that asks for what is there anyway.
fn is_initial(value: &str) -> bool {
    matches!(value, "none" | "1" | "initial" | "unset" | "100%")
}

fn has_unit(word: &str, unit: &str) -> bool {
    word.strip_suffix(unit).is_some_and(|number| number.parse::<f32>().is_ok_and(|number| number != 0.0))
}

fn is_negative(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
}
