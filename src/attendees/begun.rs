//! Which file a row is of, by its number: the rows of all files are numbered through.

use std::sync::Arc;

/// The number of each file's first row that was noted.
#[derive(Debug, Default)]
pub struct Begun(Vec<(u32, Arc<str>)>);

impl Begun {
    /// Takes a row down, in order of their numbers; says whether it is the first of its file.
    pub fn note(&mut self, number: u32, source: &Arc<str>) -> bool {
        let is_first = self.0.last().is_none_or(|(_, file)| !Arc::ptr_eq(file, source));
        if is_first {
            self.0.push((number, source.clone()));
        }
        is_first
    }

    /// The file of a row, where one was noted.
    #[must_use]
    pub fn source(&self, number: u32) -> Option<&Arc<str>> {
        let file = self.0.partition_point(|(first, _)| *first <= number).checked_sub(1)?;
        Some(&self.0[file].1)
    }

    /// Whether there are several files.
    #[must_use]
    pub fn are_several(&self) -> bool {
        self.0.len() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_of_the_file_that_began_last_before_it() {
        let [a, b]: [Arc<str>; 2] = ["a.csv".into(), "b.csv".into()];
        let mut begun = Begun::default();
        assert_eq!(begun.source(1), None);
        assert_eq!([(1, &a), (2, &a), (4, &b)].map(|(number, file)| begun.note(number, file)), [true, false, true]);
        assert_eq!(
            [1, 3, 4, 9].map(|number| begun.source(number).unwrap().to_string()),
            ["a.csv", "a.csv", "b.csv", "b.csv"]
        );
        assert!(begun.are_several());
    }
}
