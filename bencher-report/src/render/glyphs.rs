//! Texts in a font that lacks some of their characters: texts that differ stay different.

#![cfg_attr(
    not(any(feature = "png", feature = "gnuplot")),
    allow(dead_code, reason = "a page has the fonts of its reader")
)]

use std::collections::{HashMap, HashSet};

use crate::chart::{Axis, Chart, Marks, Ticks, is_invisible};

/// The sign for a character that a font lacks.
pub(crate) const MISSING: char = '□';

/// Ranges of characters, ascending and apart.
#[derive(Default)]
pub(crate) struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    /// Ranges as fontconfig writes them: `20-7e a0-2cd 2ec`.
    pub(crate) fn of(text: &str) -> Self {
        let number = |digits: &str| u32::from_str_radix(digits, 16).ok();
        let range = |word: &str| {
            let (first, last) = word.split_once('-').unwrap_or((word, word));
            Some((number(first)?, number(last)?))
        };
        let mut ranges: Vec<(u32, u32)> = text.split_whitespace().filter_map(range).collect();
        ranges.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::new();
        for (first, last) in ranges {
            match joined.last_mut() {
                Some(before) if first <= before.1 => before.1 = before.1.max(last),
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, c: char) -> bool {
        let c = u32::from(c);
        let after = self.0.partition_point(|(first, _)| *first <= c);
        let before = after.checked_sub(1).and_then(|at| self.0.get(at));
        before.is_some_and(|(_, last)| c <= *last)
    }
}

/// Replaces the characters of a chart's texts by what a font draws for them. Texts of one sort, such as the names of
/// series, have a number where the font would draw them alike.
pub(crate) fn draw(chart: &mut Chart, drawn: &dyn Fn(char) -> char) {
    let one = |text: &mut String| *text = image(text, drawn);
    one(&mut chart.title);
    chart.legend.iter_mut().for_each(one);
    chart.spread.iter_mut().for_each(one);
    chart.answer.iter_mut().for_each(one);
    let color = chart.color.as_mut();
    for axis in [&mut chart.x, &mut chart.y].into_iter().chain(color) {
        draw_axis(axis, drawn);
    }
    if let Some(axis) = &mut chart.depth {
        draw_axis(axis, drawn);
    }
    let panels = &mut chart.panels;
    let names = panels
        .iter_mut()
        .flat_map(|panel| series_names(&mut panel.marks));
    different(names.collect(), drawn);
    let facets = panels.iter().map(|panel| panel.facets.len()).max();
    for facet in 0..facets.unwrap_or(0) {
        let mut at = Vec::new();
        for panel in &mut *panels {
            if let Some(facet) = panel.facets.get_mut(facet) {
                facet.name = image(&facet.name, drawn);
                at.push(&mut facet.shown);
            }
        }
        different(at, drawn);
    }
    for panel in panels {
        if let Marks::Lines(series) = &mut panel.marks {
            let points = series.iter_mut().flat_map(|one| &mut one.points);
            points
                .filter_map(|point| point.place.as_mut())
                .for_each(one);
        }
        if let Marks::Parallel(parallel) = &mut panel.marks {
            let axes = parallel.axes.iter_mut();
            axes.for_each(|axis| draw_axis(axis, drawn));
        }
        if let Marks::Table(table) = &mut panel.marks {
            table.columns.iter_mut().for_each(one);
            for column in 0..table.columns.len() {
                let cells = table.rows.iter_mut().filter_map(|row| row.get_mut(column));
                different(cells.map(|cell| &mut cell.text).collect(), drawn);
            }
        }
    }
}

fn draw_axis(axis: &mut Axis, drawn: &dyn Fn(char) -> char) {
    axis.name = image(&axis.name, drawn);
    axis.units = image(&axis.units, drawn);
    let groups = axis.groups.iter_mut();
    different(groups.map(|group| &mut group.label).collect(), drawn);
    if let Ticks::Levels(levels) = &mut axis.ticks {
        different(levels.iter_mut().collect(), drawn);
    }
}

fn series_names(marks: &mut Marks) -> Vec<&mut String> {
    match marks {
        Marks::Lines(series) | Marks::Bars(series) => {
            series.iter_mut().map(|one| &mut one.name).collect()
        }
        Marks::Boxes(series) => series.iter_mut().map(|one| &mut one.name).collect(),
        _ => Vec::new(),
    }
}

/// A text as a font draws it.
fn image(text: &str, drawn: &dyn Fn(char) -> char) -> String {
    let draw = |c: char| {
        if c.is_whitespace() || c.is_control() || is_invisible(c) {
            c
        } else {
            drawn(c)
        }
    };
    text.chars().map(draw).collect()
}

/// Replaces texts by their images. Those of different texts differ: alike ones have a number, in the order in which
/// their texts come.
fn different(texts: Vec<&mut String>, drawn: &dyn Fn(char) -> char) {
    let mut order: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    for text in &texts {
        if seen.insert((**text).clone()) {
            order.push((**text).clone());
        }
    }
    let mut alike: HashMap<String, usize> = HashMap::new();
    for text in &order {
        *alike.entry(image(text, drawn)).or_default() += 1;
    }
    let mut taken: HashSet<String> = alike.keys().cloned().collect();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut labels: HashMap<String, String> = HashMap::new();
    for text in order {
        let label = image(&text, drawn);
        let is_whole = label == text;
        if is_whole || alike.get(&label) == Some(&1) {
            labels.insert(text, label);
            continue;
        }
        let number = numbers.entry(label.clone()).or_default();
        let numbered = loop {
            *number += 1;
            let numbered = format!("{label} #{number}");
            if taken.insert(numbered.clone()) {
                break numbered;
            }
        };
        labels.insert(text, numbered);
    }
    for text in texts {
        if let Some(label) = labels.get(text) {
            text.clone_from(label);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(texts: &[&str]) -> Vec<String> {
        let mut texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        let drawn = |c: char| {
            if c.is_ascii() || c == MISSING {
                c
            } else {
                MISSING
            }
        };
        different(texts.iter_mut().collect(), &drawn);
        texts
    }

    #[test]
    fn texts_that_a_font_cannot_draw_stay_different() {
        let names = shown(&["plain", "日本語", "한국어", "ไทย", "日本語", "日本"]);
        assert_eq!(
            names,
            ["plain", "□□□ #1", "□□□ #2", "□□□ #3", "□□□ #1", "□□"]
        );
        assert_eq!(shown(&["a日", "b日"]), ["a□", "b□"]);
        // A text that is drawn as it stands stays as it is, and no number is given twice.
        assert_eq!(
            shown(&["□", "日", "□ #1", "本"]),
            ["□", "□ #2", "□ #1", "□ #3"]
        );
        assert_eq!(shown(&["", "a b", "a\tb"]), ["", "a b", "a\tb"]);
    }

    #[test]
    fn ranges_are_those_of_fontconfig() {
        let ranges = Ranges::of("20-7e a0-2cd 25a1\n20-7f 1f600\n");
        let has: Vec<char> = "a\u{7f}µ□日😀🙂"
            .chars()
            .filter(|c| ranges.has(*c))
            .collect();
        assert_eq!(has, ['a', '\u{7f}', 'µ', '□', '😀']);
        assert!(Ranges::of("").is_empty() && !Ranges::of("").has('a'));
    }
}
