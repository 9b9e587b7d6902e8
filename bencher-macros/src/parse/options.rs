//! The option lists of attributes: which there are, how each is written, and their parser.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, Meta, Token, parenthesized, token};

use crate::errors::Errors;
use crate::names::suggestion;

/// The options of one attribute.
pub(crate) struct Grammar {
    /// The attribute's name.
    attribute: &'static str,
    options: &'static [Known],
}

/// One option that there is.
struct Known {
    name: &'static str,
    form: Form,
    /// How it is written, for messages.
    example: &'static str,
    /// Whether it may stand several times.
    is_repeated: bool,
}

impl Known {
    /// The same option, which may stand several times.
    const fn repeated(mut self) -> Self {
        self.is_repeated = true;
        self
    }
}

/// How an option is written.
#[derive(Clone, Copy)]
enum Form {
    /// `name`
    Flag,
    /// `name = value`
    Value,
    /// `name(low, high)`
    Pair,
    /// `name(a, b, ...)`
    List,
}

const fn known(name: &'static str, form: Form, example: &'static str) -> Known {
    Known {
        name,
        form,
        example,
        is_repeated: false,
    }
}

/// `#[sweep(...)]` on a field.
pub(crate) const SWEEP: Grammar = Grammar {
    attribute: "sweep",
    options: &[
        known("bounds", Form::Pair, "bounds(1, 100)"),
        known("values", Form::List, "values(1, 2, 4)"),
        known("pow2", Form::Pair, "pow2(0, 10)"),
        known(
            "values_from",
            Form::Value,
            "values_from = path::to::function",
        ),
        known("file", Form::Value, "file = \"machines.json\""),
        known("flatten", Form::Flag, "flatten"),
        known("samples", Form::Value, "samples = 9"),
        known("step", Form::Value, "step = 10"),
        known("scale", Form::Value, "scale = \"log\""),
        known("thin", Form::Flag, "thin"),
        known("default", Form::Value, "default = 1"),
        known("units", Form::Value, "units = \"B\""),
        known(
            "max_subsampling_divisions",
            Form::Value,
            "max_subsampling_divisions = 4",
        ),
    ],
};

/// `#[constant(expr, ...)]` after the expression.
const CONSTANT: Grammar = Grammar {
    attribute: "constant",
    options: &[known("units", Form::Value, "units = \"B\"")],
};

/// `#[result(...)]` on a field.
pub(crate) const RESULT: Grammar = Grammar {
    attribute: "result",
    options: &[
        known("units", Form::Value, "units = \"s\""),
        known("direction", Form::Value, "direction = \"minimize\""),
        known("timed", Form::Flag, "timed"),
        known("own_axis", Form::Flag, "own_axis"),
        known("counter", Form::Value, "counter = \"instructions\""),
        known("meaning_version", Form::Value, "meaning_version = 2"),
        known("formula", Form::Value, "formula = \"bytes / elapsed\""),
        known("names", Form::List, "names(\"x\", \"y\", \"z\")"),
        known("claim", Form::Value, "claim = \"< 0.7\"").repeated(),
    ],
};

/// `#[sweep(...)]` on a variant.
pub(crate) const VARIANT: Grammar = Grammar {
    attribute: "sweep",
    options: &[known("name", Form::Value, "name = \"zstd-fast\"")],
};

/// `#[bencher(...)]` on a type.
pub(crate) const BENCHER: Grammar = Grammar {
    attribute: "bencher",
    options: &[
        known("version", Form::Value, "version = 2"),
        known("crate", Form::Value, "crate = path::to::bencher"),
        known("shared", Form::Flag, "shared"),
    ],
};

/// `#[bench_sweep(...)]` on a function, after the sweep that is judged.
pub(crate) const BENCH_SWEEP: Grammar = Grammar {
    attribute: "bench_sweep",
    options: &[
        known("repeats", Form::Value, "repeats = 16"),
        known("level", Form::Value, "level = 3"),
        known("budget", Form::Value, "budget = \"10s\""),
        known("title", Form::Value, "title = \"Cost of sorting\""),
        known("ignore", Form::Flag, "ignore"),
        known("types", Form::List, "types(T = [u32, u64])"),
        known("throughput", Form::List, "throughput(bytes = 8 * len)"),
        known("runtime", Form::Value, "runtime = path::to::function"),
        known("claim", Form::List, "claim(time, \"< 5 ms\")").repeated(),
        known(
            "gate",
            Form::List,
            "gate(time, worse_than = \"3%\", against = \"main\")",
        )
        .repeated(),
        known("crate", Form::Value, "crate = path::to::bencher"),
    ],
};

