//! What a sweep found, in words: the best points, and which inputs matter.

use std::fmt::{self, Write as _};

use crate::dataset::{
    Dataset, DimRole, MainEffect, Optimum, PointValue, Variable, digits, quantity,
};
use crate::value::Kind;
use crate::var::Direction;

use super::alternatives::{Inputs, MOST_NAMED, behind, without_value};

/// One finding about a result of a sweep.
///
/// See [`findings`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What the finding tells.
    pub kind: FindingKind,
    /// The result.
    pub result: String,
    /// The finding in words, without the name of the result.
    pub text: String,
}

/// What a [`Finding`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// The best point, or the best alternative for each setting.
    Best,
    /// How much each input matters.
    Matters,
}

impl FindingKind {
    /// The word before a finding.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Matters => "what matters",
        }
    }
}

/// `elapsed: Quick is best at all 3 values of len`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.result, self.text)
    }
}

/// The attribute of a dataset that names the result whose best point was looked for in rounds.
pub(crate) const RACE: &str = "race";

/// The attribute that names this point, or those between which it is undecided.
pub(crate) const RACE_BEST: &str = "race best";

/// The attribute of a dataset of evaluated points that says how the search went.
pub(crate) const SEARCH: &str = "search";

/// The attribute that names the objectives of the search.
pub(crate) const SEARCH_GOAL: &str = "search objectives";

/// The attribute that names the best point of the search, with its bounds.
pub(crate) const SEARCH_BEST: &str = "search best";

/// The attribute that says which inputs matter, by the model of the search.
pub(crate) const SEARCH_IMPORTANCE: &str = "search importance";

/// Follows what single samples show: the best point, and how much inputs matter.
const SINGLE: &str = "; from one sample a point";

/// Inputs that explain less than this share of the differences are not named.
const LEAST_SHARE: f64 = 0.001;

/// What a dataset says of each result with a [direction](Direction): the best point with its bounds, and by how much
/// the inputs matter.
///
/// If the sweep [compares](crate::bench::SweepBuilder::compare) an input, its levels are the alternatives, and the
/// other inputs are settings. If it compares none, and has both inputs that are numbers and others, such as sizes and
/// codecs, the numbers are settings and the others alternatives. The finding is then the best alternative at each
/// setting. Where the bounds of two points overlap, it says that the values do not decide between them
/// ([`Dataset::optimum`]).
///
/// ```
/// # use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
/// # use bencher_core::value::{Kind, Value};
/// use bencher_core::record::findings;
/// use bencher_core::var::Direction;
/// let codec = Dim::input("codec", Kind::Category, vec!["Lz4".into(), "Zstd".into()]);
/// let block = Dim::input("block", Kind::Uint(64), vec![Value::from(1), Value::from(64)]);
/// let ratio = VariableInfo { direction: Direction::Minimize, ..VariableInfo::new("ratio", Kind::Float(64)) };
/// let mut codecs = Dataset::new("Codecs", vec![codec, block, Dim::repeats(1)], vec![ratio])?;
/// for (flat, ratio) in [(0, 0.6), (1, 0.5), (2, 0.5), (3, 0.25)] {
///     codecs.variable_mut(0).ok_or("no variable")?.record(flat, &Value::Float(ratio), CellState::Measured)?;
/// }
/// let found: Vec<String> = findings(&codecs).iter().map(ToString::to_string).collect();
/// assert_eq!(found[0], "ratio: Zstd is best at both values of block (ahead of the next by a factor of 1.2 to 2); \
///     from one sample a point");
/// assert!(found[1].starts_with("ratio: codec explains 43 % of the differences"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn findings(dataset: &Dataset) -> Vec<Finding> {
    let directed = dataset.variables().iter();
    let directed = directed.filter(|variable| variable.info.direction != Direction::None);
    let inputs = Inputs::of(dataset);
    let mut found = Vec::new();
    for variable in directed {
        let result = &variable.info.name;
        let mut add = |kind, text: Option<String>| {
            found.extend(text.map(|text| Finding {
                kind,
                result: result.clone(),
                text,
            }));
        };
        if dataset.attributes.contains_key(SEARCH) {
            // Its points were chosen, and its best one was measured again.
            let goals = dataset.attributes.get(SEARCH_GOAL);
            // Findings about all objectives stand with the first one.
            let first = goals.and_then(|goals| goals.split(", ").next());
            if first == Some(result) {
                add(
                    FindingKind::Best,
                    dataset.attributes.get(SEARCH_BEST).cloned(),
                );
                add(
                    FindingKind::Matters,
                    dataset.attributes.get(SEARCH_IMPORTANCE).cloned(),
                );
            }
            continue;
        }
        let units = &variable.info.units;
        let raced = dataset.attributes.get(RACE) == Some(result);
        let race = dataset.attributes.get(RACE_BEST).filter(|_| raced);
        // Rounds that some points had and others had not are compared by the race alone.
        let is_truth = variable.info.kind == Kind::Bool;
        let is_single = has_single_samples(dataset, variable);
        let with_caution = |text: Option<String>| Some(text? + if is_single { SINGLE } else { "" });
        let best = || with_caution(best(&inputs, result, units, is_truth));
        add(FindingKind::Best, race.cloned().or_else(best));
        add(FindingKind::Matters, with_caution(effects(dataset, result)));
    }
    found
}

