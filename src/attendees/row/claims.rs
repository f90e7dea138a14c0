//! What a row says of its own token: affiliation, avatar, group, features, subject, audience, tenant. Pure.
//!
//! Each of them only where `[attendees.columns]` names its column, and where the cell is filled in.

use super::Row;
use crate::{
    attendees::{
        Field,
        nearest::{nearest, shortened},
    },
    model::{Affiliation, Avatar, AvatarProblem, FEATURES, Features, OwnClaims, Tenant},
};

/// The way out of a cell that is wrong, whichever.
const OR_EMPTY: &str = "leave it empty for the event's own";

impl<'a> Row<'a> {
    /// What the row says of its token; all problems are noted, and what is wrong is left out.
    pub(super) fn own_claims(&mut self) -> Option<Box<OwnClaims>> {
        let own = OwnClaims {
            affiliation: self.affiliation(),
            avatar: self.avatar(),
            group: self.line(Field::Group, OwnClaims::LONGEST_GROUP).map(str::to_owned),
            features: self.features(),
            subject: self.subject(),
            audience: self.line(Field::Audience, OwnClaims::LONGEST_CLAIM).map(str::to_owned),
            tenant: self.tenant(),
        };
        (own != OwnClaims::default()).then(|| Box::new(own))
    }

    /// Whether the token asks for a moderator's rights, which an affiliation of the row's own may say as well.
    pub(super) fn rights(&mut self, affiliation: Option<Affiliation>) -> Option<bool> {
        let moderator = self.moderator();
        let Some(affiliation) = affiliation else { return moderator };
        let (asks, said) = (affiliation.is_moderator(), self.cell(Field::Moderator));
        if said.is_empty() || moderator? == asks {
            return Some(asks);
        }
        let what = format!(
            "{} is `{}` and {} is `{}`: the one makes a moderator, the other does not",
            self.label(Field::Moderator),
            shortened(said),
            self.label(Field::Affiliation),
            affiliation.as_str()
        );
        self.note(
            what,
            "owner, moderator and teacher are moderators, a member is none: empty one of the two".to_owned(),
        );
        None
    }

