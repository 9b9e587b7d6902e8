use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Digest;

/// The content of a file, an image, a video or a table from a sample, identified by its digest.
///
/// A new payload holds its content. A payload read from a store may hold only the digest; the content is then a blob of
/// the store.
///
/// ```
/// use bencher_core::value::{Digest, Payload};
/// let log = Payload::new("run.log", "text/plain", b"all is well".to_vec());
/// assert_eq!((log.name(), log.len()), ("run.log", 11));
/// assert_eq!(log.digest(), Digest::of(b"all is well"));
/// assert_eq!(log.content(), Some(&b"all is well"[..]));
/// let reference = log.clone().without_content();
/// assert_eq!((reference.content(), reference == log), (None, true), "equal by digest");
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payload {
    name: Arc<str>,
    media_type: Arc<str>,
    digest: Digest,
    len: u64,
    content: Option<Arc<[u8]>>,
}

impl Payload {
    /// Makes a payload from a name (of a file, without folders), a media type and its content.
    pub fn new(name: &str, media_type: &str, content: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            media_type: media_type.into(),
            digest: Digest::of(&content),
            len: content.len() as u64,
            content: Some(content.into()),
        }
    }

    /// Makes a payload whose content is stored elsewhere, from the fields that a file has of it.
    pub fn reference(name: &str, media_type: &str, digest: Digest, len: u64) -> Self {
        Self {
            name: name.into(),
            media_type: media_type.into(),
            digest,
            len,
            content: None,
        }
    }

    /// The same payload without its content, which the store keeps.
    #[must_use]
    pub fn without_content(self) -> Self {
        Self {
            content: None,
            ..self
        }
    }

    /// The name for a file with this content.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The media type, such as `image/png`.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The digest of the content.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The length of the content in bytes.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether the content is empty.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The content, if the payload holds it.
    pub fn content(&self) -> Option<&[u8]> {
        self.content.as_deref()
    }
}

/// Two payloads are equal if their names, types and digests are equal. The place of the content does not matter.
impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
            && self.len == other.len
            && self.name == other.name
            && self.media_type == other.media_type
    }
}

impl Eq for Payload {}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}
