use std::collections::HashSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::{Expr, GenericParam, Generics, Ident, Type};

use super::literal::{literal_of, spelled};
use crate::errors::Errors;
use crate::model::Term;
use crate::parse::{Literal, TypeName};

/// Sorts the numbers of one field's declaration by who can see their values.
pub(super) struct Terms<'a> {
    /// The field's handle, which names its constants.
    pub(super) handle: &'a Ident,
    /// The field's type.
    pub(super) ty: &'a Type,
    /// What only the impl knows: `Self` and the parameters of the struct.
    pub(super) inner: &'a HashSet<String>,
}

impl Terms<'_> {
    /// The number `expr`, which is a `ty`, with its literal if it is one.
    pub(super) fn term(
        &self,
        what: &str,
        expr: &Expr,
        ty: TypeName,
        errors: &mut Errors,
    ) -> (Term, Option<Literal>) {
        if Literal::of(expr).is_some() {
            let literal = literal_of(expr, ty, errors);
            return (
                Term::Literal(spelled(expr, literal.as_ref(), self.ty)),
                literal,
            );
        }
        let term = if ty.is_number() && is_constant(expr) && !self.is_inner(expr.to_token_stream())
        {
            let name = format_ident!("__BENCHER_{}_{what}", self.handle.to_string());
            Term::Constant(name, expr.clone())
        } else {
            Term::Opaque(expr.clone())
        };
        (term, None)
    }

    fn is_inner(&self, tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => self.inner.contains(&ident.to_string()),
            TokenTree::Group(group) => self.is_inner(group.stream()),
            _ => false,
        })
    }
}

/// The names that mean nothing outside the impl.
pub(super) fn inner_names(generics: &Generics) -> HashSet<String> {
    let parameters = generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
            GenericParam::Const(parameter) => Some(parameter.ident.to_string()),
            GenericParam::Lifetime(_) => None,
        });
    parameters.chain(["Self".to_owned()]).collect()
}

/// Whether an expression is sure to be constant. A call may be: only the compiler knows.
fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) | Expr::Path(_) => true,
        Expr::Group(group) => is_constant(&group.expr),
        Expr::Paren(paren) => is_constant(&paren.expr),
        Expr::Unary(unary) => is_constant(&unary.expr),
        Expr::Binary(binary) => is_constant(&binary.left) && is_constant(&binary.right),
        Expr::Cast(cast) => is_constant(&cast.expr),
        _ => false,
    }
}
