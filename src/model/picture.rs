//! A picture that travels inside each mail.

/// The organiser's logo, ready to be part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its Content-ID without brackets: what the HTML calls it by (RFC 2392).
    pub content_id: String,
    /// Its media type, like `image/png`.
    pub media_type: &'static str,
    /// The name that it is saved under.
    pub file_name: &'static str,
    /// Its octets as they travel: base64 in lines of 76, each with its CRLF (RFC 2045 §6.8).
    pub base64: String,
    /// How wide it is shown, in CSS pixels.
    pub width: u32,
    /// How high it is shown, in CSS pixels.
    pub height: u32,
    /// What it says to who does not see it.
    pub alt: String,
}

impl Picture {
    /// Its address in HTML.
    #[must_use]
    pub fn address(&self) -> String {
        format!("cid:{}", self.content_id)
    }
}
