//! Which template speaks for which part in which language.

use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
};

use tera::Tera;

use super::{
    Part, TemplateProblem, TemplateWarning, builtin, check,
    check::Checked,
    context::{Memory, Rare},
    folder::{self, Folder},
    lint::{self, Column},
    scan::Scan,
    unescaped::unescaped,
};
use crate::model::Language;

/// The templates of an event: the organiser's own, then the built-in ones.
///
/// Shared by all who render; nothing in it changes but a memory of dates already written out.
#[derive(Debug)]
pub struct Templates {
    pub(super) tera: Arc<Tera>,
    pub(super) memory: Memory,
    /// Own parts by language (empty: for all), to their names in Tera.
    pub(super) own: HashMap<(String, Part), String>,
    /// Their folder, as it is told of.
    dir: Option<PathBuf>,
    warnings: Vec<TemplateWarning>,
    /// The columns that a part cannot do without, what it includes counted in.
    columns: HashMap<String, Vec<(String, Column)>>,
    pub(super) rare: Rare,
    /// Own parts in which a tag shows the note, what they include counted in.
    prints_note: BTreeSet<String>,
    /// Own texts and HTML in which nothing looks at the organiser's words for all mails.
    without_message: Vec<String>,
    without_logo: Vec<String>,
    without_notice: Vec<String>,
    /// The organiser's own files, by their names in Tera.
    sources: HashMap<String, String>,
}

impl Templates {
    /// Reads the organiser's templates, if a folder is named, and checks them all.
    ///
    /// # Errors
    /// [`TemplateProblem`] with every fault of every file: the folder or a file cannot be read, a
    /// file lies outside the folder, is over 1 MB or not UTF-8, breaks Tera's syntax, includes what
    /// is not there or itself, or refers to a name that does not exist, also where Tera would be
    /// silent.
    pub fn load(own_dir: Option<&Path>) -> Result<Self, TemplateProblem> {
        Self::load_shown(own_dir, own_dir)
    }

    /// The same for a folder within `base`, event.toml's: files are told of by their way from there.
    ///
    /// # Errors
    /// As [`Templates::load`].
    pub fn load_beside(base: &Path, own_dir: Option<&Path>) -> Result<Self, TemplateProblem> {
        let shown = own_dir.map(|dir| match dir.strip_prefix(base) {
            Ok(way) if way.as_os_str().is_empty() => Path::new("."),
            Ok(way) => way,
            Err(_) => dir,
        });
        Self::load_shown(own_dir, shown)
    }

    fn load_shown(own_dir: Option<&Path>, shown_as: Option<&Path>) -> Result<Self, TemplateProblem> {
        let dirs = own_dir.zip(shown_as);
        let (folder, mut faults) = dirs.map(|(dir, shown)| folder::read(dir, shown)).unwrap_or_default();
        let dir = shown_as.map(Path::to_path_buf);
        let show = |name: &str| shown(dir.as_deref(), name);
        let checked = match check::check(&folder.files, &show) {
            Ok(checked) if faults.is_empty() => checked,
            Ok(_) => return Err(TemplateProblem(faults)),
            Err(found) => {
                faults.extend(found);
                faults.sort();
                return Err(TemplateProblem(faults));
            }
        };
        let own = own_parts(&folder);
        let warnings = shown_as.map(|dir| warnings(dir, &folder, &own, &checked.scans)).unwrap_or_default();
        let columns = columns(&own, &checked, &show);
        let prints = |name: &&str| checked.scans.get(*name).is_some_and(|scan| scan.prints_note);
        let prints_note = own.values().filter(|name| reach(name, &checked.scans).iter().any(prints)).cloned().collect();
        let without = |variable: &str, parts: &[Part]| {
            let uses = |name: &&str| checked.scans.get(*name).is_some_and(|scan| lint::uses(scan, variable));
            let shows = |name: &str| {
                let reached = reach(name, &checked.scans);
                reached.iter().any(uses) || reached.iter().any(|name| name.starts_with(builtin::PREFIX))
            };
            let files = own.iter().filter(|((_, part), name)| parts.contains(part) && !shows(name));
            let mut files: Vec<String> = files.map(|(_, name)| show(name)).collect();
            files.sort();
            files
        };
        let without_message = without("message", &[Part::Text, Part::Html]);
        let without_logo = without("logo", &[Part::Html, Part::CancelHtml]);
        let without_notice = without("attendance_notice", &[Part::Text, Part::Html]);
        // The built-in templates look at none of these.
        let uses = |name| checked.scans.values().any(|scan| lint::uses(scan, name));
        let rare = Rare { row: uses("row"), sessions: uses("sessions") };
        let tera = Arc::new(checked.tera);
        let sources = folder.files.into_iter().map(|file| (file.name, file.source)).collect();
        Ok(Self {
            tera,
            memory: Memory::default(),
            own,
            dir,
            warnings,
            columns,
            rare,
            prints_note,
            without_message,
            without_logo,
            without_notice,
            sources,
        })
    }

