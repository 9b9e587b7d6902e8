//! A set of labels: they are short, and different levels have different labels.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The text of an empty label.
pub(crate) const EMPTY: &str = "(empty)";

/// One line for every text, of at most about `limit` characters. Texts that differ have labels that
/// differ: also where they are shortened, and where they differ in spaces or invisible characters only.
pub(crate) fn labels<T: AsRef<str>>(texts: &[T], limit: usize) -> Vec<String> {
    let limit = limit.max(3);
    let distinct: BTreeSet<&str> = texts.iter().map(AsRef::as_ref).collect();
    let distinct: Vec<&str> = distinct.into_iter().collect();
    let short = shorten(&legible(&distinct), limit);
    let by_text: HashMap<&str, &String> = distinct.iter().copied().zip(&short).collect();
    let label = |text: &T| by_text.get(text.as_ref()).map(|label| (*label).clone());
    texts
        .iter()
        .map(|text| label(text).unwrap_or_default())
        .collect()
}

/// Every text as it is, or with its invisible characters shown where another would look the same.
fn legible(texts: &[&str]) -> Vec<String> {
    let mut looks: HashMap<String, usize> = HashMap::new();
    for text in texts {
        *looks.entry(look(text)).or_default() += 1;
    }
    let show = |text: &&str| {
        let look = look(text);
        match looks.get(&look) {
            Some(1) if look.is_empty() => EMPTY.to_owned(),
            Some(1) => look,
            _ => marked(text),
        }
    };
    texts.iter().map(show).collect()
}

/// The visible form of a text on one line.
pub(crate) fn look(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !(seen.is_empty() || seen.ends_with(' ')) {
                seen.push(' ');
            }
        } else if !is_invisible(c) {
            seen.push(c);
        }
    }
    let end = seen.trim_end().len();
    seen.truncate(end);
    seen
}

