use std::fmt::Write;

use serde::Serialize;

use super::{Marks, labels};

/// One pair of axes with marks on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Panel {
    /// The levels of the inputs that the axes do not show, outermost first.
    pub facets: Vec<Facet>,
    /// The marks of the panel.
    pub marks: Marks,
}

impl Panel {
    /// `name = value` for every facet; empty where there is only one panel.
    pub fn label(&self) -> String {
        Self::label_of(&self.facets)
    }

    /// A label for every panel, of at most about `limit` characters, that no other panel has. Where there is no room for
    /// the names of inputs, it has the values alone, in the order of [`names_note`](Self::names_note).
    pub(crate) fn titles(panels: &[Self], limit: usize) -> Vec<String> {
        /// The fewest characters of a name that say anything.
        const NAME: usize = 8;
        let full: Vec<String> = panels.iter().map(Self::label).collect();
        let facets = panels.iter().map(|panel| panel.facets.len()).max();
        let facets = facets.unwrap_or(0).max(1);
        if full.iter().all(|label| label.chars().count() <= limit) {
            return labels(&full, limit);
        }
        let column = |facet: usize| panels.iter().map(move |panel| panel.facets.get(facet));
        let values: Vec<Vec<&str>> = (0..facets)
            .map(|facet| {
                column(facet)
                    .map(|at| at.map_or("", |at| &at.shown))
                    .collect()
            })
            .collect();
        let widest = |texts: &Vec<&str>| texts.iter().map(|text| text.chars().count()).max();
        let widths: Vec<usize> = values
            .iter()
            .map(|texts| widest(texts).unwrap_or(0))
            .collect();
        let room = limit.saturating_sub(2 * (facets - 1));
        let of_names = room.saturating_sub(widths.iter().sum::<usize>() + 3 * facets) / facets;
        let rooms = shares(&widths, room);
        let mut titles = vec![String::new(); panels.len()];
        for (facet, (values, room)) in values.iter().zip(rooms).enumerate() {
            let values = labels(values, room.max(3));
            let names: Vec<&str> = column(facet)
                .map(|at| at.map_or("", |at| &at.name))
                .collect();
            let names = labels(&names, of_names.max(3));
            for ((title, name), value) in titles.iter_mut().zip(names).zip(values) {
                let comma = if title.is_empty() { "" } else { ", " };
                let _ = if of_names >= NAME {
                    write!(title, "{comma}{name} = {value}")
                } else {
                    write!(title, "{comma}{value}")
                };
            }
        }
        titles
    }

    /// The inputs whose levels panels stand for, where their labels are long: titles may have the values alone.
    pub(crate) fn names_note(panels: &[Self]) -> Option<String> {
        /// Characters of a label that has room above most panels.
        const LONG: usize = 26;
        let is_long = |panel: &Self| panel.label().chars().count() > LONG;
        let first = panels.first().filter(|_| panels.iter().any(is_long))?;
        let names: Vec<&str> = first
            .facets
            .iter()
            .map(|facet| facet.name.as_str())
            .collect();
        Some(format!("Panels: {}.", names.join(", ")))
    }

    /// `name = value` for some facets.
    pub(crate) fn label_of(facets: &[Facet]) -> String {
        let parts: Vec<String> = facets
            .iter()
            .map(|facet| format!("{} = {}", facet.name, facet.shown))
            .collect();
        parts.join(", ")
    }
}

/// How much of some room each of several widths has: the narrow ones all that they need, the others equal parts of the rest.
fn shares(widths: &[usize], room: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..widths.len()).collect();
    order.sort_by_key(|n| widths.get(*n));
    let (mut left, mut others) = (room, widths.len());
    let mut shares = vec![0; widths.len()];
    for n in order {
        let fair = left / others.max(1);
        let share = widths.get(n).copied().unwrap_or(0).min(fair);
        if let Some(slot) = shares.get_mut(n) {
            *slot = share;
        }
        (left, others) = (left - share, others - 1);
    }
    shares
}

/// One level of an input that is spread over panels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facet {
    /// The input's name.
    pub name: String,
    /// The unit; empty where there is none.
    pub units: String,
    /// Its value here, in full.
    pub value: String,
    /// The value in a label, with its unit.
    pub shown: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(facets: [(&str, &str); 2]) -> Panel {
        let facet = |(name, value): (&str, &str)| Facet {
            name: name.to_owned(),
            units: String::new(),
            value: value.to_owned(),
            shown: value.to_owned(),
        };
        Panel {
            facets: facets.map(facet).to_vec(),
            marks: Marks::Lines(Vec::new()),
        }
    }

    #[test]
    fn narrow_panels_are_titled_by_their_values() {
        let policy = "scheduling_policy_of_the_queue";
        let pages = "use_huge_pages_for_allocations";
        let panels = [
            panel([(pages, "false"), (policy, "round-robin")]),
            panel([
                (pages, "true"),
                (policy, "first-in-first-out-with-priority"),
            ]),
            panel([
                (pages, "true"),
                (policy, "first-in-first-out-with-deadline"),
            ]),
        ];
        let titles = Panel::titles(&panels, 28);
        assert_eq!(titles[0], "false, round-robin");
        assert!(
            titles[1].starts_with("true, ") && titles[1].chars().count() <= 28,
            "{titles:?}"
        );
        assert!(
            titles[1].ends_with("iority") && titles[2].ends_with("adline"),
            "{titles:?}"
        );
        let note = Panel::names_note(&panels).unwrap();
        assert_eq!(note, format!("Panels: {pages}, {policy}."));
        let wide = Panel::titles(&panels, 120);
        assert_eq!(wide[0], format!("{pages} = false, {policy} = round-robin"));
        // Short ones have their names, and no note.
        let short = [panel([("a", "1"), ("b", "2")])];
        assert_eq!(Panel::titles(&short, 20), ["a = 1, b = 2"]);
        assert_eq!(Panel::names_note(&short), None);
    }
}
