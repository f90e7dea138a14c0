//! Which letters beyond ASCII which languages write, and how well words go together by them. Pure.
//!
//! The lists are of letters in names. A word that no list has is not wrong, only odd; languages that are written in
//! letters other than Latin ones are not told apart here.

use std::collections::BTreeMap;

/// What a word costs that is of no language, in the measure of [`super::words`].
const FOREIGN: u32 = 30;
/// What a letter costs that its language seldom writes.
const RARE: u32 = 8;
/// What each language after the first costs.
const FURTHER: u32 = 8;
/// So many languages are thought of together.
const TOGETHER: usize = 4;

/// What a language costs more in an encoding that was made for others.
const AWAY: u32 = 10;

/// For whom an encoding was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    Western,
    Central,
    Turkish,
    Baltic,
    /// For whomever: nothing is known of it.
    Any,
}

/// A language: which encodings were made for it too, what it costs to think of it, its letters, and those that it seldom
/// writes.
struct Tongue(&'static [Region], u32, &'static str, &'static str);

const EVERYWHERE: &[Region] = &[Region::Western, Region::Central, Region::Turkish, Region::Baltic];
const WEST: &[Region] = &[Region::Western, Region::Turkish];
const NORTH: &[Region] = &[Region::Western, Region::Turkish, Region::Baltic];
const FAR_WEST: &[Region] = &[Region::Western];
const NORTH_EAST: &[Region] = &[Region::Central, Region::Baltic];
const EAST: &[Region] = &[Region::Central];
const SOUTH_EAST: &[Region] = &[Region::Turkish];
const BALTIC: &[Region] = &[Region::Baltic];

const TONGUES: [Tongue; 23] = [
    // German, French, Spanish, Portuguese, Italian, Catalan.
    Tongue(EVERYWHERE, 2, "äöüß", "é"),
    Tongue(WEST, 2, "éèêëçï", "àâîôûùœæüÿ"),
    Tongue(WEST, 2, "áéíóúñ", "ü"),
    Tongue(WEST, 3, "ãçáéíóúâê", "àôõü"),
    Tongue(WEST, 4, "àèéìòù", "î"),
    Tongue(WEST, 6, "àèéíòóúç", "ïü"),
    // Swedish and Finnish, Danish and Norwegian, Faroese and Icelandic, Dutch, Irish, Welsh.
    Tongue(NORTH, 3, "åäö", "éšž"),
    Tongue(NORTH, 3, "æøå", "éöäüóò"),
    Tongue(FAR_WEST, 10, "áðéíóúýþæö", "ø"),
    Tongue(FAR_WEST, 4, "ëéï", "èöüáê"),
    Tongue(FAR_WEST, 5, "áéíóú", ""),
    Tongue(FAR_WEST, 10, "âêîôûŵŷ", ""),
    // Polish, Czech, Slovak, Hungarian, Croatian and Slovene, Romanian, Albanian.
    Tongue(NORTH_EAST, 3, "ąćęłńóśźż", ""),
    Tongue(EAST, 4, "áéíýčěřšžů", "ďňťóúöü"),
    Tongue(EAST, 5, "áéíýčšž", "äďĺľňóôŕťúöü"),
    Tongue(EAST, 4, "áéíóöőúü", "űä"),
    Tongue(EAST, 4, "čćšžđ", ""),
    Tongue(EAST, 5, "ăâîșțşţ", ""),
    Tongue(EAST, 8, "ëç", ""),
    // Turkish.
    Tongue(SOUTH_EAST, 4, "çğıöşü", "âî"),
    // Estonian, Latvian, Lithuanian.
    Tongue(BALTIC, 6, "äõöü", "šž"),
    Tongue(BALTIC, 6, "āčēģīķļņšūž", ""),
    Tongue(BALTIC, 6, "ąčęėįšųūž", ""),
];

/// The letters beyond ASCII of one word, small and each once.
pub(super) type Letters = Vec<char>;

/// What a file's words cost by their letters: what the few languages cost that have most of them, and what each word
/// costs that none of these has.
pub(super) fn cost<'a>(words: impl Iterator<Item = &'a Letters>, region: Region) -> u32 {
    let mut alike: BTreeMap<&Letters, u32> = BTreeMap::new();
    for letters in words.filter(|letters| !letters.is_empty()) {
        *alike.entry(letters).or_default() += 1;
    }
    if alike.is_empty() {
        return 0;
    }
    let costs: Vec<(u32, [u32; TONGUES.len()])> =
        alike.iter().map(|(letters, words)| (*words, TONGUES.each_ref().map(|tongue| tongue.cost(letters)))).collect();
    let mut least = vec![FOREIGN; costs.len()];
    let (mut thinking, mut best) = (0, total(&costs, &least));
    for nth in 0..TOGETHER {
        let with = |tongue: usize| -> Vec<u32> {
            costs.iter().zip(&least).map(|((_, costs), least)| costs[tongue].min(*least)).collect()
        };
        let further = if nth == 0 { 0 } else { FURTHER };
        let thought_of = |tongue: usize| {
            thinking + further + TONGUES[tongue].1 + if TONGUES[tongue].is_at_home(region) { 0 } else { AWAY }
        };
        let of = |tongue: usize| thought_of(tongue) + total(&costs, &with(tongue));
        let Some(next) = (0..TONGUES.len()).min_by_key(|tongue| of(*tongue)) else { break };
        if of(next) >= best {
            break;
        }
        best = of(next);
        thinking = thought_of(next);
        least = with(next);
    }
    best
}

fn total(costs: &[(u32, [u32; TONGUES.len()])], least: &[u32]) -> u32 {
    costs.iter().zip(least).map(|((words, _), least)| words * least).sum()
}

impl Tongue {
    fn is_at_home(&self, region: Region) -> bool {
        region == Region::Any || self.0.contains(&region)
    }

    fn cost(&self, letters: &Letters) -> u32 {
        let of = |letter: &char| match letter {
            letter if self.2.contains(*letter) => 0,
            letter if self.3.contains(*letter) => RARE,
            _ => FOREIGN,
        };
        letters.iter().map(of).sum::<u32>().min(FOREIGN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost_of(words: &[&str]) -> u32 {
        let letters: Vec<Letters> = words.iter().map(|word| word.chars().collect()).collect();
        cost(letters.iter(), Region::Any)
    }

    #[test]
    fn words_of_one_language_cost_little_and_those_of_none_much() {
        assert_eq!(cost_of(&[]), 0);
        assert_eq!(cost_of(&["ü", "äß", "ö"]), 2);
        assert_eq!(cost_of(&["ß", "é", "è"]), 2 + 2 + FURTHER, "German and French");
        assert_eq!(cost_of(&["š", "õ"]), 6 + RARE, "Estonian, with a letter that it seldom writes");
        assert_eq!(cost([vec!['ß']].iter(), Region::Turkish), 2);
        assert_eq!(cost([vec!['ą']].iter(), Region::Western), 3 + 10, "nobody writes Polish in it");
        assert_eq!(cost_of(&["þñ"]), FOREIGN, "Icelandic and Spanish in one word");
    }
}
