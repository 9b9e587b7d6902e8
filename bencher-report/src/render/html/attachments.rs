//! The pictures, videos and files in a page, and beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bencher_core::value::Payload;

use crate::chart::text;

use super::base64;

/// Bytes of pictures, videos and views that a page carries; what goes beyond lies beside it.
const CARRIED: u64 = 32 << 20;

/// The media types that a page shows by an address: no other one ever becomes part of an address.
const SHOWN: [&str; 8] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/svg+xml",
    "video/mp4",
    "video/webm",
    "video/ogg",
];

/// The contents that a page shows or links to.
pub(crate) struct Attachments {
    /// Bytes that the page may still carry.
    room: u64,
    /// The files beside the page, by name.
    pub(crate) files: BTreeMap<String, Arc<Payload>>,
    /// Whether the page carries a video.
    pub(crate) videos: bool,
}

/// Where a content is.
pub(super) enum AttachmentLocation {
    /// In the page itself, under this address.
    Image(String),
    /// In the page itself, under this address.
    Video(String),
    /// In the page itself: this markup, which is not escaped.
    Markup(String),
    /// Beside the page, in [`FOLDER`](crate::render::FOLDER), under this name.
    Beside(String),
    /// Nowhere: the store no longer has it.
    Gone,
}

impl Attachments {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            room: CARRIED,
            files: BTreeMap::new(),
            videos: false,
        }
    }

    /// Places a content in the page where it can be shown and has room, else beside it.
    pub(super) fn place(&mut self, payload: &Arc<Payload>) -> AttachmentLocation {
        let Some(content) = payload.content() else {
            return AttachmentLocation::Gone;
        };
        let shown = SHOWN
            .into_iter()
            .find(|known| payload.media_type().eq_ignore_ascii_case(known));
        let length = content.len() as u64;
        if payload.media_type().eq_ignore_ascii_case("text/html")
            && length <= self.room
            && let Ok(markup) = std::str::from_utf8(content)
        {
            self.room -= length;
            return AttachmentLocation::Markup(markup.to_owned());
        }
        match shown.filter(|_| length <= self.room) {
            Some(media_type) => {
                self.room -= length;
                let address = format!("data:{media_type};base64,{}", base64::encode(content));
                if media_type.starts_with("video") {
                    self.videos = true;
                    AttachmentLocation::Video(address)
                } else {
                    AttachmentLocation::Image(address)
                }
            }
            None => {
                let name = format!("{}-{}", payload.digest(), file_name(payload.name()));
                self.files.insert(name.clone(), Arc::clone(payload));
                AttachmentLocation::Beside(name)
            }
        }
    }
}

/// A name that is one on every file system and in every address: plain letters, digits, dashes,
/// single dots, at most 80 of them, the ending kept.
pub(super) fn file_name(name: &str) -> String {
    const LONGEST: usize = 80;
    let mut plain = String::new();
    for c in name.chars().take(1000) {
        let kept = c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let c = if kept { c } else { '-' };
        if !(matches!(c, '-' | '.') && (plain.is_empty() || plain.ends_with(['-', '.']))) {
            plain.push(c);
        }
    }
    let plain = plain.trim_end_matches(['-', '.']);
    let (stem, ending) = plain.rsplit_once('.').unwrap_or((plain, ""));
    let ending: String = ending.chars().take(12).collect();
    let stem: String = stem.chars().take(LONGEST - ending.len() - 1).collect();
    match (stem.as_str(), ending.as_str()) {
        ("", "") => "file".to_owned(),
        (stem, "") => stem.to_owned(),
        ("", ending) => format!("file.{ending}"),
        (stem, ending) => format!("{stem}.{ending}"),
    }
}

/// A length in bytes as a reader takes it.
pub(super) fn size(bytes: u64) -> String {
    text::quantity(bytes as f64, "B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_harmless() {
        for (name, plain) in [
            ("run.log", "run.log"),
            ("../../x", "x"),
            ("..\\..\\x.png", "x.png"),
            ("/etc/passwd", "etc-passwd"),
            ("a\0b\n.txt", "a-b-txt"),
            ("<script>alert(1)</script>.svg", "script-alert-1-script-svg"),
            ("", "file"),
            ("...", "file"),
            ("日本.png", "png"),
            ("CON", "CON"),
        ] {
            assert_eq!(file_name(name), plain, "{name}");
        }
        let long = file_name(&format!("{}.png", "n".repeat(300)));
        assert_eq!(long, format!("{}.png", "n".repeat(76)));
    }

    #[test]
    fn what_has_no_room_lies_beside() {
        let picture = |n: u8, len| Arc::new(Payload::new("a.png", "IMAGE/png", vec![n; len]));
        let mut attachments = Attachments {
            room: 30,
            ..Attachments::new()
        };
        let half = 20;
        assert!(matches!(
            attachments.place(&picture(1, half)),
            AttachmentLocation::Image(_)
        ));
        assert!(matches!(
            attachments.place(&picture(2, half)),
            AttachmentLocation::Beside(_)
        ));
        assert!(matches!(
            attachments.place(&picture(3, 10)),
            AttachmentLocation::Image(_)
        ));
        let evil = Payload::new("x", "image/png\" onerror=\"alert(1)", vec![1]);
        assert!(matches!(
            attachments.place(&Arc::new(evil)),
            AttachmentLocation::Beside(_)
        ));
        let gone = Payload::new("x.png", "image/png", vec![1]).without_content();
        assert!(matches!(
            attachments.place(&Arc::new(gone)),
            AttachmentLocation::Gone
        ));
        assert_eq!(attachments.files.len(), 2);
        assert!(!attachments.videos);
    }
}
