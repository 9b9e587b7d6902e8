use crate::store::{ResultId, SweepIdentity};
use crate::value::{Digest, Value};
use crate::var::ResultVar;

use super::Plan;

/// The identity of a result in stored samples.
pub(crate) fn result_id(var: &ResultVar) -> ResultId {
    ResultId {
        name: var.name.to_owned(),
        kind: var.kind,
        meaning_version: var.meaning_version,
    }
}

impl Plan {
    /// The identity of the sweep. The result of a sweep can stand for the result of another with the same identity.
    ///
    /// Constraints count by their reasons, formulas by their texts.
    ///
    /// ```
    #[doc = include_str!("../example_sweep.md")]
    /// use bencher_core::space::Density;
    /// use bencher_core::plan::{Plan, SweepChoice};
    /// let identity = |input: Input<Sorting>| -> Result<_, Box<dyn std::error::Error>> {
    ///     let choice = SweepChoice::default().with_inputs([input]);
    ///     let plan = Plan::new(&Sorting::baseline()?, &choice, &[], Density::default(), 1, "")?;
    ///     Ok(plan.identity())
    /// };
    /// assert_eq!(identity(Sorting::LEN.samples(3))?, identity(Sorting::LEN.samples(3))?);
    /// assert_ne!(identity(Sorting::LEN.samples(3))?, identity(Sorting::LEN.samples(5))?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn identity(&self) -> Digest {
        let series = self.series();
        let constants = self.constant_values();
        let mut constants: Vec<(&str, Value)> = constants
            .iter()
            .map(|constant| (constant.name.as_str(), constant.value.clone()))
            .collect();
        let rules = self.constraints.iter();
        constants.extend(rules.map(|rule| ("a constraint", Value::from(rule.reason()))));
        let formulas = self.results().filter(|(_, var)| !var.formula.is_empty());
        constants.extend(formulas.map(|(_, var)| (var.name, Value::from(var.formula))));
        let axes = self.space().axes().iter();
        SweepIdentity {
            bench: self.schema().name,
            sweep_type: &series.sweep_type,
            version: series.version,
            tag: &series.tag,
            over_time: false,
            // No sweep has zero repeats: 0 stands for the number that the precision needs.
            repeats: if self.is_adaptive() {
                0
            } else {
                self.repeats()
            },
            inputs: axes
                .map(|axis| (axis.name.as_str(), axis.levels.iter().collect()))
                .collect(),
            results: self.results().map(|(_, var)| result_id(var)).collect(),
            constants,
        }
        .digest()
    }
}
