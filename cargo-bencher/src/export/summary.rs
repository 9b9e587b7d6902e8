//! The numbers that sum up the repeats of every point.

use bencher_core::dataset::{Dataset, Dim, DimRole, Variable};

/// One number for each point.
pub(super) struct Summary {
    /// The result that is summed up.
    pub(super) of: String,
    /// What of it: `centre`, `lower`, `upper`, ...
    pub(super) part: &'static str,
    /// A sentence about it.
    pub(super) doc: String,
    pub(super) units: String,
    /// In the order of the grid without the repeats.
    pub(super) values: Vec<Option<f64>>,
}

impl Summary {
    /// Whether the numbers are over a dimension: they are over all but the repeats.
    #[expect(
        clippy::unused_self,
        reason = "every summary is over the same dimensions"
    )]
    pub(super) fn is_over(&self, dim: &Dim) -> bool {
        dim.role != DimRole::Repeat
    }
}

/// The summaries of all results with numbers.
///
/// Times, and what is computed from them, have a centre with its bounds and the spread of one repeat. Other results
/// have a mean and a standard deviation where points were repeated.
pub(super) fn summaries(dataset: &Dataset) -> Vec<Summary> {
    let repeats = dataset
        .dims()
        .iter()
        .filter(|dim| dim.role == DimRole::Repeat);
    let names: Vec<&str> = repeats.clone().map(|dim| dim.name.as_str()).collect();
    let is_repeated = repeats.map(Dim::len).product::<usize>() > 1;
    let plain = || {
        let (mean, std) = (dataset.mean(&names), dataset.std(&names, 1));
        [
            ("mean", "Mean of the repeats", mean),
            ("std", "Standard deviation of the repeats", std),
        ]
    };
    let plain = is_repeated.then(plain);
    let mut all = Vec::new();
    for variable in dataset
        .variables()
        .iter()
        .filter(|variable| variable.is_numeric())
    {
        if dataset.is_centred(variable) {
            let found = if is_repeated {
                centred(dataset, variable)
            } else {
                single(dataset, variable)
            };
            all.extend(found);
            continue;
        }
        for (part, doc, reduced) in plain.iter().flatten() {
            let reduced = reduced.as_ref().ok();
            let found = reduced.and_then(|reduced| reduced.variable(&variable.info.name).ok());
            all.extend(found.map(|found| summary(variable, part, doc, found)));
        }
    }
    all
}

/// The parts of [`Dataset::timings`] that most readers need, with what they are.
const PARTS: [(&str, &str); 5] = [
    ("centre", "Centre of the repeats"),
    ("lower", "Lower bound of the centre (95 %, of this run)"),
    ("upper", "Upper bound of the centre (95 %, of this run)"),
    ("noise", "Relative spread of one repeat"),
    ("rounds", "Repeats that have a value"),
];

fn centred(dataset: &Dataset, variable: &Variable) -> Vec<Summary> {
    let name = &variable.info.name;
    let Ok(timings) = dataset.timings(name) else {
        return Vec::new();
    };
    let found = PARTS.into_iter().filter_map(|(part, doc)| {
        let column = match part {
            "centre" => name.clone(),
            part => format!("{name}.{part}"),
        };
        let values = timings.variable(&column).ok()?;
        Some(summary(variable, part, doc, values))
    });
    found.collect()
}

/// The same of points without repeats, which need no computation: the time is its own centre, without bounds.
fn single(dataset: &Dataset, variable: &Variable) -> Vec<Summary> {
    let numbers: Vec<Option<f64>> = (0..dataset.len())
        .map(|flat| variable.number(flat))
        .collect();
    let rounds = || {
        numbers
            .iter()
            .map(|x| Some(if x.is_some() { 1.0 } else { 0.0 }))
            .collect()
    };
    let of = |(part, doc): (&'static str, &str)| {
        let (units, values) = match part {
            "centre" => (variable.info.units.clone(), numbers.clone()),
            "rounds" => (String::new(), rounds()),
            "noise" => (String::new(), vec![None; numbers.len()]),
            _ => (variable.info.units.clone(), vec![None; numbers.len()]),
        };
        Summary {
            of: variable.info.name.clone(),
            part,
            doc: format!("{doc}: {}", variable.info.name),
            units,
            values,
        }
    };
    PARTS.into_iter().map(of).collect()
}

fn summary(of: &Variable, part: &'static str, doc: &str, values: &Variable) -> Summary {
    Summary {
        of: of.info.name.clone(),
        part,
        doc: format!("{doc}: {}", of.info.name),
        units: values.info.units.clone(),
        values: (0..values.states().len())
            .map(|flat| values.number(flat))
            .collect(),
    }
}
