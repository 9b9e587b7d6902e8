//! Reads the states and reasons of a row's cells, as [`states_text`](super::states::states_text) writes them.

use super::super::CellState;

/// A state with the reason for it; empty where there is none.
pub(super) type StateOf = (CellState, String);

/// The states of the cells of a row; `None` where a text says none.
pub(super) fn read_states(text: &str, names: &[&str]) -> Option<Vec<StateOf>> {
    if let Some(state) = read_state(text) {
        return Some(vec![state; names.len()]);
    }
    let mut states = vec![(CellState::Measured, String::new()); names.len()];
    for part in parts(text) {
        let (name, state) = split_at_unescaped(part, '=')?;
        let name = unescaped(name);
        let at = names.iter().position(|known| *known == name)?;
        *states.get_mut(at)? = read_state(state)?;
    }
    Some(states)
}

fn read_state(text: &str) -> Option<StateOf> {
    if text.is_empty() {
        return Some((CellState::Measured, String::new()));
    }
    let (name, reason) = text.split_once(": ").unwrap_or((text, ""));
    let state = CellState::ALL
        .into_iter()
        .find(|state| state.name() == name)?;
    // Where these stand, it is the text of several variables.
    let several = [';', '=']
        .into_iter()
        .any(|c| split_at_unescaped(reason, c).is_some());
    (!several).then(|| (state, unescaped(reason)))
}
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        plain.extend(match c {
            '\\' => match letters.next() {
                Some('n') => Some('\n'),
                Some('r') => Some('\r'),
                other => other,
            },
            c => Some(c),
        });
    }
    plain
}

/// The texts between `; `.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        Some(match split_at_unescaped(text, ';') {
            Some((part, behind)) => {
                rest = Some(behind.strip_prefix(' ').unwrap_or(behind));
                part
            }
            None => {
                rest = None;
                text
            }
        })
    })
}

fn split_at_unescaped(text: &str, separator: char) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if !escaped && c == separator {
            return Some((text.get(..at)?, text.get(at + c.len_utf8()..)?));
        }
        escaped = !escaped && c == '\\';
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::super::Cell;
    use super::super::states::states_text;
    use super::*;
    use proptest::prelude::*;

    fn text(names: &[&str], states: &[StateOf]) -> String {
        let cells: Vec<Cell<'_>> = states
            .iter()
            .map(|(state, reason)| Cell {
                state: *state,
                value: None,
                reason: (!reason.is_empty()).then_some(reason.as_str()),
            })
            .collect();
        states_text(names.iter().copied(), &cells)
    }

    #[test]
    fn rows_say_what_is_not_measured() {
        let state = |state: CellState, reason: &str| (state, reason.to_owned());
        let measured = || state(CellState::Measured, "");
        let failed = || state(CellState::Failed, "out of memory");
        for (states, expected) in [
            ([measured(), measured()], ""),
            (
                [state(CellState::Cached, ""), state(CellState::Cached, "")],
                "cached",
            ),
            ([failed(), failed()], "failed: out of memory"),
            ([measured(), failed()], "moves=failed: out of memory"),
            (
                [state(CellState::Cached, ""), state(CellState::Missing, "")],
                "time=cached; moves=missing",
            ),
        ] {
            let names = ["time", "moves"];
            assert_eq!(text(&names, &states), expected);
            assert_eq!(read_states(expected, &names), Some(states.to_vec()));
        }
        for wrong in [
            "lost",
            "speed=failed",
            "time=lost",
            "time",
            "failed; moves=failed",
        ] {
            assert_eq!(read_states(wrong, &["time", "moves"]), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn states_come_back(
            names in prop::collection::hash_set("[a-c=;:\\\\ .]{1,4}|failed|cached", 1..4),
            picks in prop::collection::vec((0_usize..8, "[a-c=;:\\\\ \n\r]{0,6}"), 4),
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let states: Vec<StateOf> = picks.iter().take(names.len())
                .map(|(pick, reason)| (CellState::ALL[*pick], reason.clone()))
                .collect();
            prop_assert_eq!(read_states(&text(&names, &states), &names), Some(states));
        }
    }
}
