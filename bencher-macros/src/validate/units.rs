//! Units: any text, but where the values have one already.

use super::text::text;
use crate::errors::Errors;
use crate::parse::{Options, TypeName};

/// The unit that an option names, for values that are in seconds or have no unit of their own.
pub(super) fn units(
    options: &Options,
    seconds: Option<&str>,
    errors: &mut Errors,
) -> Option<String> {
    let units = text(options, "units", errors);
    match (seconds, units) {
        (Some(what), Some(units)) if units != "s" => {
            refuse(options, &format!("{what} is in seconds"), "s", errors);
            Some(units)
        }
        (Some(_), None) => Some("s".to_owned()),
        (_, units) => units,
    }
}

/// Says that a unit is not that of the values, which would only be called by another name.
pub(super) fn refuse(options: &Options, values: &str, own: &str, errors: &mut Errors) {
    if let Some((_, value)) = options.value("units") {
        errors.on(
            value,
            format!(
                "{values}, and `units` converts nothing: leave it out or write `units = \"{own}\"`; tables \
                 and plots choose the prefix"
            ),
        );
    }
}

/// How a time span is called, where a field is one.
pub(super) fn time_span(ty: TypeName) -> Option<&'static str> {
    (ty == TypeName::Duration).then_some("a `Duration`")
}
