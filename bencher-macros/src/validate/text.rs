//! Options whose value is a text or a small number that the derive itself must know.

use syn::Expr;

use crate::errors::Errors;
use crate::names::suggestion;
use crate::parse::{Literal, Options};

/// The text of an option.
pub(super) fn text(options: &Options, name: &str, errors: &mut Errors) -> Option<String> {
    let (_, value) = options.value(name)?;
    text_of(value, name, errors)
}

/// The text that an option has as its value.
pub(super) fn text_of(value: &Expr, name: &str, errors: &mut Errors) -> Option<String> {
    if let Some(Literal::Text(text)) = Literal::of(value) {
        return Some(text);
    }
    errors.on(
        value,
        format!("`{name}` needs a string literal, as in `{name} = \"...\"`"),
    );
    None
}

/// The one of `choices` that an option names.
pub(super) fn choice<T: Copy>(
    options: &Options,
    name: &str,
    choices: &[(&str, T)],
    errors: &mut Errors,
) -> Option<T> {
    let (_, value) = options.value(name)?;
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    let Some(Literal::Text(given)) = Literal::of(value) else {
        let known = names
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect::<Vec<_>>()
            .join(" or ");
        errors.on(value, format!("`{name}` needs {known}"));
        return None;
    };
    let chosen = choices
        .iter()
        .find(|(name, _)| *name == given)
        .map(|(_, chosen)| *chosen);
    if chosen.is_none() {
        errors.on(
            value,
            format!(
                "there is no {name} \"{given}\"{}",
                suggestion(&given, &names)
            ),
        );
    }
    chosen
}

/// A whole number that ends up in the schema.
pub(super) fn number(value: &Expr, what: &str, errors: &mut Errors) -> Option<u32> {
    let number = Literal::of(value)
        .and_then(|literal| literal.as_unsigned())
        .and_then(|number| u32::try_from(number).ok());
    if number.is_none() {
        errors.on(
            value,
            format!("`{what}` needs a whole number, as in `{what} = 2`"),
        );
    }
    number
}