impl Grammar {
    fn names(&self) -> Vec<&'static str> {
        self.options.iter().map(|option| option.name).collect()
    }

    fn unknown(&self, given: &str) -> String {
        let attribute = self.attribute;
        let mut fields = [&SWEEP, &RESULT]
            .into_iter()
            .filter(|other| other.attribute != attribute);
        match fields.find(|other| other.names().contains(&given)) {
            Some(other) if attribute != BENCHER.attribute => format!(
                "`{given}` belongs to `#[{}(...)]`, not to `#[{attribute}(...)]` (known: {})",
                other.attribute,
                self.names().join(", ")
            ),
            _ => format!(
                "`#[{attribute}(...)]` has no option `{given}`{}",
                suggestion(given, &self.names())
            ),
        }
    }
}

/// The options that one attribute has, each known, written in its form and there once.
#[derive(Default)]
pub(crate) struct Options {
    accepted: Vec<Written>,
    has_errors: bool,
}

/// One option as it was written.
pub(super) struct Written {
    pub(super) name: Ident,
    argument: Argument,
}

/// What stands after an option's name.
enum Argument {
    Flag,
    Value(Expr),
    List(Punctuated<Expr, Token![,]>),
}

impl Options {
    /// Parses an attribute whose arguments are options alone; what is wrong is left out.
    pub(crate) fn of(attr: &Attribute, grammar: &Grammar, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        options.extend(attr, grammar, errors);
        options
    }

    /// Adds the options of one more attribute.
    pub(crate) fn extend(&mut self, attr: &Attribute, grammar: &Grammar, errors: &mut Errors) {
        match arguments(attr, Punctuated::<Written, Token![,]>::parse_terminated) {
            Ok(None) => {}
            Ok(Some(written)) => self.accept(written, grammar, errors),
            Err(error) => {
                errors.push(error);
                self.has_errors = true;
            }
        }
    }

    /// The options after the expression of `#[constant(expr, ...)]`.
    pub(crate) fn after_value(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let mut options = Self::default();
        let written = Punctuated::<Written, Token![,]>::parse_terminated(input)?;
        options.accept(written, &CONSTANT, errors);
        Ok(options)
    }

    pub(super) fn accept(
        &mut self,
        written: impl IntoIterator<Item = Written>,
        grammar: &Grammar,
        errors: &mut Errors,
    ) {
        for option in written {
            match self.problem(&option, grammar) {
                Some(message) => {
                    errors.on(&option.name, message);
                    self.has_errors = true;
                }
                None => self.accepted.push(option),
            }
        }
    }

    fn problem(&self, option: &Written, grammar: &Grammar) -> Option<String> {
        let name = option.name.unraw().to_string();
        let Some(known) = grammar.options.iter().find(|known| known.name == name) else {
            return Some(grammar.unknown(&name));
        };
        if self.find(known.name).is_some() && !known.is_repeated {
            return Some(format!("`{name}` is given twice; keep one of them"));
        }
        let wrong = option.misses(known.form)?;
        Some(format!("`{name}` {wrong}: write `{}`", known.example))
    }

    fn find(&self, name: &str) -> Option<&Written> {
        self.accepted
            .iter()
            .find(|option| option.name.unraw() == name)
    }

    /// Whether something was left out, so that what seems missing may be meant.
    pub(crate) fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// The name of any option but this one, as it was written.
    pub(crate) fn other_than(&self, name: &str) -> Option<&Ident> {
        let other = |option: &&Written| option.name.unraw() != name;
        self.accepted.iter().find(other).map(|option| &option.name)
    }

    /// The name of an option as it was written, if it is there.
    pub(crate) fn flag(&self, name: &str) -> Option<&Ident> {
        self.find(name).map(|option| &option.name)
    }

