use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The doc comment in one text: a line for each line, without the space after `///`.
pub(crate) fn doc_comment(attrs: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        let Meta::NameValue(doc) = &attr.meta else {
            continue;
        };
        // `#[doc = include_str!(..)]` has no text before expansion, so it adds none.
        if let Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) = &doc.value
        {
            let text = text.value();
            lines.extend(
                text.split('\n')
                    .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()),
            );
        }
    }
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn joins_lines() {
        let item: syn::ItemStruct = parse_quote! {
            /// Cost of sorting.
            ///
            ///   Indented "text" µs
            #[doc(hidden)]
            struct S;
        };
        assert_eq!(
            doc_comment(&item.attrs),
            "Cost of sorting.\n\n  Indented \"text\" µs"
        );
        assert_eq!(doc_comment(&[]), "");
    }
}
