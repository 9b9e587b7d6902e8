//! The numbers that only the compiler can see: each becomes a constant, and each rule about it a
//! call within a constant.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

use super::spans::{ends_of, shown_at};
use crate::model::{Field, Input, Scale, Term, Values};
use crate::parse::TypeName;
use crate::validate::highest_exponent;

/// The constants of all fields and the rules over them.
pub(super) fn checks<'f>(
    inputs: impl Iterator<Item = (&'f Field, &'f Input)>,
    private: &TokenStream,
) -> TokenStream {
    let mut checks = Checks {
        private,
        tokens: TokenStream::new(),
    };
    for (field, input) in inputs {
        checks.input(field, input);
    }
    checks.tokens
}

struct Checks<'a> {
    private: &'a TokenStream,
    tokens: TokenStream,
}

impl Checks<'_> {
    fn input(&mut self, field: &Field, input: &Input) {
        let Field { ty, .. } = field;
        if let Some((_, step)) = &input.step {
            self.number(step, field, input);
            self.rule(
                "step",
                &[step],
                step.written(),
                &quote!(#step <= (0 as #ty)),
            );
        }
        if let Some(samples) = &input.samples {
            self.constant(samples, &quote!(::core::primitive::usize));
            self.rule("samples", &[samples], samples.written(), samples);
        }
        if let Some(divisions) = &input.max_subsampling_divisions {
            self.constant(divisions, &quote!(::core::primitive::u8));
            self.rule("divisions", &[divisions], divisions.written(), divisions);
        }
        if let Some(default) = &input.default {
            self.number(default, field, input);
        }
        match &input.values {
            Values::Bounds(_, low, high) => self.bounds(field, input, low, high),
            Values::PowersOfTwo(_, low, high) => {
                let u32 = quote!(::core::primitive::u32);
                self.constant(low, &u32);
                self.constant(high, &u32);
                let highest = highest_exponent(input.type_name);
                let arguments = quote!(#low, #high, #highest);
                self.rule("exponents", &[low, high], both(low, high), &arguments);
            }
            Values::All | Values::Constant(_) | Values::Listed { .. } | Values::Source(..) => {}
        }
    }

    fn bounds(&mut self, field: &Field, input: &Input, low: &Term, high: &Term) {
        let Field { ty, .. } = field;
        self.number(low, field, input);
        self.number(high, field, input);
        self.rule(
            "order",
            &[low, high],
            both(low, high),
            &quote!(#low > #high),
        );
        if matches!(input.scale, Some((_, Scale::Log))) {
            self.rule(
                "logarithm",
                &[low],
                low.written(),
                &quote!(#low <= (0 as #ty)),
            );
        }
        if let Some(samples) = &input.samples {
            let arguments = quote!(#samples, #low == #high);
            self.rule("width", &[low, high, samples], both(low, high), &arguments);
        }
        if let Some(default) = &input.default {
            let outside = quote!(#default < #low || #default > #high);
            self.rule(
                "default",
                &[low, high, default],
                default.written(),
                &outside,
            );
        }
    }

    /// A number of the field's own type.
    fn number(&mut self, term: &Term, field: &Field, input: &Input) {
        self.constant(term, &field.ty);
        if matches!(input.type_name, TypeName::Float(_)) {
            let is_finite = quote!(#term.is_finite());
            self.rule("finite", &[term], term.written(), &is_finite);
        }
    }

    fn constant(&mut self, term: &Term, ty: &impl ToTokens) {
        if let Term::Constant(name, expr) = term {
            self.tokens.extend(quote!(const #name: #ty = #expr;));
        }
    }

    /// A call of one of the functions of `check`, shown as `place`; for terms that the derive
    /// has seen itself, or that no constant can hold, nothing.
    fn rule(
        &mut self,
        name: &str,
        terms: &[&Term],
        place: impl ToTokens,
        arguments: &impl ToTokens,
    ) {
        let has_constant = terms.iter().any(|term| matches!(term, Term::Constant(..)));
        if !has_constant || terms.iter().any(|term| matches!(term, Term::Opaque(_))) {
            return;
        }
        let private = self.private;
        let (first, last) = ends_of(&place);
        let name = format_ident!("{name}");
        let function = shown_at(first, quote!(#private::check::#name));
        let arguments = shown_at(last, quote!((#arguments)));
        // Where one side is the end of its type, a comparison is useless but right.
        self.tokens.extend(quote! {
            #[allow(unused_comparisons, clippy::absurd_extreme_comparisons)]
            const _: () = #function #arguments;
        });
    }
}

fn both(low: &Term, high: &Term) -> TokenStream {
    let (low, high) = (low.written(), high.written());
    quote!(#low #high)
}