    /// A filled cell of one line, not too long.
    fn line(&mut self, field: Field, most: usize) -> Option<&'a str> {
        let cell = self.cell(field);
        (!cell.is_empty() && self.is_one_line(field) && self.is_short(field, most)).then_some(cell)
    }

    /// Notes what is wrong with a cell, under its label.
    fn refuse(&mut self, field: Field, what: &str, hint: String) {
        let what = format!("{}: {what}", self.label(field));
        self.note(what, hint);
    }

    fn affiliation(&mut self) -> Option<Affiliation> {
        let cell = self.line(Field::Affiliation, OwnClaims::LONGEST_CLAIM)?;
        let found = Affiliation::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(cell));
        if found.is_none() {
            let hint = match nearest(cell, Affiliation::ALL.map(Affiliation::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write owner, moderator or teacher for a moderator, member for others; {OR_EMPTY}"),
            };
            let what = format!("a server knows no affiliation `{}`", shortened(cell));
            self.refuse(Field::Affiliation, &what, hint);
        }
        found
    }

    fn avatar(&mut self) -> Option<Avatar> {
        let cell = self.cell(Field::Avatar);
        if cell.is_empty() || !self.is_one_line(Field::Avatar) {
            return None;
        }
        let refused = |problem: AvatarProblem| (problem.to_string(), format!("{}; {OR_EMPTY}", problem.hint()));
        let read = Avatar::parse(cell).map_err(refused);
        read.map_err(|(what, hint)| self.refuse(Field::Avatar, &what, hint)).ok()
    }

    fn subject(&mut self) -> Option<String> {
        let cell = self.line(Field::Subject, OwnClaims::LONGEST_CLAIM)?;
        let lower = cell.to_lowercase();
        if lower == cell {
            return Some(lower);
        }
        let what = "it must be in lower case: it is a domain or a tenant";
        self.refuse(Field::Subject, what, format!("write `{}`", shortened(&lower)));
        None
    }

    fn tenant(&mut self) -> Option<Tenant> {
        let cell = self.line(Field::Tenant, OwnClaims::LONGEST_CLAIM)?;
        let read = Tenant::parse(cell);
        read.map_err(|problem| self.refuse(Field::Tenant, &problem.to_string(), problem.hint())).ok()
    }

    /// Names of features: one alone is allowed, one behind a `!` or `-` is not.
    fn features(&mut self) -> Option<Features> {
        let cell = self.cell(Field::Features);
        if cell.is_empty() || !self.is_one_line(Field::Features) {
            return None;
        }
        let mut named = [None; FEATURES.len()];
        let before = self.problems.len();
        let words = cell.split(|c: char| matches!(c, ',' | ';') || c.is_whitespace());
        for word in words.filter(|word| !word.is_empty()) {
            let name = word.strip_prefix(['!', '-']);
            let (name, is_allowed) = (name.unwrap_or(word), name.is_none());
            let Some(at) = FEATURES.iter().position(|known| known.eq_ignore_ascii_case(name)) else {
                self.unknown_feature(name);
                continue;
            };
            if named[at].replace(is_allowed).is_some_and(|earlier| earlier != is_allowed) {
                let what = format!("`{}` is both allowed and forbidden", FEATURES[at]);
                self.refuse(Field::Features, &what, "name it once, with a `!` before it or without".to_owned());
            }
        }
        if self.problems.len() == before && named == [None; FEATURES.len()] {
            let what = "it names no feature";
            self.refuse(Field::Features, what, format!("write names like `recording, !livestreaming`; {OR_EMPTY}"));
        }
        // In one order, so that a row's link does not change when its list is sorted otherwise.
        let features = FEATURES.into_iter().zip(named).filter_map(|(name, allowed)| Some((name, allowed?)));
        (self.problems.len() == before).then(|| features.collect())
    }

    fn unknown_feature(&mut self, name: &str) {
        let what = format!("there is no feature `{}`", shortened(name));
        let hint = match nearest(&name.replace('_', "-"), FEATURES) {
            Some(near) => format!("did you mean `{near}`?"),
            None if name.is_empty() => "put the `!` or `-` right before the name, without a blank".to_owned(),
            None => format!("known are {}", FEATURES.join(", ")),
        };
        self.refuse(Field::Features, &what, hint);
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        attendees::{
            ColumnChoice, Field, Problem, RowProblems, Rules,
            row::sample::{only_problem, read_by},
        },
        model::{Affiliation, Attendee, FEATURES, OwnClaims},
    };

    const HEADER: &str = "email,name,moderator,x";

    /// A row whose last column is mapped to a field.
    fn mapped(rules: Rules, field: Field, cells: [&str; 2]) -> Result<Attendee, Box<RowProblems>> {
        let choices = [(field, ColumnChoice::Header("x".into()))].into();
        let [moderator, cell] = cells;
        read_by(Rules { choices, ..rules }, HEADER, &["ada@example.org", "Ada", moderator, cell])
    }

    fn own(field: Field, cell: &str) -> OwnClaims {
        *mapped(Rules::for_tests(), field, ["", cell]).unwrap().own_claims.unwrap_or_default()
    }

    fn problem(field: Field, cell: &str) -> Problem {
        only_problem(mapped(Rules::for_tests(), field, ["", cell]))
    }

    #[test]
    fn columns_mean_something_only_where_they_are_mapped() {
        let header = "email,name,affiliation,avatar,group,features,subject,audience,tenant";
        let cells =
            ["ada@example.org", "Ada", "admin", "no address", "B\n2", "telepathy", "UPPER", "x", "Not A Tenant"];
        let ada = read_by(Rules::for_tests(), header, &cells).unwrap();
        assert_eq!((ada.own_claims, ada.moderator), (None, false));
        let choices = header.split(',').skip(2);
        let choices = choices.map(|key| (Field::from_key(key).unwrap(), ColumnChoice::Header(key.into())));
        let rules = Rules { choices: choices.collect(), ..Rules::for_tests() };
        let row = read_by(rules, header, &cells).unwrap_err();
        let told: Vec<_> = row.problems.iter().map(ToString::to_string).collect();
        // An audience is whatever the server wants.
        assert_eq!(told.len(), 6, "{told:#?}");
        for (problem, field) in row.problems.iter().zip(["affiliation", "avatar", "group", "features", "subject"]) {
            assert!(problem.what.starts_with(&format!("`{field}`")), "{problem}");
            assert_eq!(problem.at.line, 17);
            assert!(problem.hint.as_ref().is_some_and(|hint| !hint.is_empty()), "{problem}");
        }
    }

    #[test]
    fn an_empty_cell_costs_nothing() {
        for field in Field::OF_TOKEN {
            assert_eq!(mapped(Rules::for_tests(), field, ["", " "]).unwrap().own_claims, None, "{field:?}");
        }
    }

    #[test]
    fn an_affiliation_is_one_that_a_server_knows() {
        for (cell, affiliation) in [
            ("owner", Affiliation::Owner),
            ("Moderator", Affiliation::Moderator),
            (" TEACHER ", Affiliation::Teacher),
            ("member", Affiliation::Member),
        ] {
            assert_eq!(own(Field::Affiliation, cell).affiliation, Some(affiliation), "{cell}");
        }
        let admin = problem(Field::Affiliation, "admin");
        assert_eq!(admin.to_string(), "attendees.csv:17: `x`: a server knows no affiliation `admin`");
        assert!(admin.hint.unwrap().contains("owner, moderator or teacher"));
        assert_eq!(problem(Field::Affiliation, "onwer").hint.as_deref(), Some("did you mean `owner`?"));
    }

    #[test]
    fn an_affiliation_makes_a_moderator_and_contradicts_nobody() {
        let rights = |event: bool, moderator, affiliation| {
            let rules = Rules { moderator: event, ..Rules::for_tests() };
            mapped(rules, Field::Affiliation, [moderator, affiliation])
        };
        for (event, moderator, affiliation, expected) in [
            (false, "", "", false),
            (true, "", "", true),
            (true, "no", "", false),
            (false, "yes", "", true),
            (false, "", "teacher", true),
            (true, "", "member", false),
            (false, "yes", "owner", true),
            (true, "no", "member", false),
        ] {
            assert_eq!(
                rights(event, moderator, affiliation).unwrap().moderator,
                expected,
                "{event} {moderator} {affiliation}"
            );
        }
        for (moderator, affiliation) in [("no", "owner"), ("yes", "member")] {
            let problem = only_problem(rights(false, moderator, affiliation));
            let told = format!("`moderator` is `{moderator}` and `x` is `{affiliation}`");
            assert!(problem.what.starts_with(&told), "{problem}");
            assert!(problem.hint.unwrap().contains("empty one of the two"));
        }
        // What cannot be read contradicts nothing.
        assert!(only_problem(rights(false, "perhaps", "owner")).what.contains("neither yes nor no"));
        assert!(only_problem(rights(false, "no", "admin")).what.contains("no affiliation"));
    }

    #[test]
    fn avatar_group_and_audience_are_taken_as_they_are() {
        let avatar = own(Field::Avatar, "https://example.org/ada.png").avatar.unwrap();
        assert_eq!(avatar.as_str(), "https://example.org/ada.png");
        let insecure = problem(Field::Avatar, "http://example.org/ada.png");
        assert!(insecure.what.contains("does not begin with `https://`"), "{insecure}");
        assert!(insecure.hint.unwrap().contains("leave it empty"));
        assert!(problem(Field::Avatar, &format!("https://e.org/{}", "a".repeat(2000))).what.contains("2014 octets"));
        let longest = "ü".repeat(100);
        assert_eq!(own(Field::Group, &longest).group.as_deref(), Some(&*longest));
        assert!(problem(Field::Group, &format!("{longest}x")).what.contains("longer than 200 octets: it has 201"));
        assert!(problem(Field::Group, "A\nB").what.contains("a line break"));
        assert!(problem(Field::Group, "A\0B").what.contains("a control character"));
        assert_eq!(own(Field::Audience, "Jitsi EU").audience.as_deref(), Some("Jitsi EU"));
        assert!(problem(Field::Audience, &"a".repeat(256)).what.contains("longer than 255"));
    }

    #[test]
    fn subject_and_tenant_are_in_lower_case() {
        assert_eq!(own(Field::Subject, "*").subject.as_deref(), Some("*"));
        assert_eq!(problem(Field::Subject, "Meet.Example.org").hint.as_deref(), Some("write `meet.example.org`"));
        assert_eq!(own(Field::Tenant, "acme_1").tenant.unwrap().as_str(), "acme_1");
        assert!(problem(Field::Tenant, "Acme").hint.unwrap().starts_with("write `acme`"));
        for cell in ["a/b", "-a", "ä", "*"] {
            assert!(problem(Field::Tenant, cell).what.contains("is not a tenant"), "{cell}");
        }
    }

    #[test]
    fn features_are_named_and_each_is_allowed_or_not() {
        let features = |cell| own(Field::Features, cell).features.unwrap().iter().collect::<Vec<_>>();
        let both = [("livestreaming", false), ("recording", true)];
        for cell in ["recording,!livestreaming", "-livestreaming ; Recording", "recording recording, !LiveStreaming,"] {
            assert_eq!(features(cell), both, "{cell}");
        }
        assert_eq!(features(&FEATURES.join(" ")), FEATURES.map(|name| (name, true)));
        for (cell, what, hint) in [
            ("recordings", "there is no feature `recordings`", "did you mean `recording`?"),
            ("!outbound_call", "there is no feature `outbound_call`", "did you mean `outbound-call`?"),
            ("telepathy", "there is no feature `telepathy`", "known are branding, "),
            ("- recording", "there is no feature ``", "right before the name"),
            ("flip,!flip", "`flip` is both allowed and forbidden", "name it once"),
            (", ;", "it names no feature", "recording, !livestreaming"),
        ] {
            let problem = problem(Field::Features, cell);
            assert_eq!(problem.to_string(), format!("attendees.csv:17: `x`: {what}"));
            assert!(problem.hint.as_ref().is_some_and(|told| told.contains(hint)), "{problem:?}");
        }
    }
}