    /// Whether every word is ours: such templates cannot fail for one sound row and not for another.
    #[must_use]
    pub fn are_built_in(&self) -> bool {
        self.own.is_empty()
    }

    /// What may not be meant so: half a mail replaced, files that no mail uses.
    #[must_use]
    pub fn warnings(&self) -> &[TemplateWarning] {
        &self.warnings
    }

    /// What is ignored where `[mail] subject` is set as well: own files of the subject go before it.
    #[must_use]
    pub fn ignored_subjects(&self) -> Vec<TemplateWarning> {
        let mut files: Vec<_> = self
            .own
            .iter()
            .filter(|((_, part), _)| *part == Part::Subject)
            .map(|((tag, _), name)| (tag, name))
            .collect();
        files.sort();
        let for_language = |tag: &String| (!tag.is_empty()).then(|| tag.clone());
        let ignored = |(tag, name): (&String, &String)| TemplateWarning::SubjectIgnored {
            file: self.shown(name).into(),
            language: for_language(tag),
        };
        files.into_iter().map(ignored).collect()
    }

    /// The organiser's own parts: the language of each (none: for all languages), and the part.
    #[must_use]
    pub fn own_parts(&self) -> Vec<(Option<String>, Part)> {
        let named = |tag: &String| (!tag.is_empty()).then(|| tag.clone());
        let mut parts: Vec<_> = self.own.keys().map(|(tag, part)| (named(tag), *part)).collect();
        parts.sort();
        parts
    }

    /// A template's name as the organiser can find it.
    pub(super) fn shown(&self, name: &str) -> String {
        shown(self.dir.as_deref(), name)
    }

    /// Whether a tag of an own part, or of what it takes in, shows the note.
    pub(super) fn prints_note(&self, name: &str) -> bool {
        self.prints_note.contains(name)
    }

    /// Own texts and HTML that do not show the words of `message_file`.
    #[must_use]
    pub fn without_message(&self) -> &[String] {
        &self.without_message
    }

    /// Own HTML that does not show the logo.
    #[must_use]
    pub fn without_logo(&self) -> &[String] {
        &self.without_logo
    }

    /// Own texts and HTML that do not say that it is recorded who came.
    #[must_use]
    pub fn without_notice(&self) -> &[String] {
        &self.without_notice
    }

    /// What an own file holds.
    pub(super) fn source(&self, name: &str) -> Option<&str> {
        self.sources.get(name).map(String::as_str)
    }

    /// The columns that a chosen template cannot do without, and the files that ask for them.
    pub(super) fn needed_columns(&self, name: &str) -> &[(String, Column)] {
        self.columns.get(name).map_or(&[], Vec::as_slice)
    }
}

fn shown(dir: Option<&Path>, name: &str) -> String {
    match dir {
        Some(dir) if name.is_empty() => dir.display().to_string(),
        Some(dir) if !name.starts_with(builtin::PREFIX) => dir.join(name).display().to_string(),
        _ => name.to_owned(),
    }
}

