use std::cmp::Ordering;

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Token};

use super::literal::{literal_of, spelled};
use super::literal_values::LiteralValues;
use super::term::Terms;
use super::text::choice;
use super::units::{time_span, units};
use crate::errors::Errors;
use crate::model::{Input, Scale, Term, Values};
use crate::parse::{Annotation, Declaration, Literal, Options, TypeName, type_name};

const USIZE: TypeName = TypeName::Unsigned("usize", 64);
const EXPONENT: TypeName = TypeName::Unsigned("u32", 32);
const DIVISIONS: TypeName = TypeName::Unsigned("u8", 8);

/// A `#[sweep]` field.
pub(super) fn input(
    field: &Declaration,
    annotation: &Annotation,
    terms: &Terms<'_>,
    errors: &mut Errors,
) -> Input {
    let mut rules = Rules {
        ty: type_name(&field.ty),
        options: &annotation.options,
        terms,
        scale: choice(
            &annotation.options,
            "scale",
            &[("linear", Scale::Linear), ("log", Scale::Log)],
            errors,
        ),
        errors,
    };
    rules.form(field, annotation);
    let samples = rules.samples();
    let (values, known) = rules.values(samples.as_ref().and_then(|(_, literal)| literal.as_ref()));
    Input {
        type_name: rules.ty,
        values,
        scale: rules.options.flag("scale").cloned().zip(rules.scale),
        step: rules.step(),
        samples: samples.map(|(term, _)| term),
        default: rules.default(&known),
        max_subsampling_divisions: rules.divisions(),
        units: units(rules.options, time_span(rules.ty), rules.errors).unwrap_or_default(),
    }
}

/// The options that say which values there are.
const SOURCES: [&str; 5] = ["bounds", "values", "pow2", "values_from", "file"];

/// The rules of one field's options.
struct Rules<'a, 'e> {
    ty: TypeName,
    options: &'a Options,
    terms: &'a Terms<'a>,
    scale: Option<Scale>,
    errors: &'e mut Errors,
}

impl Rules<'_, '_> {
    /// Which options go together, and with the type.
    fn form(&mut self, field: &Declaration, annotation: &Annotation) {
        let Self {
            ty,
            options,
            errors,
            ..
        } = self;
        let mut sources = SOURCES.into_iter().filter_map(|name| options.flag(name));
        match (sources.next(), sources.next()) {
            (Some(first), Some(second)) => errors.on(
                second,
                format!("`{first}` and `{second}` both say which values there are; keep one"),
            ),
            (None, _)
                if !options.has_errors()
                    && (ty.is_number() || ty.is_time() || *ty == TypeName::Text) =>
            {
                let fix = match ty {
                    TypeName::Text => "`values(\"a\", \"b\")`",
                    TypeName::Duration => "`bounds(\"1ms\", \"1s\")` or `values(\"1ms\", \"1s\")`",
                    TypeName::Timestamp => {
                        "`bounds(\"2026-01-01\", \"2026-12-31\")` or `values(\"2026-01-01\")`"
                    }
                    TypeName::Float(_) => "`bounds(low, high)` or `values(a, b)`",
                    _ => "`bounds(low, high)`, `values(a, b)` or `pow2(low, high)`",
                };
                let name = &field.name;
                errors.on(
                    &annotation.path,
                    format!(
                        "`{name}` is `{ty}`, which has too many values to take them all: add {fix}"
                    ),
                );
            }
            _ => {}
        }
        if ty.is_unordered() {
            for name in ["bounds", "pow2", "step", "scale"]
                .iter()
                .filter_map(|n| options.flag(n))
            {
                let fix = if *ty == TypeName::Bool {
                    "drop it, as both values are taken"
                } else {
                    "list the texts with `values(...)`"
                };
                errors.on(
                    name,
                    format!("`{name}` needs a number, but the field is `{ty}`; {fix}"),
                );
            }
        } else if let (TypeName::Float(_), Some(name)) = (*ty, options.flag("pow2")) {
            errors.on(
                name,
                format!(
                    "`pow2` needs an integer, but the field is `{ty}`: use `bounds(low, high), \
                     scale = \"log\"`"
                ),
            );
        }
        self.check_combinations();
    }

