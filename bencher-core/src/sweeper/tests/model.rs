//! Several handles against a plain model of the table.

use std::path::Path;

use proptest::prelude::*;

use super::super::{ElementState, ParamSweeper, SweeperError, SweeperOptions};
use ElementState::{Done, InProgress, Skipped, Todo};

const ELEMENTS: u32 = 6;
const HANDLES: usize = 3;

#[derive(Clone, Debug)]
enum Act {
    Get(usize),
    GetLast(usize),
    Done(Vec<u32>),
    Skip(Vec<u32>),
    Cancel(Vec<u32>),
    Reset(bool),
    Reopen,
    FullUpdate,
}

fn act() -> impl Strategy<Value = Act> {
    let elements = || prop::collection::vec(0..ELEMENTS, 1..3);
    prop_oneof![
        6 => (0..4_usize).prop_map(Act::Get),
        2 => (0..4_usize).prop_map(Act::GetLast),
        5 => elements().prop_map(Act::Done),
        2 => elements().prop_map(Act::Skip),
        4 => elements().prop_map(Act::Cancel),
        1 => any::<bool>().prop_map(Act::Reset),
        1 => Just(Act::Reopen),
        1 => Just(Act::FullUpdate),
    ]
}

/// The state of each element, and which handle made it so.
type Model = Vec<(ElementState, usize)>;

/// Makes a step with some elements, or none where one of them refuses.
fn step(
    model: &mut Model,
    handle: usize,
    elements: &[u32],
    next: impl Fn(ElementState, bool) -> Option<ElementState>,
) -> bool {
    let mut after = model.clone();
    for (at, element) in elements.iter().enumerate() {
        let (state, owner) = model[*element as usize];
        let next = next(state, owner == handle).filter(|_| !elements[..at].contains(element));
        let Some(next) = next else { return false };
        after[*element as usize] = (next, handle);
    }
    *model = after;
    true
}

fn check(sweeper: &ParamSweeper<u32>, model: &Model) {
    let of = |wanted| -> Vec<u32> {
        let elements = (0..ELEMENTS).zip(model);
        elements
            .filter(|(_, (state, _))| *state == wanted)
            .map(|(n, _)| n)
            .collect()
    };
    let stats = sweeper.stats();
    assert_eq!(stats.sweeps.len(), ELEMENTS as usize);
    assert_eq!(stats.remaining, of(Todo));
    assert_eq!(stats.in_progress, of(InProgress));
    assert_eq!(stats.done, of(Done));
    assert_eq!(stats.skipped, of(Skipped));
    let counts = format!(
        "<{ELEMENTS} total, {} done, {} skipped, {} in progress, {} remaining>",
        of(Done).len(),
        of(Skipped).len(),
        of(InProgress).len(),
        of(Todo).len()
    );
    assert!(sweeper.to_string().ends_with(&counts), "{sweeper}");
}

fn open(dir: &Path) -> ParamSweeper<u32> {
    let options = SweeperOptions::new(dir).retry_skipped(false);
    options.open(0..ELEMENTS).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn handles_do_what_the_table_says(acts in prop::collection::vec((0..HANDLES, act()), 1..60)) {
        let dir = tempfile::tempdir().unwrap();
        let mut handles: Vec<_> = (0..HANDLES).map(|_| open(dir.path())).collect();
        let mut model: Model = vec![(Todo, HANDLES); ELEMENTS as usize];
        for (at, act) in acts {
            let sweeper = &handles[at];
            let todo = |model: &Model| -> Vec<u32> {
                (0..ELEMENTS).filter(|n| model[*n as usize].0 == Todo).collect()
            };
            let legal = |outcome: Result<(), SweeperError>, expected: bool| match outcome {
                Ok(()) => assert!(expected, "{act:?}"),
                Err(SweeperError::InvalidTransition { .. }) => assert!(!expected, "{act:?}"),
                Err(error) => panic!("{error}"),
            };
            match &act {
                Act::Get(count) | Act::GetLast(count) => {
                    let mut expected = todo(&model);
                    let got = if matches!(act, Act::Get(_)) {
                        sweeper.get_next_batch(*count).unwrap()
                    } else {
                        expected.reverse();
                        sweeper.get_next_batch_by(*count, |todo| {
                            let mut todo: Vec<_> = todo.collect();
                            todo.reverse();
                            todo
                        }).unwrap()
                    };
                    expected.truncate(*count);
                    prop_assert_eq!(&got, &expected);
                    for n in got {
                        model[n as usize] = (InProgress, at);
                    }
                }
                Act::Done(elements) => {
                    let expected = step(&mut model, at, elements, |state, here| {
                        (state == Todo || state == InProgress && here).then_some(Done)
                    });
                    legal(sweeper.done_batch(elements), expected);
                }
                Act::Skip(elements) => {
                    let expected = step(&mut model, at, elements, |state, here| {
                        (state == Todo || state == InProgress && here).then_some(Skipped)
                    });
                    legal(sweeper.skip_batch(elements), expected);
                }
                Act::Cancel(elements) => {
                    let expected = step(&mut model, at, elements, |state, here| {
                        (state == InProgress && here).then_some(Todo)
                    });
                    legal(sweeper.cancel_batch(elements), expected);
                }
                Act::Reset(in_progress) => {
                    sweeper.reset(*in_progress).unwrap();
                    for (state, _) in &mut model {
                        if *state == Skipped || *in_progress && *state == InProgress {
                            *state = Todo;
                        }
                    }
                }
                Act::Reopen => {
                    // What it had in progress comes back at the next look of anybody.
                    handles[at] = open(dir.path());
                    for (state, owner) in &mut model {
                        if *state == InProgress && *owner == at {
                            *state = Todo;
                        }
                    }
                    for sweeper in &handles {
                        sweeper.update().unwrap();
                    }
                }
                Act::FullUpdate => sweeper.full_update().unwrap(),
            }
            for sweeper in [&handles[at], &handles[(at + 1) % HANDLES]] {
                sweeper.update().unwrap();
                check(sweeper, &model);
            }
        }
    }
}
