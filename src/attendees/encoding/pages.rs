//! What each octet is in an encoding of one octet a character.
//!
//! The tables are Unicode's (`MAPPINGS/VENDORS/MICSFT/PC` and `APPLE`); what browsers know comes from their own.

use super::Encoding;
use crate::model::CodePage;

/// The characters of the octets from 0x80 on.
pub(in crate::attendees) type Table = [char; 128];

/// The table of an encoding; `None` where a character may be several octets. Octets that are no character, and those
/// that are control characters by nothing but the letter of the standard, are U+FFFD.
pub(in crate::attendees) fn table(encoding: Encoding) -> Option<Table> {
    let mut table = ['\u{FFFD}'; 128];
    match encoding {
        Encoding::Page(page) => fill(&mut table, upper_half(page).chars()),
        Encoding::Known(known) if known.is_single_byte() => {
            let octets: Vec<u8> = (0x80..=0xFF).collect();
            fill(&mut table, known.decode_without_bom_handling(&octets).0.chars());
        }
        Encoding::Known(_) => return None,
    }
    Some(table)
}

fn fill(table: &mut Table, chars: impl Iterator<Item = char>) {
    for (place, char) in table.iter_mut().zip(chars) {
        *place = if char.is_control() { char::REPLACEMENT_CHARACTER } else { char };
    }
}

/// The character of an octet.
pub(super) fn char_of(table: &Table, octet: u8) -> char {
    octet.checked_sub(0x80).map_or(octet.into(), |place| table[usize::from(place)])
}

fn upper_half(page: CodePage) -> &'static str {
    match page {
        CodePage::Cp437 => CP437,
        CodePage::Cp850 => CP850,
        CodePage::Cp852 => CP852,
        CodePage::Cp857 => CP857,
        CodePage::MacCe => MAC_CE,
    }
}

const CP437: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ\
    áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
    αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";
const CP850: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ\
    áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀\
    ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";
const CP852: &str = "\
    ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×č\
    áíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐\
    └┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀\
    ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{AD}˝˛ˇ˘§÷¸°¨˙űŘř■\u{A0}";
const CP857: &str = "\
    ÇüéâäàåçêëèïîıÄÅÉæÆôöòûùİÖÜø£ØŞş\
    áíóúñÑĞğ¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ºªÊËÈ\u{FFFD}ÍÎÏ┘┌█▄¦Ì▀\
    ÓßÔÒõÕµ\u{FFFD}×ÚÛÙìÿ¯´\u{AD}±\u{FFFD}¾¶§÷¸°¨·¹³²■\u{A0}";
const MAC_CE: &str = "\
    ÄĀāÉĄÖÜáąČäčĆćéŹźĎíďĒēĖóėôöõúĚěü\
    †°Ę£§•¶ß®©™ę¨≠ģĮįĪ≤≥īĶ∂∑łĻļĽľĹĺŅ\
    ņŃ¬√ńŇ∆«»…\u{A0}ňŐÕőŌ–—“”‘’÷◊ōŔŕŘ‹›řŖ\
    ŗŠ‚„šŚśÁŤťÍŽžŪÓÔūŮÚůŰűŲųÝýķŻŁżĢˇ";

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(name: &str, octets: &[u8]) -> String {
        let table = table(Encoding::named(name).unwrap()).unwrap();
        octets.iter().map(|octet| char_of(&table, *octet)).collect()
    }

    #[test]
    fn each_page_has_its_letters_at_their_octets() {
        for page in CodePage::ALL {
            assert_eq!(upper_half(page).chars().count(), 128, "{page:?}");
        }
        for (name, octets, text) in [
            ("cp437", &b"J\x81rgen \xE0\x9B\xFF"[..], "Jürgen α¢\u{A0}"),
            ("cp850", b"Jos\x82 Gro\xE1 S\x9Bren \xD5", "José Groß Søren ı"),
            ("cp852", b"\x9D\xA2d\xAB \x97liwa \xFC\xA7", "Łódź Śliwa Řž"),
            ("cp857", b"Ay\x9Fe Y\x8Dld\x8Dz \x98\xA7 \xD5", "Ayşe Yıldız İğ \u{FFFD}"),
            ("x-mac-ce", b"\xFC\x97d\x90 \xE5liwa", "Łódź Śliwa"),
            ("macintosh", b"Ren\x8E", "René"),
            ("windows-1252", b"Ren\xE9 \x80\x81\x8D", "René €\u{FFFD}\u{FFFD}"),
        ] {
            assert_eq!(decoded(name, octets), text, "{name}");
        }
        assert!(table(Encoding::UTF_8).is_none() && table(Encoding::named("shift_jis").unwrap()).is_none());
    }
}