/// How much each input matters; `None` for a single one, which has all of it.
fn effects(dataset: &Dataset, result: &str) -> Option<String> {
    let inputs = dataset.dims().iter();
    let inputs = inputs.filter(|dim| dim.role != DimRole::Repeat && dim.len() > 1);
    if inputs.count() < 2 {
        return None;
    }
    let (effects, pairs) = dataset.effects_and_pairs(result).ok()?;
    // Without differences, or without values, there is nothing to explain.
    if effects.is_empty() {
        return None;
    }
    let values = dataset.numbers_of_points(result).ok()?;
    let absent = values.iter().filter(|value| value.is_none()).count();
    let named = effects.iter().filter(|effect| effect.share >= LEAST_SHARE);
    let are_all_named = named.clone().count() == effects.len();
    let mut parts: Vec<String> = named
        .enumerate()
        .map(|(nth, effect)| effect_text(effect, nth == 0))
        .collect();
    for pair in &pairs {
        let share = bounded_share(pair.share, pair.bounds);
        parts.push(format!("{} {share}", pair.inputs.join(" * ")));
    }
    let alone: f64 = effects.iter().map(|effect| effect.share).sum();
    let rest = 1.0 - alone - pairs.iter().map(|pair| pair.share).sum::<f64>();
    if rest >= 0.01 {
        let which = match (pairs.is_empty(), are_all_named) {
            (false, _) => "other combinations",
            (true, true) => "their combinations",
            (true, false) => "combinations of inputs",
        };
        // Means of repeats differ by their noise, too, which is no input's.
        let noise = if effects.iter().any(MainEffect::is_noisy) {
            " and noise"
        } else {
            ""
        };
        parts.push(format!("{which}{noise} {}", share_text(rest)));
    }
    if absent > 0 && !parts.is_empty() {
        let all = values.len();
        parts.push(format!(
            "of an incomplete grid ({absent} of {all} points have no value): inputs may stand for each other"
        ));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A share with its bounds, where these differ from it by half a percent or more; `± ?` where they are unknown.
fn bounded_share(share: f64, bounds: Option<(f64, f64)>) -> String {
    let text = share_text(share);
    match bounds {
        Some((low, high)) if share - low >= 0.005 || high - share >= 0.005 => {
            let percent = |share: f64| (share * 100.0).round();
            format!("{text} ({} to {} %)", percent(low), percent(high))
        }
        None => format!("{text} ± ?"),
        Some(_) => text,
    }
}

fn share_text(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        99.5..100.0 => format!("{} %", digits(percent, 3)),
        _ => format!("{} %", digits(percent, 2)),
    }
}

/// `len explains 89 % of the differences (factor 4 between its values)`; what later inputs explain, in fewer words.
fn effect_text(effect: &MainEffect, is_first: bool) -> String {
    let share = bounded_share(effect.share, effect.bounds);
    let mut text = if is_first {
        format!("{} explains {share} of the differences", effect.input)
    } else {
        format!("{} {share}", effect.input)
    };
    if effect.is_ratio
        && let Some([(_, least), (_, greatest)]) = effect.extremes()
        && least > 0.0
    {
        let between = if is_first { " between its values" } else { "" };
        let factor = factor_text(greatest, least);
        let _ = write!(text, " (factor {factor}{between})");
    }
    text
}

/// How many times one number above zero is another, which may be more than the greatest float.
fn factor_text(greatest: f64, least: f64) -> String {
    let factor = greatest / least;
    if factor.is_finite() {
        digits(factor, 3)
    } else {
        format!("1e{:.0}", greatest.log10() - least.log10())
    }
}

/// The best alternatives, or the best point; `None` where there is nothing to choose from.
fn best(inputs: &Inputs, result: &str, units: &str, is_truth: bool) -> Option<String> {
    let groups = inputs.groups(result)?;
    Some(match groups.as_slice() {
        [found] if !inputs.has_settings() => best_point(found, units, is_truth),
        groups => {
            let text = inputs.best_alternatives(groups, result);
            // Without a winner anywhere, a reader still asks for the best value.
            let has_winner = |group: &Optimum| group.is_decided() && group.points > 1;
            let whole = inputs.optimum(result);
            let whole = whole.filter(|whole| whole.points > 1 && !groups.iter().any(has_winner));
            match whole {
                Some(whole) => format!(
                    "the best value of all is {} at {}{}; {text}",
                    value_text(&whole.best, units, is_truth),
                    whole.best.label,
                    equals(&whole)
                ),
                None => text,
            }
        }
    })
}

/// The best point of all.
fn best_point(found: &Optimum, units: &str, is_truth: bool) -> String {
    let mut text = format!(
        "{} at {}",
        value_text(&found.best, units, is_truth),
        found.best.label
    );
    if found.below_resolution > 0 {
        let _ = match found.below_resolution {
            1 => write!(text, "; 1 point is below resolution, so shorter"),
            n => write!(text, "; {n} points are below resolution, so shorter"),
        };
    }
    if found.is_tie() {
        if found.next.is_none() {
            let value = value_text(&found.best, units, is_truth);
            let missing = without_value(found.missing);
            return match missing {
                Some(missing) => {
                    format!("no difference: {value} at all points with a value; {missing}")
                }
                None => format!("no difference: {value} everywhere"),
            };
        }
        text.push_str(&equals(found));
    } else if !found.undecided.is_empty() {
        let named = found.undecided.iter().take(MOST_NAMED);
        let named: Vec<String> = named
            .map(|point| format!("{} at {}", value_text(point, units, is_truth), point.label))
            .collect();
        let _ = write!(
            text,
            "; the bounds do not separate it from {}",
            named.join(", ")
        );
        let more = found.undecided.len().saturating_sub(MOST_NAMED);
        if more > 0 {
            let _ = write!(text, " and {more} more");
        }
    }
    if let Some(next) = &found.next {
        let _ = write!(
            text,
            "; the next is {} at {}{}",
            value_text(next, units, is_truth),
            next.label,
            behind(found.best.value, next.value)
        );
    }
    if let Some(missing) = without_value(found.missing) {
        let _ = write!(text, "; {missing}");
    }
    text
}

/// How many other points have exactly the best value: `, and equal at 2 other points`.
fn equals(found: &Optimum) -> String {
    match found.undecided.len() {
        n if n == 0 || !found.is_tie() => String::new(),
        1 => ", and equal at 1 other point".to_owned(),
        n => format!(", and equal at {n} other points"),
    }
}

/// Whether a result has one sample at each point, and is neither a time nor a count: the values decide, and nothing
/// shows whether they would be the same again. Whole numbers are taken for what the code gives every time, as in
/// comparisons.
pub(crate) fn has_single_samples(dataset: &Dataset, variable: &Variable) -> bool {
    let is_exact = matches!(variable.info.kind, Kind::Int(_) | Kind::Uint(_));
    !is_exact && !is_repeated(dataset) && !dataset.is_centred(variable)
}

/// Whether points have several samples.
fn is_repeated(dataset: &Dataset) -> bool {
    let mut dims = dataset.dims().iter();
    dims.any(|dim| dim.role == DimRole::Repeat && dim.len() > 1)
}

/// A value with the half width of its bounds; a share of true with both, which lie unevenly about it.
fn value_text(point: &PointValue, units: &str, is_truth: bool) -> String {
    if is_truth && point.is_exact() {
        return (point.value > 0.0).to_string();
    }
    if let (true, Some((lower, upper))) = (is_truth, point.lower.zip(point.upper)) {
        let percent = |share: f64| digits(share * 100.0, 2);
        let (share, lower, upper) = (percent(point.value), percent(lower), percent(upper));
        return format!("true in {share} % ({lower} to {upper} %)");
    }
    let value = quantity(point.value, units);
    if point.is_exact() {
        return value;
    }
    match (point.lower, point.upper) {
        (Some(lower), Some(upper)) if point.value != 0.0 => {
            let half = (point.value - lower).max(upper - point.value);
            format!(
                "{value} ± {} %",
                digits((half / point.value).abs() * 100.0, 2)
            )
        }
        (Some(_), Some(_)) => value,
        _ => format!("{value} ± ?"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{CellState, Dim, VariableInfo};
    use crate::value::{Kind, Value};

    /// Whether each input matters is not known where points are missing, or where their means differ by noise.
    #[test]
    fn shares_name_what_they_hold() {
        let matters = |points: &[&[f64]]| {
            let found = findings(&sweep(2, points));
            let text = found.into_iter().nth(1).map(|found| found.text);
            text.map(|text| text.replace(SINGLE, ""))
        };
        let incomplete = matters(&[&[1.0], &[2.0], &[4.0], &[]]).unwrap();
        assert!(
            incomplete.ends_with(
                "of an incomplete grid (1 of 4 points have no value): inputs may stand for each other"
            ),
            "{incomplete}"
        );
        let noisy = [
            &[1.0, 1.2, 0.9, 1.3, 0.8, 1.1, 1.0][..],
            &[1.1, 1.0, 0.7, 1.2, 0.9, 1.0, 1.2],
            &[1.0, 0.8, 1.1, 1.2, 1.0, 0.9, 1.3],
            &[0.9, 1.2, 1.0, 0.8, 1.1, 1.3, 1.0],
        ];
        let noisy = matters(&noisy).unwrap();
        assert!(noisy.contains("combinations and noise"), "{noisy}");
        let exact = matters(&[&[1.0], &[2.0], &[4.0], &[3.0]]).unwrap();
        assert!(
            !exact.contains("noise") && !exact.contains("incomplete"),
            "{exact}"
        );
    }

    /// Equal values have no shares, and absent ones neither.
    #[test]
    fn without_differences_nothing_matters() {
        for points in [&[&[2.0][..]; 4][..], &[&[], &[], &[], &[]]] {
            let found = findings(&sweep(2, points));
            let matters = |one: &Finding| one.kind == FindingKind::Matters;
            assert!(!found.iter().any(matters), "{found:?}");
        }
        let far = findings(&sweep(2, &[&[1e-300], &[1e300], &[1e-300], &[1e300]]));
        assert!(
            far[1].text.contains("(factor 1e600 between its values)"),
            "{far:?}"
        );
    }

    #[test]
    fn a_single_truth_is_true_or_false() {
        let which = Dim::input("which", Kind::Category, vec!["A".into(), "B".into()]);
        let info = VariableInfo {
            direction: Direction::Maximize,
            ..VariableInfo::new("works", Kind::Bool)
        };
        let mut dataset = Dataset::new("Sweep", vec![which, Dim::repeats(1)], vec![info]).unwrap();
        for (flat, truth) in [true, false].into_iter().enumerate() {
            let variable = dataset.variable_mut(0).unwrap();
            let truth = Value::Bool(truth);
            variable.record(flat, &truth, CellState::Measured).unwrap();
        }
        assert_eq!(
            findings(&dataset)[0].text,
            "true at which=A; the next is false at which=B; from one sample a point"
        );
    }

    #[test]
    fn shares_of_true_have_both_bounds() {
        let which = Dim::input("which", Kind::Category, vec!["A".into(), "B".into()]);
        let info = VariableInfo {
            direction: Direction::Maximize,
            ..VariableInfo::new("works", Kind::Bool)
        };
        let mut dataset = Dataset::new("Sweep", vec![which, Dim::repeats(3)], vec![info]).unwrap();
        for (flat, truth) in [true, true, true, false, false, true]
            .into_iter()
            .enumerate()
        {
            let variable = dataset.variable_mut(0).unwrap();
            variable
                .record(flat, &Value::Bool(truth), CellState::Measured)
                .unwrap();
        }
        // Wilson's bounds of 3 of 3, and of 1 of 3.
        assert_eq!(
            findings(&dataset)[0].text,
            "true in 100 % (44 to 100 %) at which=A; the bounds do not separate it from true in 33 % (6.1 to 79 %) at \
             which=B"
        );
    }

    /// A point without a value might be better than all others, and one without a rival beats none.
    #[test]
    fn what_has_no_value_is_not_beaten() {
        let text = |settings, points: &[&[f64]]| {
            let found = best(&sweep(settings, points));
            found.strip_suffix(SINGLE).unwrap().to_owned()
        };
        // A at n = 1, 2, 3, 4, then B.
        let found = text(4, &[&[1.0], &[1.0], &[], &[], &[2.0], &[], &[3.0], &[]]);
        assert_eq!(
            found,
            "A is best at n=1 (behind by a factor of 2); only A has a value at n=2; only B has a value at n=3; \
             no value at 1 of 4 values of n"
                .replace("behind by", "ahead of the next by")
        );
        let found = text(2, &[&[1.0], &[1.0], &[2.0], &[2.0]]);
        assert_eq!(
            found,
            "A is best at both values of n (ahead of the next by a factor of 2)"
        );
    }

    /// A grid of alternatives `A`, `B` at settings `n`, with the repeats of each point.
    fn sweep(settings: u64, points: &[&[f64]]) -> Dataset {
        let which = Dim::input("which", Kind::Category, vec!["A".into(), "B".into()]);
        let n = Dim::input(
            "n",
            Kind::Uint(64),
            (1..=settings).map(Value::from).collect(),
        );
        let info = VariableInfo {
            direction: Direction::Minimize,
            units: "s".to_owned(),
            ..VariableInfo::new("y", Kind::Float(64))
        };
        let repeats = points.iter().map(|of| of.len()).max().unwrap();
        let dims = vec![which, n, Dim::repeats(u32::try_from(repeats).unwrap())];
        let mut dataset = Dataset::new("Sweep", dims, vec![info]).unwrap();
        for (point, values) in points.iter().enumerate() {
            for (repeat, x) in values.iter().enumerate() {
                let variable = dataset.variable_mut(0).unwrap();
                let flat = point * repeats + repeat;
                variable
                    .record(flat, &Value::Float(*x), CellState::Measured)
                    .unwrap();
            }
        }
        dataset
    }

    /// The best point of single samples, without the words that follow it.
    fn best_of_single(dataset: &Dataset) -> String {
        let text = best(dataset);
        text.strip_suffix(SINGLE).unwrap().to_owned()
    }

    /// Nothing shows whether the number of a single sample would be the same again. Counts are taken to be, as in
    /// comparisons; repeats have their bounds.
    #[test]
    fn single_samples_are_named() {
        let single = best(&sweep(1, &[&[1.0], &[2.0]]));
        assert_eq!(
            single,
            "1 s at which=A, n=1; the next is 2 s at which=B, n=1 (behind by a factor of 2); from one sample a point"
        );
        let repeated = best(&sweep(1, &[&[1.0, 1.0], &[2.0, 2.0]]));
        assert!(!repeated.contains("one sample"), "{repeated}");
        let which = Dim::input("which", Kind::Category, vec!["A".into(), "B".into()]);
        let info = VariableInfo {
            direction: Direction::Minimize,
            ..VariableInfo::new("bytes", Kind::Uint(64))
        };
        let mut counts = Dataset::new("Sweep", vec![which, Dim::repeats(1)], vec![info]).unwrap();
        for (flat, count) in [3_u64, 4].into_iter().enumerate() {
            let variable = counts.variable_mut(0).unwrap();
            variable
                .record(flat, &Value::from(count), CellState::Measured)
                .unwrap();
        }
        assert!(!best(&counts).contains("one sample"));
    }

    fn best(dataset: &Dataset) -> String {
        let found = findings(dataset);
        assert_eq!(found[0].kind, FindingKind::Best);
        found[0].text.clone()
    }

    #[test]
    fn one_alternative_may_win_everywhere() {
        let of = sweep(3, &[&[1.0], &[2.0], &[4.0], &[1.5], &[3.0], &[6.0]]);
        assert_eq!(
            best_of_single(&of),
            "A is best at all 3 values of n (ahead of the next by a factor of 1.5)"
        );
        let found = findings(&of);
        // By hand: of the squares of the logarithms, n has 4 ln(2)² = 1.92, which 1.5 ln(1.5)² = 0.25, and nothing is
        // left.
        assert_eq!(found[1].kind, FindingKind::Matters);
        assert_eq!(
            found[1].text,
            "n explains 89 % of the differences (factor 4 between its values), which 11 % (factor 1.5); from one sample a \
             point"
        );
    }

    #[test]
    fn pairs_that_matter_are_named() {
        // y = a + 4 b c of inputs 0 and 1, plus 1: by hand, a has 2, b and c 8 each, and their pair 8 of 26.
        let dims = ["a", "b", "c"].map(|name| {
            let levels = vec![Value::from(0), Value::from(1)];
            Dim::input(name, Kind::Int(64), levels)
        });
        let info = VariableInfo {
            direction: Direction::Minimize,
            ..VariableInfo::new("y", Kind::Float(64))
        };
        let mut grid = Dataset::new("Grid", dims.to_vec(), vec![info]).unwrap();
        for flat in 0..8_usize {
            let (a, b, c) = (flat / 4, flat / 2 % 2, flat % 2);
            let y = (a + 4 * b * c) as f64 - 1.0;
            let variable = grid.variable_mut(0).unwrap();
            variable
                .record(flat, &Value::Float(y), CellState::Measured)
                .unwrap();
        }
        let found = findings(&grid);
        let matters = found.iter().find(|one| one.kind == FindingKind::Matters);
        assert_eq!(
            matters.unwrap().text,
            "b explains 31 % of the differences, c 31 %, a 7.7 %, b * c 31 %; from one sample a point"
        );
    }

    #[test]
    fn winners_are_named_with_their_settings() {
        let of = sweep(3, &[&[1.0], &[2.0], &[9.0], &[1.5], &[3.0], &[6.0]]);
        assert_eq!(
            best_of_single(&of),
            "A is best at n=1, 2 (ahead of the next by a factor of 1.5); B is best at n=3 (ahead of the next by a factor of 1.5)"
        );
    }

    #[test]
    fn what_the_values_do_not_decide_is_said() {
        let noisy: Vec<f64> = (0..12).map(|x| 1.0 + f64::from(x % 4) * 0.1).collect();
        let near: Vec<f64> = noisy.iter().map(|x| x + 0.01).collect();
        let far: Vec<f64> = noisy.iter().map(|x| x * 3.0).collect();
        let of = sweep(2, &[&noisy, &noisy, &near, &far]);
        assert_eq!(
            best(&of),
            "A is best at n=2 (ahead of the next by a factor of 3); not decided at n=1 between A and B"
        );
    }

    #[test]
    fn equal_values_are_no_lack_of_a_decision() {
        let of = sweep(3, &[&[1.0], &[2.0], &[5.0], &[1.0], &[2.0], &[5.0]]);
        assert_eq!(
            best_of_single(&of),
            "the best value of all is 1 s at which=A, n=1, and equal at 1 other point; no difference at any of the 3 \
             values of n"
        );
        assert_eq!(crate::record::caveats(&of), []);
        let of = sweep(2, &[&[1.0], &[2.0], &[1.0], &[3.0]]);
        let expected =
            "A is best at n=2 (ahead of the next by a factor of 1.5); no difference at n=1";
        assert_eq!(best_of_single(&of), expected);
    }

    #[test]
    fn a_compared_input_is_the_alternative() {
        let mut of = sweep(2, &[&[1.0], &[2.0], &[1.5], &[3.0]]);
        let name = crate::dataset::COMPARED.to_owned();
        of.attributes.insert(name, "n".to_owned());
        assert_eq!(
            best_of_single(&of),
            "n=1 is best at both values of which (ahead of the next by a factor of 2)"
        );
    }

    #[test]
    fn without_alternatives_the_best_point_is_named() {
        let of = sweep(3, &[&[3.0], &[2e-3], &[4.0], &[5.0], &[5.0], &[6.0]]);
        let of = of.select("which", "A").unwrap();
        assert_eq!(
            best_of_single(&of),
            "2 ms at n=2; the next is 3 s at n=1 (behind by a factor of 1500)"
        );
        let single = of.select("n", 1_u64).unwrap();
        assert_eq!(findings(&single), []);
    }
}
