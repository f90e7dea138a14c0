//! Everything a template may refer to, as a tree: what checks and listings go by.

/// What stands behind a name.
#[derive(Debug)]
pub(super) enum Node {
    /// A text, a number, a yes or no.
    Leaf,
    /// A group of names; printing it as a whole helps nobody.
    Group(&'static [(&'static str, Node)]),
    /// Several alike.
    List(&'static Node),
    /// The row's cells, by the file's own headers.
    Row,
}

const MOMENT: Node = Node::Group(&[
    ("text", Node::Leaf),
    ("date", Node::Leaf),
    ("short", Node::Leaf),
    ("weekday", Node::Leaf),
    ("time", Node::Leaf),
    ("relative", Node::Leaf),
    ("zone", Node::Leaf),
    ("city", Node::Leaf),
    ("abbreviation", Node::Leaf),
    ("utc_text", Node::Leaf),
    ("utc_date", Node::Leaf),
    ("utc_short", Node::Leaf),
    ("utc_time", Node::Leaf),
    ("iso", Node::Leaf),
]);
const WINDOW: Node = Node::Group(&[
    ("opens", MOMENT),
    ("starts", MOMENT),
    ("ends", MOMENT),
    ("closes", MOMENT),
    ("meeting", Node::Leaf),
    ("meeting_utc", Node::Leaf),
    ("works", Node::Leaf),
    ("works_utc", Node::Leaf),
    ("brief", Node::Leaf),
    ("brief_utc", Node::Leaf),
    ("dates", Node::Leaf),
    ("zone", Node::Leaf),
    ("place", Node::Leaf),
]);

/// The names at the top.
pub(super) const NAMES: &[(&str, Node)] = &[
    (
        "attendee",
        Node::Group(&[
            ("name", Node::Leaf),
            ("first_name", Node::Leaf),
            ("last_name", Node::Leaf),
            ("email", Node::Leaf),
            ("moderator", Node::Leaf),
            ("language", Node::Leaf),
            ("number", Node::Leaf),
        ]),
    ),
    (
        "event",
        Node::Group(&[
            ("title", Node::Leaf),
            ("id", Node::Leaf),
            ("room", Node::Leaf),
            ("description", Node::Leaf),
            ("organizer", Node::Group(&[("name", Node::Leaf), ("email", Node::Leaf)])),
        ]),
    ),
    ("window", WINDOW),
    ("link", Node::Leaf),
    (
        "sessions",
        Node::List(&Node::Group(&[
            ("key", Node::Leaf),
            ("title", Node::Leaf),
            ("room", Node::Leaf),
            ("moderator", Node::Leaf),
            ("window", WINDOW),
            ("link", Node::Leaf),
        ])),
    ),
    ("several", Node::Leaf),
    ("greeting", Node::Leaf),
    ("message", Node::Leaf),
    ("note", Node::Leaf),
    ("attendance_notice", Node::Leaf),
    ("logo", Node::Group(&[("src", Node::Leaf), ("width", Node::Leaf), ("height", Node::Leaf), ("alt", Node::Leaf)])),
    ("row", Node::Row),
];

/// The node of a name within a group.
pub(super) fn find(group: &'static [(&'static str, Node)], name: &str) -> Option<&'static Node> {
    group.iter().find(|(known, _)| *known == name).map(|(_, node)| node)
}

/// The names of a group, in the order in which they are explained.
pub(super) fn names(group: &[(&'static str, Node)]) -> Vec<String> {
    group.iter().map(|(name, _)| (*name).to_owned()).collect()
}
