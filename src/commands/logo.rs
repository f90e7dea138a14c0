//! The organiser's logo: a file that becomes part of each mail.

use std::{fs, io::Read as _, path::Path};

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::{BASE64_MIME, HEXLOWER};
use imagesize::{ImageType, blob_size, image_type};

use super::opened::settings_told;
use crate::{
    failure::Told,
    model::{Picture, system_words},
    settings::Settings,
};

/// Everybody gets a copy, and mail filters distrust large ones.
const MOST_OCTETS: u64 = 50_000;
/// It is shown no larger, in CSS pixels: hour and link stay on a telephone's first screen.
const MOST_WIDTH: f64 = 200.0;
const MOST_HEIGHT: f64 = 40.0;
/// A side shown shorter is hardly seen.
const LEAST: u32 = 8;
/// So many pixels are as good as any on the sharpest screen; a picture with more is a mistake, and takes a
/// reader's memory.
const MOST_PIXELS: usize = 4000;

/// Reads the file that `[mail] logo` names.
pub(super) fn logo(settings: &Settings) -> Result<Option<Picture>, Told> {
    let Some(path) = settings.mail.logo.as_deref() else { return Ok(None) };
    let shown = path.strip_prefix(&settings.folder).unwrap_or(path).display();
    let told = |(what, hint): (String, &str)| {
        settings_told(&settings.problem("mail.logo", &format!("logo: {shown}: {what}"), Some(hint)))
    };
    let octets = read(path).map_err(told)?;
    let (media_type, file_name, [width, height]) = looked_at(&octets).map_err(told)?;
    let organizer = &settings.event.organizer;
    let name = HEXLOWER.encode(&digest(&SHA256, &octets).as_ref()[..8]);
    Ok(Some(Picture {
        content_id: format!("logo-{name}@{}", settings.mail.from.address.domain()),
        media_type,
        file_name,
        base64: BASE64_MIME.encode(&octets),
        width,
        height,
        alt: organizer.name.clone().unwrap_or_else(|| organizer.address.to_string()),
    }))
}

fn read(path: &Path) -> Result<Vec<u8>, (String, &'static str)> {
    let failed = |error: std::io::Error| {
        (
            format!("failed to read it: {}", system_words(&error)),
            "check the path: it is relative to the folder of the file that names it",
        )
    };
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(("it is no file".to_owned(), "name a PNG, JPEG or GIF file"));
    }
    let file = fs::File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut octets = Vec::new();
    file.take(MOST_OCTETS + 1).read_to_end(&mut octets).map_err(failed)?;
    if octets.len() as u64 > MOST_OCTETS {
        let what = format!("it has {} kB; everybody gets a copy, so 50 kB are the most", size.div_ceil(1000));
        return Err((what, "make it smaller: 400 pixels wide are enough, as it is shown 200 wide at most"));
    }
    Ok(octets)
}

/// A picture's media type, the name it is given, and how large it is shown.
type Look = (&'static str, &'static str, [u32; 2]);

fn looked_at(octets: &[u8]) -> Result<Look, (String, &'static str)> {
    let unknown = || ("it is no PNG, JPEG or GIF".to_owned(), "save it as PNG: mail programs show no SVG or WebP");
    let (media_type, file_name) = match image_type(octets).map_err(|_| unknown())? {
        ImageType::Png => ("image/png", "logo.png"),
        ImageType::Jpeg => ("image/jpeg", "logo.jpg"),
        ImageType::Gif => ("image/gif", "logo.gif"),
        _ => return Err(unknown()),
    };
    let cut_off = || ("it is damaged: a part of it is missing".to_owned(), "save it anew");
    if !is_whole(media_type, octets) {
        return Err(cut_off());
    }
    let size = blob_size(octets).map_err(|_| cut_off())?;
    if size.width == 0 || size.height == 0 {
        return Err(cut_off());
    }
    if size.width.max(size.height) > MOST_PIXELS {
        let what = format!("it has {} times {} pixels", size.width, size.height);
        return Err((what, "make it smaller: 400 pixels wide are enough, as it is shown 200 wide at most"));
    }
    let shown = fitted(size.width, size.height);
    if shown.iter().any(|length| *length < LEAST) {
        let what = format!("it has {} times {} pixels: as it fits, nobody would see it", size.width, size.height);
        return Err((what, "take a picture that is up to four times as wide as it is high"));
    }
    Ok((media_type, file_name, shown))
}

/// Whether a picture has the end that each of its kind has.
fn is_whole(media_type: &str, octets: &[u8]) -> bool {
    let end: &[u8] = match media_type {
        "image/png" => b"IEND\xaeB`\x82",
        "image/jpeg" => b"\xff\xd9",
        _ => b"\x3b",
    };
    memchr::memmem::rfind(octets, end).is_some()
}

/// Made smaller, never larger, in its own proportions.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "at most a few thousand pixels, and positive"
)]
fn fitted(width: usize, height: usize) -> [u32; 2] {
    let (width, height) = (width as f64, height as f64);
    let scale = (MOST_WIDTH / width).min(MOST_HEIGHT / height).min(1.0);
    [width, height].map(|length| (length * scale).round().max(1.0) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_made_smaller_and_never_larger() {
        assert_eq!(fitted(400, 80), [200, 40]);
        assert_eq!(fitted(96, 96), [40, 40]);
        assert_eq!(fitted(20, 10), [20, 10]);
        assert_eq!(fitted(4000, 1), [200, 1]);
    }

    #[test]
    fn what_mail_programs_do_not_show_is_refused() {
        let refused = |octets: &[u8]| looked_at(octets).unwrap_err().0;
        assert!(refused(b"<svg xmlns='http://www.w3.org/2000/svg'/>").contains("no PNG"));
        assert!(refused(b"RIFF\0\0\0\0WEBPVP8 ").contains("no PNG"));
        assert!(refused(b"").contains("no PNG"));
        assert!(refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").contains("damaged"));
        let png = include_bytes!("../../samples/rust-workshop/logo.png");
        assert_eq!(looked_at(png).unwrap(), ("image/png", "logo.png", [142, 40]));
        assert!(refused(&png[..png.len() - 20]).contains("damaged"));
        let gif = b"GIF89a\x60\0\x30\0\x80\0\0;";
        assert_eq!(looked_at(gif).unwrap(), ("image/gif", "logo.gif", [80, 40]));
        assert!(refused(b"GIF89a\xff\xff\x30\0\x80\0\0;").contains("65535 times 48"));
    }
}