    /// Options that mean nothing without, or beside, another one.
    fn check_combinations(&mut self) {
        let Self {
            options, errors, ..
        } = self;
        if let (Some(thin), None) = (options.flag("thin"), options.flag("values")) {
            errors.on(
                thin,
                "`thin` applies to listed values: add `values(...)`, or drop it",
            );
        }
        let Some(step) = options.flag("step") else {
            return;
        };
        if options.flag("bounds").is_none() && !self.ty.is_unordered() {
            errors.on(
                step,
                "`step` goes from a low to a high bound: add `bounds(low, high)`",
            );
        }
        if options.flag("samples").is_some() {
            errors.on(
                step,
                "`step` and `samples` both say how many values there are; drop one",
            );
        }
        if self.scale == Some(Scale::Log) {
            errors.on(
                step,
                "`step` gives equal differences and `scale = \"log\"` equal ratios; drop one",
            );
        }
    }

    fn values(&mut self, samples: Option<&Literal>) -> (Values, LiteralValues) {
        if let Some((name, low, high)) = self.options.pair("bounds") {
            self.bounds(name, low, high, samples)
        } else if let Some((name, low, high)) = self.options.pair("pow2") {
            self.pow2(name, low, high)
        } else if let Some((name, values)) = self.options.list("values") {
            self.listed(name, values)
        } else if let Some((name, function)) = self.options.value("values_from") {
            (
                Values::Source(name.clone(), function.clone()),
                LiteralValues::Nothing,
            )
        } else if let Some((name, path)) = self.options.value("file") {
            if self.ty != TypeName::Unknown {
                let message = format!(
                    "the entries of a file cannot be `{}`: make the field an `Entry<T>` of a type \
                     that is `Deserialize`",
                    self.ty
                );
                self.errors.on(name, message);
            }
            (
                Values::Source(name.clone(), path.clone()),
                LiteralValues::Nothing,
            )
        } else {
            (Values::All, LiteralValues::Nothing)
        }
    }

    fn bounds(
        &mut self,
        name: &Ident,
        low: &Expr,
        high: &Expr,
        samples: Option<&Literal>,
    ) -> (Values, LiteralValues) {
        let (low_term, low_literal) = self.terms.term("LOW", low, self.ty, self.errors);
        let (high_term, high_literal) = self.terms.term("HIGH", high, self.ty, self.errors);
        if self.scale == Some(Scale::Log)
            && let Some(literal) = &low_literal
            && literal.is_positive() == Some(false)
        {
            self.errors.on(
                low,
                format!("a logarithmic scale needs a low bound above zero, not {literal}"),
            );
        }
        let values = Values::Bounds(name.clone(), low_term, high_term);
        let (Some(low_literal), Some(high_literal)) = (low_literal, high_literal) else {
            return (values, LiteralValues::Nothing);
        };
        match low_literal.order(&high_literal) {
            Some(Ordering::Greater) => {
                self.errors.on(
                    pair(low, high),
                    format!(
                        "the low bound {low_literal} is above the high bound {high_literal}: \
                         write `bounds({high_literal}, {low_literal})`"
                    ),
                );
                return (values, LiteralValues::Nothing);
            }
            Some(Ordering::Equal) => {
                if let Some(count) = samples.and_then(Literal::as_unsigned).filter(|n| *n > 1) {
                    self.errors.on(
                        pair(low, high),
                        format!(
                            "{count} samples do not fit bounds of zero width at {low_literal}; \
                             give 1 sample or wider bounds"
                        ),
                    );
                }
            }
            _ => {}
        }
        (values, LiteralValues::Bounds(low_literal, high_literal))
    }

    fn pow2(&mut self, name: &Ident, low: &Expr, high: &Expr) -> (Values, LiteralValues) {
        let (low_term, low_literal) = self.exponent("LOW", low);
        let (high_term, high_literal) = self.exponent("HIGH", high);
        let values = Values::PowersOfTwo(name.clone(), low_term, high_term);
        if let Some(exponent) = high_literal
            && exponent > u128::from(highest_exponent(self.ty))
        {
            let (ty, highest) = (self.ty, highest_exponent(self.ty));
            let holder = match ty {
                TypeName::Unknown => "any integer".to_owned(),
                ty => format!("`{ty}`"),
            };
            let message =
                format!("2^{exponent} does not fit {holder}: the highest exponent is {highest}");
            self.errors.on(high, message);
        }
        let (Some(low_literal), Some(high_literal)) = (low_literal, high_literal) else {
            return (values, LiteralValues::Nothing);
        };
        if low_literal > high_literal {
            self.errors.on(
                pair(low, high),
                format!(
                    "the low exponent {low_literal} is above the high exponent {high_literal}: \
                     write `pow2({high_literal}, {low_literal})`"
                ),
            );
            return (values, LiteralValues::Nothing);
        }
        (values, LiteralValues::Exponents(low_literal, high_literal))
    }

