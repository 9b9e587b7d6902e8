use super::claim::claims;
use super::counter::counter;
use super::text::{choice, number, text};
use super::units::{time_span, units};
use crate::errors::Errors;
use crate::model::{Direction, ResultSpec};
use crate::parse::{Annotation, Declaration, Literal, TypeName, inside_option, type_name};

/// A `#[result]` field.
pub(super) fn result(
    field: &Declaration,
    annotation: &Annotation,
    errors: &mut Errors,
) -> ResultSpec {
    let options = &annotation.options;
    let direction = choice(
        options,
        "direction",
        &[
            ("minimize", Direction::Minimize),
            ("maximize", Direction::Maximize),
            ("none", Direction::None),
        ],
        errors,
    );
    let meaning_version = options
        .value("meaning_version")
        .and_then(|(_, value)| number(value, "meaning_version", errors));
    let inside = inside_option(&field.ty).unwrap_or_else(|| {
        let ty = match type_name(&field.ty) {
            TypeName::Unknown => "Option<T>".to_owned(),
            known => format!("Option<{known}>"),
        };
        errors.on(
            &field.ty,
            format!("a result starts unset, so its type is an `Option`: write `{ty}`"),
        );
        &field.ty
    });
    let inside_name = type_name(inside);
    if let (Some(timed), true) = (options.flag("timed"), inside_name.is_unordered()) {
        errors.on(
            timed,
            format!(
                "`timed` marks a measured time, but the field is `Option<{inside_name}>`: make it \
                 `Option<f64>` or `Option<Duration>`, or drop `timed`"
            ),
        );
    }
    let is_timed = options.flag("timed").is_some();
    let timed = is_timed.then_some("a measured time");
    let units = units(options, time_span(inside_name).or(timed), errors);
    let counter = counter(options, inside, errors);
    let parts = options.list("names").map_or_else(Vec::new, |(_, names)| {
        let names = names.iter().filter_map(|name| match Literal::of(name) {
            Some(Literal::Text(text)) => Some(text),
            _ => {
                errors.on(
                    name,
                    "a part's name is a string literal, as in `names(\"x\", \"y\")`",
                );
                None
            }
        });
        names.collect()
    });
    let formula = text(options, "formula", errors).unwrap_or_default();
    let is_float = matches!(inside_name, TypeName::Float("f64") | TypeName::Unknown);
    if !formula.is_empty() && !is_float {
        errors.on(
            inside,
            "a formula gives a number: the field is an `Option<f64>`",
        );
    }
    if let (Some(timed), false) = (options.flag("timed"), formula.is_empty()) {
        errors.on(
            timed,
            "`timed` marks what is measured, and `formula` what is computed; drop one",
        );
    }
    let claims = claims(options, errors);
    ResultSpec {
        claims,
        formula,
        parts,
        inside: inside.clone(),
        units,
        direction,
        timed: is_timed,
        own_axis: options.flag("own_axis").is_some(),
        counter,
        meaning_version: meaning_version.unwrap_or(1),
    }
}
