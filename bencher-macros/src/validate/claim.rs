//! Claims on results, and gates: their shape. The run time reads a claim whole, since it knows the unit of the result.

use syn::{Expr, Ident, Lit};

use super::text::text_of;
use crate::errors::Errors;
use crate::model::{FieldKind, GateSpec, Sweep};
use crate::names::suggestion;
use crate::parse::{Literal, Options};

/// The comparisons, the longest first.
const OPERATORS: [&str; 6] = ["<=", ">=", "==", "!=", "<", ">"];
/// The words before a comparison, beside quantiles.
const STATISTICS: [&str; 4] = ["worst", "median", "mean", "p95"];

/// The claims of `claim = "< 0.7"` and `claim = ["> 0", "< 0.7"]`, in every place where they stand.
pub(super) fn claims(options: &Options, errors: &mut Errors) -> Vec<String> {
    let mut claims = Vec::new();
    for value in options.values("claim") {
        match value {
            Expr::Array(list) => {
                let texts = list.elems.iter();
                claims.extend(
                    texts.filter_map(|value| claim(value, "claim = [\"> 0\", \"< 0.7\"]", errors)),
                );
            }
            value => claims.extend(claim(value, "claim = \"< 0.7\"", errors)),
        }
    }
    claims
}

/// The claims of `claim(elapsed, "< 5 ms")`: the result, and the text.
pub(super) fn claims_on(options: &Options, errors: &mut Errors) -> Vec<(Ident, String)> {
    const EXAMPLE: &str = "claim(elapsed, \"< 5 ms\")";
    let mut claims = Vec::new();
    for (name, values) in options.lists("claim") {
        let mut values = values.iter();
        let (result, texts) = (values.next().and_then(ident), values);
        let texts: Vec<&Expr> = texts.collect();
        let Some(result) = result.filter(|_| !texts.is_empty()) else {
            errors.on(
                name,
                format!("`claim` needs a result and what is claimed: write `{EXAMPLE}`"),
            );
            continue;
        };
        for text in texts {
            claims.extend(claim(text, EXAMPLE, errors).map(|text| (result.clone(), text)));
        }
    }
    claims
}

/// The gates of `gate(elapsed, worse_than = "3%", against = "main")`.
pub(super) fn gates(options: &Options, errors: &mut Errors) -> Vec<GateSpec> {
    const EXAMPLE: &str = "gate(elapsed, worse_than = \"3%\", against = \"main\")";
    let mut gates = Vec::new();
    for (name, values) in options.lists("gate") {
        let mut values = values.iter();
        let result = values.next().and_then(ident).cloned();
        // 2 %, as in every comparison.
        let (mut worse_than, mut against, mut is_wrong) = (0.02, None, result.is_none());
        for value in values {
            match option(value) {
                Some((left, right)) if left == "worse_than" => {
                    match share(right) {
                        Some(share) => worse_than = share,
                        None => {
                            errors.on(right, "`worse_than` needs a share of 0 or more, as in `worse_than = \"3%\"`");
                        }
                    }
                }
                Some((left, right)) if left == "against" => {
                    against = text_of(right, "against", errors).or_else(|| Some(String::new()));
                }
                Some((left, _)) => {
                    let given = left.to_string();
                    let known = suggestion(&given, &["worse_than", "against"]);
                    errors.on(left, format!("a gate has no option `{given}`{known}"));
                }
                None => is_wrong = true,
            }
        }
        match (result, against) {
            (Some(result), Some(against)) if !is_wrong => gates.push(GateSpec {
                result,
                worse_than,
                against,
            }),
            (Some(_), None) if !is_wrong => errors.on(
                name,
                format!("a gate needs the name of a baseline: write `{EXAMPLE}`"),
            ),
            _ => errors.on(name, format!("expected `{EXAMPLE}`")),
        }
    }
    gates
}