    fn exponent(&mut self, what: &str, expr: &Expr) -> (Term, Option<u128>) {
        let (term, literal) = self.count(
            what,
            expr,
            EXPONENT,
            "an exponent is a whole number of 0 or more",
        );
        (term, literal.and_then(|literal| literal.as_unsigned()))
    }

    /// A number whose type is not the field's.
    fn count(
        &mut self,
        what: &str,
        expr: &Expr,
        ty: TypeName,
        rule: &str,
    ) -> (Term, Option<Literal>) {
        match Literal::of(expr) {
            Some(literal) if literal.as_unsigned().is_none() => {
                self.errors.on(expr, rule);
                (Term::Literal(expr.clone()), None)
            }
            _ => self.terms.term(what, expr, ty, self.errors),
        }
    }

    fn listed(
        &mut self,
        name: &Ident,
        values: &Punctuated<Expr, Token![,]>,
    ) -> (Values, LiteralValues) {
        if values.is_empty() {
            self.errors
                .on(name, "the list of values is empty: write `values(a, b)`");
        }
        let mut seen: Vec<Literal> = Vec::new();
        let mut spelled_values = Vec::new();
        for value in values {
            let literal = literal_of(value, self.ty, self.errors);
            spelled_values.push(spelled(value, literal.as_ref(), self.terms.ty));
            let Some(literal) = literal else {
                continue;
            };
            if seen.iter().any(|other| other.same(&literal)) {
                self.errors.on(
                    value,
                    format!("{literal} is listed twice; drop one of them"),
                );
            } else {
                seen.push(literal);
            }
        }
        let thin = self.options.flag("thin").is_some();
        let shown = if seen.len() == values.len() {
            LiteralValues::List(seen)
        } else {
            LiteralValues::Nothing
        };
        (
            Values::Listed {
                name: name.clone(),
                values: spelled_values,
                thin,
            },
            shown,
        )
    }

    fn step(&mut self) -> Option<(Ident, Term)> {
        let (name, expr) = self.options.value("step")?;
        if self.ty.is_unordered() {
            return None;
        }
        let (term, literal) = self.terms.term("STEP", expr, self.ty, self.errors);
        if let Some(literal) = literal.filter(|literal| literal.is_positive() == Some(false)) {
            self.errors
                .on(expr, format!("the step must be above zero, not {literal}"));
        }
        Some((name.clone(), term))
    }

    fn samples(&mut self) -> Option<(Term, Option<Literal>)> {
        let (_, expr) = self.options.value("samples")?;
        let rule = "`samples` needs a whole number, as in `samples = 9`";
        let (term, literal) = self.count("SAMPLES", expr, USIZE, rule);
        if literal.as_ref().and_then(Literal::as_unsigned) == Some(0) {
            self.errors
                .on(expr, "zero samples leave nothing to run; give 1 or more");
        }
        Some((term, literal))
    }

    fn divisions(&mut self) -> Option<Term> {
        let (_, expr) = self.options.value("max_subsampling_divisions")?;
        match Literal::of(expr) {
            Some(literal) if !literal.as_unsigned().is_some_and(|n| (1..=12).contains(&n)) => {
                self.errors.on(
                    expr,
                    format!("subsampling divisions go from 1 to 12, not {literal}"),
                );
                None
            }
            _ => Some(self.terms.term("DIVISIONS", expr, DIVISIONS, self.errors).0),
        }
    }

    fn default(&mut self, shown: &LiteralValues) -> Option<Term> {
        let (_, expr) = self.options.value("default")?;
        let (term, literal) = self.terms.term("DEFAULT", expr, self.ty, self.errors);
        if let Some(literal) = literal
            && let Some(values) = shown.excludes(&literal)
        {
            let message =
                format!("the default {literal} is {values}; choose one of the values, or add it");
            self.errors.on(expr, message);
        }
        Some(term)
    }
}

/// The exponent of the highest power of two that a type holds.
pub(crate) fn highest_exponent(ty: TypeName) -> u32 {
    match ty {
        TypeName::Signed(_, bits) => bits - 2,
        TypeName::Unsigned(_, bits) => bits - 1,
        _ => 127,
    }
}

/// Two expressions as one place to point at.
fn pair(low: &Expr, high: &Expr) -> proc_macro2::TokenStream {
    let mut tokens = low.to_token_stream();
    high.to_tokens(&mut tokens);
    tokens
}
