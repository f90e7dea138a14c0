//! One spelling for a name that can be put together in two ways.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// A name in Unicode's composed form (NFC): `u` with two dots after it and `ü` look alike, and are one name.
pub(super) fn composed(name: &str) -> Cow<'_, str> {
    const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();
    NFC.normalize(name)
}
