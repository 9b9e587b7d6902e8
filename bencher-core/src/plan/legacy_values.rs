use crate::space::Levels;
use crate::store::Renewal;
use crate::value::Value;

/// The grids of a sweep whose values had other last digits in earlier versions. Samples stored with these values count
/// for the current ones.
#[derive(Clone, Debug, Default)]
pub(super) struct LegacyValues(Vec<LegacyGrid>);

#[derive(Clone, Debug)]
struct LegacyGrid {
    input: &'static str,
    /// The grid whose values changed.
    grid: Levels,
    /// The values that the sweep takes of the input.
    levels: Levels,
}

impl LegacyValues {
    /// Adds the grid of an input, if its values changed.
    pub(super) fn add(&mut self, input: &'static str, grid: &Levels, levels: &Levels) {
        if grid.has_changed() {
            self.0.push(LegacyGrid {
                input,
                grid: grid.clone(),
                levels: levels.clone(),
            });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Renewal for LegacyValues {
    fn renewed(&self, input: &str, value: &Value) -> Option<Value> {
        let grids = self.0.iter().filter(|legacy| legacy.input == input);
        let mut renewed = grids.filter_map(|legacy| {
            let renewed = legacy.grid.renewed(value)?;
            // A value that the sweep takes needs no replacement.
            (!legacy.levels.lists(value)).then_some(renewed)
        });
        renewed.next()
    }
}