fn own_parts(folder: &Folder) -> HashMap<(String, Part), String> {
    let parts = folder.files.iter().filter_map(|file| file.part.as_ref().map(|part| (part, file.name.clone())));
    parts
        .map(|((language, part), name)| {
            let tag = language.as_ref().map_or_else(String::new, |language| language.as_str().to_owned());
            ((tag, *part), name)
        })
        .collect()
}

/// A file and all it takes in, directly or not.
fn reach<'s>(start: &'s str, scans: &'s HashMap<String, Scan>) -> BTreeSet<&'s str> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![start];
    while let Some(name) = waiting.pop() {
        if reached.insert(name)
            && let Some(scan) = scans.get(name)
        {
            waiting.extend(scan.references.iter().map(|reference| reference.file.as_str()));
        }
    }
    reached
}

fn columns(
    own: &HashMap<(String, Part), String>,
    checked: &Checked,
    show: &dyn Fn(&str) -> String,
) -> HashMap<String, Vec<(String, Column)>> {
    let of_file = |name: &str| {
        let needed = checked.scans.get(name).map(|scan| lint::columns(scan, &checked.locals)).unwrap_or_default();
        needed.into_iter().map(|column| (show(name), column)).collect::<Vec<_>>()
    };
    own.values()
        .map(|name| (name.clone(), reach(name, &checked.scans).into_iter().flat_map(of_file).collect()))
        .collect()
}

/// Parts that say the same in two forms.
const HALVES: [(Part, Part); 4] = [
    (Part::Text, Part::Html),
    (Part::Html, Part::Text),
    (Part::CancelText, Part::CancelHtml),
    (Part::CancelHtml, Part::CancelText),
];

fn warnings(
    dir: &Path,
    folder: &Folder,
    own: &HashMap<(String, Part), String>,
    scans: &HashMap<String, Scan>,
) -> Vec<TemplateWarning> {
    let mut warnings = Vec::new();
    let tags: BTreeSet<_> = own.keys().map(|(tag, _)| tag.as_str()).collect();
    for tag in tags {
        let here = |part| own.get(&(tag.to_owned(), part));
        // The same language, less exactly: `de` for `de-AT`.
        let language = Language::parse(tag).ok();
        let related = |part| {
            let mut tags = language.iter().flat_map(Language::fallbacks);
            tags.any(|tag| own.contains_key(&(tag.to_owned(), part)))
        };
        for (part, other) in HALVES {
            let (Some(name), None, false) = (here(part), here(other), related(other)) else { continue };
            let (file, missing) = (dir.join(name), dir.join(tag).join(other.file_name()));
            warnings.push(match own.get(&(String::new(), other)) {
                Some(default) => TemplateWarning::OtherLanguage {
                    own: file,
                    language: tag.to_owned(),
                    other: dir.join(default),
                    missing,
                },
                None => TemplateWarning::OnlyOne { own: file, missing },
            });
        }
    }
    let used: BTreeSet<_> = own.values().flat_map(|name| reach(name, scans)).collect();
    let unused = folder.files.iter().map(|file| file.name.as_str()).filter(|name| !used.contains(name));
    warnings.extend(unused.map(|name| TemplateWarning::Unused { file: dir.join(name), meant: meant(name) }));
    let others = folder.others.iter().filter_map(|name| meant(name).map(|meant| (name, meant)));
    warnings.extend(others.map(|(name, meant)| TemplateWarning::Unused { file: dir.join(name), meant: Some(meant) }));
    // Only HTML is escaped.
    for file in folder.files.iter().filter(|file| is_html(&file.name)) {
        warnings.extend(unescaped(&file.source).into_iter().map(|found| TemplateWarning::Unescaped {
            file: dir.join(&file.name),
            place: (found.line, found.column),
            what: found.what,
        }));
    }
    warnings
}

fn is_html(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "html")
}

/// The template that a file's name may have been meant for.
fn meant(name: &str) -> Option<String> {
    let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let parts = Part::ALL.map(Part::file_name);
    if parts.iter().any(|part| name.rsplit('/').next() == Some(*part)) {
        return Some(format!("de/{file}"));
    }
    lint::nearest(&file, parts.into_iter()).map(str::to_owned)
}
