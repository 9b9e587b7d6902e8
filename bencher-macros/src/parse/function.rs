use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, GenericArgument, Ident, Path, Token, Type, bracketed, parenthesized, token,
};

use super::container::krate;
use super::options::Written;
use super::{BENCH_SWEEP, Options, doc_comment};
use crate::errors::Errors;

/// The arguments of `#[bench_sweep(...)]`.
#[derive(Default)]
pub(crate) struct Arguments {
    /// The sweep whose finished result the function judges.
    pub(crate) subject: Option<Type>,
    /// `types(...)`: the option's name, and a choice for each parameter.
    pub(crate) types: Option<(Ident, Vec<Choice>)>,
    pub(crate) options: Options,
    /// `crate`: where the facade is found.
    pub(crate) krate: Option<Path>,
}

/// `T = [u32, u64]`
pub(crate) struct Choice {
    pub(crate) parameter: Ident,
    pub(crate) arguments: Vec<GenericArgument>,
}

/// One of the arguments, before any is judged.
enum Part {
    Types(Ident, Vec<Choice>),
    Other(Written),
}

impl Arguments {
    /// Reads what stands in the attribute's parentheses; what is wrong is left out.
    pub(crate) fn of(tokens: TokenStream, errors: &mut Errors) -> Self {
        let (subject, parts) = match arguments.parse2(tokens) {
            Ok(parsed) => parsed,
            Err(error) => {
                errors.push(error);
                return Self::default();
            }
        };
        let mut types = None;
        let mut written = Vec::new();
        for part in parts {
            match part {
                Part::Types(name, _) if types.is_some() => errors.on(
                    name,
                    "`types` is given twice; write all parameters into the first: `types(T = [u32], U = \
                     [u64])`",
                ),
                Part::Types(name, choices) => types = Some((name, choices)),
                Part::Other(other) => written.push(other),
            }
        }
        let mut options = Options::default();
        options.accept(written, &BENCH_SWEEP, errors);
        Self {
            subject,
            types,
            krate: krate(&options, errors),
            options,
        }
    }
}

fn arguments(input: ParseStream<'_>) -> syn::Result<(Option<Type>, Vec<Part>)> {
    let subject = subject(input);
    if subject.is_some() && !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    let parts = Punctuated::<Part, Token![,]>::parse_terminated(input)?;
    Ok((subject, parts.into_iter().collect()))
}

/// A type at the beginning. A lone word of small letters is an option, if a misspelt one.
fn subject(input: ParseStream<'_>) -> Option<Type> {
    let ahead = input.fork();
    let ty: Type = ahead.parse().ok()?;
    if !(ahead.is_empty() || ahead.peek(Token![,])) {
        return None;
    }
    if let Type::Path(path) = &ty
        && let Some(word) = path.path.get_ident()
        && word.unraw().to_string().starts_with(char::is_lowercase)
    {
        return None;
    }
    input.advance_to(&ahead);
    Some(ty)
}

impl Parse for Part {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        let is_types = ahead
            .call(Ident::parse_any)
            .is_ok_and(|name| name == "types");
        if !(is_types && ahead.peek(token::Paren)) {
            return input.parse().map(Self::Other);
        }
        let name = input.call(Ident::parse_any)?;
        let list;
        parenthesized!(list in input);
        let choices = Punctuated::<Choice, Token![,]>::parse_terminated(&list)?;
        Ok(Self::Types(name, choices.into_iter().collect()))
    }
}

impl Parse for Choice {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let wrong = |error: syn::Error| {
            let message = "expected a parameter and its types, as in `T = [u32, u64]`";
            syn::Error::new(error.span(), message)
        };
        let parameter = input.call(Ident::parse_any).map_err(wrong)?;
        input.parse::<Token![=]>().map_err(wrong)?;
        let list;
        if !input.peek(token::Bracket) {
            return Err(wrong(input.error("")));
        }
        bracketed!(list in input);
        let arguments = Punctuated::<GenericArgument, Token![,]>::parse_terminated(&list)?;
        Ok(Self {
            parameter,
            arguments: arguments.into_iter().collect(),
        })
    }
}

impl Options {
    /// The assignments of `name(a = x, b = y)`, with the option's name.
    pub(crate) fn assignments(
        &self,
        name: &str,
        example: &str,
        errors: &mut Errors,
    ) -> Vec<(Ident, Expr)> {
        let Some((_, values)) = self.list(name) else {
            return Vec::new();
        };
        let assigned = values.iter().filter_map(|value| {
            if let Expr::Assign(assign) = value
                && let Expr::Path(path) = &*assign.left
                && let Some(left) = path.path.get_ident()
            {
                return Some((left.clone(), (*assign.right).clone()));
            }
            errors.on(value, format!("expected `{example}`"));
            None
        });
        assigned.collect()
    }
}

/// What the attributes of a function say, apart from `#[bench_sweep]`.
pub(crate) struct Attributes {
    pub(crate) doc: String,
    /// `#[ignore]`, with its reason.
    pub(crate) ignore: Option<Attribute>,
    /// `#[cfg(...)]`, which holds for all that is made of the function.
    pub(crate) conditions: Vec<Attribute>,
    /// What stays on the function.
    pub(crate) kept: Vec<Attribute>,
}

impl Attributes {
    /// Sorts the attributes of a function.
    pub(crate) fn of(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut sorted = Self {
            doc: doc_comment(attrs),
            ignore: None,
            conditions: Vec::new(),
            kept: Vec::new(),
        };
        for attr in attrs {
            let is = |name: &str| attr.path().is_ident(name);
            if is("doc") {
            } else if is("ignore") {
                sorted.ignore = Some(attr.clone());
            } else if is("cfg") {
                sorted.conditions.push(attr.clone());
            } else if is("test") || is("bench") {
                errors.on(
                    attr,
                    "`#[bench_sweep]` makes a test of the function already; drop this attribute",
                );
            } else if is("should_panic") {
                errors.on(
                    attr,
                    "a sample that panics has failed; to expect it, catch the panic in the body",
                );
            } else {
                sorted.kept.push(attr.clone());
            }
        }
        sorted
    }
}
