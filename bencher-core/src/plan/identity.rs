use crate::space::Levels;
use crate::store::{ResultId, Series, SweepIdentity, tag_text};
use crate::value::{Digest, Value};
use crate::var::{CargoTarget, ResultVar};

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
        let Series {
            tag, sweep_type, ..
        } = self.series();
        self.identity_of(tag, sweep_type, |levels| levels.iter().collect())
    }

    /// The identities that the sweep had in earlier versions: with the text of its tag, without the target of its type,
    /// or with the last digits that the values of its grids had.
    pub(crate) fn legacy_identities(&self) -> Vec<Digest> {
        let Series {
            tag, sweep_type, ..
        } = self.series();
        let mut axes = self.space().axes().iter();
        let has_changed = axes.any(|axis| axis.levels.has_changed());
        let legacy_values: fn(&Levels) -> Vec<Value> = |levels| {
            (0..levels.len())
                .filter_map(|at| levels.legacy(at))
                .collect()
        };
        let present_values: fn(&Levels) -> Vec<Value> = |levels| levels.iter().collect();
        let legacy_tag = tag_text(tag);
        let tags = [
            Some(tag.as_str()),
            Some(&*legacy_tag).filter(|legacy| legacy != tag),
        ];
        let types = [
            Some(sweep_type.clone()),
            CargoTarget::without_target(sweep_type),
        ];
        let values = [
            Some(present_values),
            Some(legacy_values).filter(|_| has_changed),
        ];
        let mut identities = Vec::new();
        for sweep_type in types.iter().flatten() {
            for values in values.iter().flatten() {
                let tags = tags.iter().flatten();
                identities.extend(tags.map(|tag| self.identity_of(tag, sweep_type, *values)));
            }
        }
        // The first is the present one.
        identities.split_off(1)
    }

    fn identity_of(
        &self,
        tag: &str,
        sweep_type: &str,
        values: fn(&Levels) -> Vec<Value>,
    ) -> Digest {
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
            sweep_type,
            version: self.series().version,
            tag,
            over_time: false,
            // No sweep has none: it stands for as many as are needed.
            repeats: if self.is_adaptive() {
                0
            } else {
                self.repeats()
            },
            inputs: axes
                .map(|axis| (axis.name.as_str(), values(&axis.levels)))
                .collect(),
            results: self.results().map(|(_, var)| result_id(var)).collect(),
            constants,
        }
        .digest()
    }
}