    /// The value of `name = value`, with the name.
    pub(crate) fn value(&self, name: &str) -> Option<(&Ident, &Expr)> {
        match self.find(name)? {
            Written {
                name,
                argument: Argument::Value(value),
            } => Some((name, value)),
            _ => None,
        }
    }

    /// The values of `name(a, b, ...)`, with the name.
    pub(crate) fn list(&self, name: &str) -> Option<(&Ident, &Punctuated<Expr, Token![,]>)> {
        match self.find(name)? {
            Written {
                name,
                argument: Argument::List(values),
            } => Some((name, values)),
            _ => None,
        }
    }

    /// The values of `name = value`, in every place where it stands.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &Expr> {
        let of_name = self
            .accepted
            .iter()
            .filter(move |option| option.name.unraw() == name);
        of_name.filter_map(|option| match &option.argument {
            Argument::Value(value) => Some(value),
            Argument::Flag | Argument::List(_) => None,
        })
    }

    /// The values of `name(a, b, ...)`, in every place where it stands.
    pub(crate) fn lists(
        &self,
        name: &str,
    ) -> impl Iterator<Item = (&Ident, &Punctuated<Expr, Token![,]>)> {
        let of_name = self
            .accepted
            .iter()
            .filter(move |option| option.name.unraw() == name);
        of_name.filter_map(|option| match &option.argument {
            Argument::List(values) => Some((&option.name, values)),
            Argument::Flag | Argument::Value(_) => None,
        })
    }

    /// The two values of `name(low, high)`, with the name.
    pub(crate) fn pair(&self, name: &str) -> Option<(&Ident, &Expr, &Expr)> {
        let (name, values) = self.list(name)?;
        let mut values = values.iter();
        Some((name, values.next()?, values.next()?))
    }
}

impl Written {
    /// The error where the option is not in its form.
    fn misses(&self, form: Form) -> Option<&'static str> {
        match (form, &self.argument) {
            (Form::Flag, Argument::Flag)
            | (Form::Value, Argument::Value(_))
            | (Form::List, Argument::List(_)) => None,
            (Form::Pair, Argument::List(values)) => {
                (values.len() != 2).then_some("takes two values")
            }
            (Form::Flag, _) => Some("takes no value"),
            (Form::Value, _) => Some("needs one value"),
            (Form::Pair, _) => Some("needs two values in parentheses"),
            (Form::List, _) => Some("needs values in parentheses"),
        }
    }
}

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if let Some(advice) = bare_values(input) {
            return Err(input.error(advice));
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected the name of an option, as in `units = \"B\"`"));
        }
        let name = input.call(Ident::parse_any)?;
        let argument = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            if input.is_empty() || input.peek(Token![,]) {
                return Err(syn::Error::new_spanned(
                    &name,
                    format!("`{name} =` needs a value"),
                ));
            }
            Argument::Value(input.parse()?)
        } else if input.peek(token::Paren) {
            let list;
            parenthesized!(list in input);
            Argument::List(list.parse_terminated(Expr::parse, Token![,])?)
        } else {
            Argument::Flag
        };
        Ok(Self { name, argument })
    }
}

/// What to write in place of values that stand where an option should.
fn bare_values(input: ParseStream<'_>) -> Option<&'static str> {
    match input.fork().parse().ok()? {
        Expr::Range(_) => Some(
            "a range of values is `bounds(low, high)`, both ends included, as in `bounds(0.0, 1.0)`",
        ),
        Expr::Array(_) | Expr::Lit(_) | Expr::Unary(_) => {
            Some("values are listed by `values(...)`, as in `values(1, 2, 4)`")
        }
        _ => None,
    }
}

/// What stands in an attribute's parentheses; `None` for the bare attribute.
pub(crate) fn arguments<T>(
    attr: &Attribute,
    parser: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Option<T>> {
    match &attr.meta {
        Meta::Path(_) => Ok(None),
        Meta::List(list) => list.parse_args_with(parser).map(Some),
        Meta::NameValue(pair) => {
            let name = pair
                .path
                .get_ident()
                .map(ToString::to_string)
                .unwrap_or_default();
            let message = format!("options go in parentheses: `#[{name}(...)]`");
            Err(syn::Error::new_spanned(pair, message))
        }
    }
}
