use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{FnArg, Type};

use super::function::{RUN, options, own, own_at, own_at_output};
use crate::model::Function;

/// What runs a judged sweep, and its entry.
pub(super) fn judge(
    function: &Function,
    subject: &Type,
    private: &TokenStream,
) -> (TokenStream, TokenStream) {
    let (judge, name) = (&function.item.sig.ident, &function.name);
    let options = options(&function.run, private);
    let run = format_ident!("{RUN}");
    let [entry, session, point] = ["entry", "session", "point"].map(own);
    let [judged, kind, result] = ["judged", "kind", "result"].map(own);
    // A type error points at the place where the user declares another type.
    let signature = &function.item.sig;
    let given = match signature.inputs.first() {
        Some(FnArg::Typed(parameter)) => own_at("result", &parameter.ty),
        _ => result.clone(),
    };
    let returned = own_at_output("kind", &signature.output);
    // `allow`: which of the imported traits is needed depends on what the function returns.
    let runs = quote! {
        #[allow(unused_imports)]
        fn #run(
            #entry: &#private::SweepEntry,
            #session: &#private::SharedSession,
            #point: ::core::option::Option<&::core::primitive::str>,
        ) -> #private::SampleResult {
            use #private::{FallibleKind as _, PlainKind as _};
            let #judged = |#result: &#private::BenchResult<#subject>| #judge(#given);
            let #kind = (&#private::Probe::of_judge(&#judged)).kind();
            #private::judged::<#subject, _>(#entry, #session, #point, #returned, #judged)
        }
    };
    let entry = quote! {
        #private::SweepEntry::judged::<#subject>(::core::module_path!(), #name, #options, #run)
    };
    (runs, entry)
}