/// A text whose spaces and invisible characters are shown.
fn marked(text: &str) -> String {
    if text.is_empty() {
        return EMPTY.to_owned();
    }
    let mut shown = String::new();
    for c in text.chars() {
        match c {
            ' ' => shown.push('␣'),
            '\t' => shown.push('⇥'),
            '\n' => shown.push('↵'),
            c if c.is_whitespace() || c.is_control() || is_invisible(c) => {
                shown.extend(c.escape_default());
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Characters that are invisible, or change the direction of the following ones.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Labels of at most about `limit` characters, all different where the texts are.
fn shorten(texts: &[String], limit: usize) -> Vec<String> {
    let texts: Vec<Vec<char>> = texts.iter().map(|text| text.chars().collect()).collect();
    let mut labels: Vec<String> = texts.iter().map(|text| around(text, limit)).collect();
    for group in alike(&labels) {
        let members: Vec<&[char]> = group
            .iter()
            .filter_map(|n| texts.get(*n).map(Vec::as_slice))
            .collect();
        let (head, tail) = shared(&members);
        for (n, text) in group.iter().zip(&members) {
            if let Some(label) = labels.get_mut(*n) {
                *label = difference(text, head, tail, limit);
            }
        }
    }
    // Labels that no window distinguishes get a number.
    let groups = alike(&labels);
    let mut taken: HashSet<String> = labels.iter().cloned().collect();
    for group in groups {
        let mut number = 1_usize;
        for n in group {
            let Some(label) = labels.get_mut(n) else {
                continue;
            };
            let text: Vec<char> = label.chars().collect();
            loop {
                let end = format!(" #{number}");
                number += 1;
                let room = limit.saturating_sub(end.chars().count()).max(2);
                let numbered = around(&text, room) + &end;
                if taken.insert(numbered.clone()) {
                    *label = numbered;
                    break;
                }
            }
        }
    }
    labels
}

/// A text without its middle.
fn around(text: &[char], limit: usize) -> String {
    if text.len() <= limit {
        return text.iter().collect();
    }
    let room = limit.saturating_sub(1);
    let tail = room / 3;
    let (head, _) = text.split_at(room - tail);
    let (_, tail) = text.split_at(text.len() - tail);
    head.iter().chain(&['…']).chain(tail).collect()
}

/// A text's beginning, and the place where it begins to differ from those like it.
fn difference(text: &[char], head: usize, tail: usize, limit: usize) -> String {
    let room = limit.saturating_sub(2).max(1);
    let differs = text.len().saturating_sub(head + tail);
    let begin = room.saturating_sub(differs).min(room / 2).min(head);
    let from = head.min(text.len());
    let to = (from + (room - begin)).min(text.len());
    let (first, _) = text.split_at(begin);
    let window = text.get(from..to).unwrap_or_default();
    let mut label: String = first.iter().collect();
    if from > begin {
        label.push('…');
    }
    label.extend(window);
    if to < text.len() {
        label.push('…');
    }
    label
}

/// How many characters all of them begin with, and how many others all of them end with.
fn shared(texts: &[&[char]]) -> (usize, usize) {
    let Some((first, others)) = texts.split_first() else {
        return (0, 0);
    };
    let shortest = texts.iter().map(|text| text.len()).min().unwrap_or(0);
    let same = |a: usize, b: usize, text: &[char]| first.get(a) == text.get(b);
    let head = (0..shortest)
        .take_while(|n| others.iter().all(|text| same(*n, *n, text)))
        .count();
    let from_end = |n: usize, text: &[char]| text.len() - 1 - n;
    let tail = (0..shortest - head)
        .take_while(|n| {
            let of_first = from_end(*n, first);
            others
                .iter()
                .all(|text| same(of_first, from_end(*n, text), text))
        })
        .count();
    (head, tail)
}

/// The positions of labels that are the same, by label.
fn alike(labels: &[String]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (n, label) in labels.iter().enumerate() {
        groups.entry(label).or_default().push(n);
    }
    groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn check(texts: &[String], limit: usize) -> Vec<String> {
        let labels = labels(texts, limit);
        let before: HashSet<&String> = texts.iter().collect();
        let after: HashSet<&String> = labels.iter().collect();
        assert_eq!(before.len(), after.len(), "{texts:?} became {labels:?}");
        let seen: HashSet<String> = labels.iter().map(|label| look(label)).collect();
        assert_eq!(seen.len(), after.len(), "{labels:?} look alike");
        for label in &labels {
            assert!(label.chars().count() <= limit.max(12), "{label} of {limit}");
        }
        labels
    }

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn short_texts_stay_as_they_are() {
        assert_eq!(
            check(&strings(&["a", "b c", "日本"]), 24),
            ["a", "b c", "日本"]
        );
        assert_eq!(labels(&["a", "b", "a"], 24), ["a", "b", "a"]);
    }

    #[test]
    fn what_differs_anywhere_stays_different() {
        let long = "x".repeat(200);
        for (before, after) in [("", ""), (&*long, ""), ("", &long), (&long, &long)] {
            let texts: Vec<String> = (0..40).map(|n| format!("{before}{n}{after}")).collect();
            for limit in [3, 8, 24] {
                check(&texts, limit);
            }
        }
        let at_the_end = check(&[format!("{long}1"), format!("{long}2")], 12);
        assert_eq!(at_the_end, ["xxxxxxxx…xx1", "xxxxxxxx…xx2"]);
        let in_the_middle = [format!("{long}1{long}"), format!("{long}2{long}")];
        assert_eq!(check(&in_the_middle, 12), ["xxxxx…1xxxx…", "xxxxx…2xxxx…"]);
    }

    #[test]
    fn many_texts_of_every_sort_stay_different() {
        // Sets of texts over a small alphabet, long and alike, by a fixed generator.
        let mut state = 1_u64;
        let mut next = |below: u64| -> usize {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from((state >> 33) % below).unwrap()
        };
        for _ in 0..300 {
            let texts: Vec<String> = (0..next(40))
                .map(|_| {
                    let letter = |n| ['a', 'b', ' ', '\t', '…', '#', '1', '\u{202e}', '␣'][n];
                    (0..next(60)).map(|_| letter(next(9))).collect()
                })
                .collect();
            for limit in [3, 12, 24] {
                let labels = labels(&texts, limit);
                let before: HashSet<&String> = texts.iter().collect();
                let after: HashSet<&String> = labels.iter().collect();
                assert_eq!(before.len(), after.len(), "{texts:?} became {labels:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_seen_is_shown_where_it_matters() {
        assert_eq!(labels(&["a  b ", "", "c"], 24), ["a b", "(empty)", "c"]);
        assert_eq!(
            check(
                &strings(&["a b", "a  b", "a\tb", "a b ", "A b", "", " "]),
                24
            ),
            ["a␣b", "a␣␣b", "a⇥b", "a␣b␣", "A b", "(empty)", "␣"]
        );
        let turned = labels(&["ab", "a\u{202e}b", "a\0b"], 24);
        assert_eq!(turned, ["ab", "a\\u{202e}b", "a b"]);
    }

    #[test]
    fn ten_thousand_long_texts_take_no_time_to_speak_of() {
        let long = "y".repeat(500);
        let texts: Vec<String> = (0..10_000)
            .map(|n| format!("{long}{}{long}", n % 5000))
            .collect();
        let labels = labels(&texts, 8);
        let different: HashSet<&String> = labels.iter().collect();
        assert_eq!(different.len(), 5000);
    }
}
