//! The tags that partition a store: of runs, of sweeps, of functions, of searches.
//!
//! A tag from a user is used as it is. Other tags, and tags of several parts, have a `\` before each joining or marking
//! character. The parts have a `\` before their own `/` and `\`, so that different parts never form the same tag.

use std::borrow::Cow;

/// The separator between the tag of a run and the tag of a sweep.
const JOINT: &str = "\\+";
/// The suffix of the tag of samples that were taken side by side.
const SIDE_BY_SIDE: &str = "\\side by side";
/// The mark in a tag before the name of the input that the random data does not depend on.
pub(crate) const PAIRED: &str = "\\same data for each ";
/// The prefix of the tag of functions.
const FUNCTION: &str = "\\fn ";
/// The prefix of the name of a search.
const SEARCH: &str = "\\search ";

/// Joins the tag of a run and the tag of a sweep to the tag of the sweep's samples.
///
/// ```
/// use bencher_core::store::sweep_tag;
/// assert_eq!(sweep_tag("nightly", "", false), "nightly");
/// assert_eq!(sweep_tag("", "nightly", false), "nightly");
/// let joined = sweep_tag("nightly", "linux", false);
/// assert_ne!(joined, sweep_tag("nightly/linux", "", false));
/// assert_ne!(joined, sweep_tag("nightly", "linux", true));
/// ```
pub fn sweep_tag(run: &str, own: &str, side_by_side: bool) -> String {
    let joined = match (run, own) {
        ("", tag) | (tag, "") => escaped(tag),
        (run, own) => format!("{}{JOINT}{}", escaped(run), escaped(own)),
    };
    // No evidence for a run that takes them alone.
    if side_by_side {
        joined + SIDE_BY_SIDE
    } else {
        joined
    }
}

/// The tag of functions: clearing it touches no sweep.
pub(crate) fn function_tag(tag: &str) -> String {
    format!("{FUNCTION}{}", escaped(tag))
}

/// The tag of the log of a search: clearing that of a sweep does not touch it.
pub(super) fn search_tag(search: &str) -> String {
    format!("{SEARCH}{}", escaped(search))
}

/// A tag as its user wrote it, with parts separated by `/`. Different tags may have one text.
///
/// ```
/// use bencher_core::store::{sweep_tag, tag_text};
/// assert_eq!(tag_text(&sweep_tag("nightly", "linux", false)), "nightly/linux");
/// assert_eq!(tag_text(&sweep_tag("nightly/linux", "", false)), "nightly/linux");
/// ```
pub fn tag_text(tag: &str) -> Cow<'_, str> {
    if !tag.contains('\\') {
        return Cow::Borrowed(tag);
    }
    let (mut text, mut rest) = (String::new(), tag);
    for (mark, name) in [(FUNCTION, "fn/"), (SEARCH, "search/")] {
        if let Some(behind) = rest.strip_prefix(mark) {
            text.push_str(name);
            rest = behind;
        }
    }
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        if let Some(behind) = from.strip_prefix(JOINT) {
            text.push('/');
            rest = behind;
        } else if from.starts_with(PAIRED) {
            text.push('/');
            rest = from.get(1..).unwrap_or_default();
        } else if let Some(behind) = from.strip_prefix(SIDE_BY_SIDE) {
            text.push_str("/side by side");
            rest = behind;
        } else {
            let mut behind = from.chars();
            behind.next();
            text.extend(behind.next());
            rest = behind.as_str();
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

fn escaped(part: &str) -> String {
    part.replace('\\', "\\\\").replace('/', "\\/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn different_parts_give_different_tags(
            parts in prop::collection::vec("[a/+\\\\ ]{0,4}|fn |search s|side by side", 4),
            ways in prop::collection::vec(0..4_usize, 2),
        ) {
            let tag = |way: usize, run: &str, own: &str| match way {
                0 => sweep_tag(run, own, false),
                1 => sweep_tag(run, own, true),
                2 => function_tag(run),
                _ => search_tag(run),
            };
            // One of two parts that is empty leaves the other.
            let known = |way: usize, run: &str, own: &str| match (way, run, own) {
                (0 | 1, "", own) => (way, own.to_owned(), String::new()),
                (0 | 1, run, own) => (way, run.to_owned(), own.to_owned()),
                (way, run, _) => (way, run.to_owned(), String::new()),
            };
            let first = (ways[0], &*parts[0], &*parts[1]);
            let second = (ways[1], &*parts[2], &*parts[3]);
            let same = known(first.0, first.1, first.2) == known(second.0, second.1, second.2);
            let tags = (tag(first.0, first.1, first.2), tag(second.0, second.1, second.2));
            prop_assert_eq!(tags.0 == tags.1, same, "{:?}", tags);
        }
    }
}
