//! Times below resolution, as stored samples hold them.

use crate::value::{Item, Value};

const NAME: &str = "below resolution";
const FLOOR: &str = "floor";

/// The value in a sample for a time below a floor, in seconds.
///
/// ```
/// use bencher_core::measure::{below_resolution, floor_of};
/// assert_eq!(floor_of(&below_resolution(3e-9)), Some(3e-9));
/// assert_eq!(floor_of(&3e-9.into()), None);
/// ```
pub fn below_resolution(floor: f64) -> Value {
    Value::from(Item::new(NAME, [(FLOOR, Value::Float(floor))]))
}

/// The floor, in seconds, of a time below resolution; `None` for any other value.
pub fn floor_of(value: &Value) -> Option<f64> {
    let item = value.as_item().filter(|item| item.name() == NAME)?;
    let mut parts = item.parts();
    parts.find_map(|(name, part)| (name == FLOOR).then(|| part.as_f64())?)
}