/// That claims and gates of a function are about its results.
pub(super) fn known_results(
    sweep: &Sweep,
    named: impl Iterator<Item = Ident>,
    errors: &mut Errors,
) {
    let results = sweep.fields.iter();
    let results = results.filter(|field| matches!(field.kind, FieldKind::Result(_)));
    let results: Vec<&str> = results.map(|field| &*field.name).collect();
    for result in named {
        let given = syn::ext::IdentExt::unraw(&result).to_string();
        if !results.contains(&&*given) {
            let known = suggestion(&given, &results);
            errors.on(&result, format!("there is no result `{given}`{known}"));
        }
    }
}

/// The text of a claim.
fn claim(value: &Expr, example: &str, errors: &mut Errors) -> Option<String> {
    let Some(Literal::Text(text)) = Literal::of(value) else {
        errors.on(
            value,
            format!("`claim` needs a string literal, as in `{example}`"),
        );
        return None;
    };
    match problem(&text) {
        Some(problem) => {
            errors.on(value, problem);
            None
        }
        None => Some(text),
    }
}

fn problem(text: &str) -> Option<String> {
    let Some(at) = text.find(['<', '>', '=', '!']) else {
        return Some("a claim compares with a value, as in `< 0.7` or `p95 <= 5 ms`".to_owned());
    };
    let (head, rest) = text.split_at(at);
    let Some(value) = OPERATORS
        .iter()
        .find_map(|operator| rest.strip_prefix(operator))
    else {
        return Some(format!(
            "a claim compares with one of `<`, `<=`, `>`, `>=`, `==` and `!=`, not with `{}`",
            rest.chars().next().unwrap_or_default()
        ));
    };
    let (head, value) = (head.trim(), value.trim());
    let is_quantile = head.strip_prefix('p').is_some_and(|percent| {
        percent
            .parse::<f64>()
            .is_ok_and(|percent| 0.0 < percent && percent < 100.0)
    });
    if !(head.is_empty() || is_quantile || STATISTICS.contains(&head)) {
        return Some(format!(
            "there is no statistic `{head}`{}",
            suggestion(head, &STATISTICS)
        ));
    }
    let starts_number = |c: char| c.is_ascii_digit() || "+-.".contains(c);
    if value.starts_with(starts_number) || ["true", "false"].contains(&value) {
        return None;
    }
    Some(format!(
        "a claim compares with a number and its unit, or with `true` or `false`, not with `{value}`"
    ))
}

/// The name that an expression is.
fn ident(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

/// `name = value`.
fn option(expr: &Expr) -> Option<(&Ident, &Expr)> {
    match expr {
        Expr::Assign(assign) => Some((ident(&assign.left)?, &assign.right)),
        _ => None,
    }
}

/// `"3%"`, `"0.03"` or `0.03`, as a share.
fn share(expr: &Expr) -> Option<f64> {
    let text = match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => text.value(),
            Lit::Int(number) => number.base10_digits().to_owned(),
            Lit::Float(number) => number.base10_digits().to_owned(),
            _ => return None,
        },
        _ => return None,
    };
    let share = match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok()? / 100.0,
        None => text.trim().parse().ok()?,
    };
    (share.is_finite() && share >= 0.0).then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_told_apart() {
        for text in ["< 0.7", "p99.9<=5 ms", "== true", "median > -1", "worst<.5"] {
            assert_eq!(problem(text), None, "{text}");
        }
        for (text, part) in [
            ("0.7", "compares with a value"),
            ("= 1", "not with `=`"),
            ("! 1", "not with `!`"),
            ("meadian < 1", "did you mean `median`?"),
            ("p100 < 1", "no statistic `p100`"),
            ("< fast", "not with `fast`"),
            ("<", "not with ``"),
        ] {
            let found = problem(text).unwrap();
            assert!(found.contains(part), "{text}: {found}");
        }
    }

    #[test]
    fn shares_are_percent_or_numbers() {
        let read = |text: &str| share(&syn::parse_str(text).unwrap());
        for (text, expected) in [
            ("\"3%\"", Some(0.03)),
            ("\"2.5 %\"", Some(0.025)),
            ("\"0.1\"", Some(0.1)),
            ("0.1", Some(0.1)),
            ("0", Some(0.0)),
            ("-0.1", None),
            ("\"-3%\"", None),
            ("\"inf\"", None),
            ("true", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
