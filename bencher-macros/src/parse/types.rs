use std::fmt;

use syn::{GenericArgument, PathArguments, Type};

/// A type as far as its tokens show what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeName {
    /// `bool`.
    Bool,
    /// `String`.
    Text,
    /// A signed integer and its bits.
    Signed(&'static str, u32),
    /// An unsigned integer and its bits.
    Unsigned(&'static str, u32),
    /// A float.
    Float(&'static str),
    /// `Duration`.
    Duration,
    /// `Timestamp`, of jiff.
    Timestamp,
    /// Anything else: an enum, an alias, a parameter.
    Unknown,
}

impl TypeName {
    /// Whether it is known to be a number.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Signed(..) | Self::Unsigned(..) | Self::Float(_))
    }

    /// Whether its values are moments or spans, written as text.
    pub(crate) fn is_time(self) -> bool {
        matches!(self, Self::Duration | Self::Timestamp)
    }

    /// Whether it is known to have no bounds.
    pub(crate) fn is_unordered(self) -> bool {
        matches!(self, Self::Bool | Self::Text)
    }
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::Text => "String",
            Self::Signed(name, _) | Self::Unsigned(name, _) | Self::Float(name) => name,
            Self::Duration => "Duration",
            Self::Timestamp => "Timestamp",
            Self::Unknown => "_",
        })
    }
}

/// The type that the last segment of a path names: `u64` and `::core::primitive::u64`.
pub(crate) fn type_name(ty: &Type) -> TypeName {
    let Some((name, PathArguments::None)) = last_segment(ty) else {
        return TypeName::Unknown;
    };
    match name.as_str() {
        "bool" => TypeName::Bool,
        "String" => TypeName::Text,
        "Duration" => TypeName::Duration,
        "Timestamp" => TypeName::Timestamp,
        "f32" => TypeName::Float("f32"),
        "f64" => TypeName::Float("f64"),
        "i8" => TypeName::Signed("i8", 8),
        "i16" => TypeName::Signed("i16", 16),
        "i32" => TypeName::Signed("i32", 32),
        "i64" => TypeName::Signed("i64", 64),
        "i128" => TypeName::Signed("i128", 128),
        // The widest there is: what a narrower target cannot hold, its compiler says.
        "isize" => TypeName::Signed("isize", 64),
        "u8" => TypeName::Unsigned("u8", 8),
        "u16" => TypeName::Unsigned("u16", 16),
        "u32" => TypeName::Unsigned("u32", 32),
        "u64" => TypeName::Unsigned("u64", 64),
        "u128" => TypeName::Unsigned("u128", 128),
        "usize" => TypeName::Unsigned("usize", 64),
        _ => TypeName::Unknown,
    }
}

/// The `T` of an `Option<T>`.
pub(crate) fn inside_option(ty: &Type) -> Option<&Type> {
    let (name, PathArguments::AngleBracketed(arguments)) = last_segment(ty)? else {
        return None;
    };
    match (name.as_str(), arguments.args.first(), arguments.args.len()) {
        ("Option", Some(GenericArgument::Type(inside)), 1) => Some(inside),
        _ => None,
    }
}

fn last_segment(ty: &Type) -> Option<(String, &PathArguments)> {
    match ty {
        // A type that went through a `macro_rules!` fragment comes grouped.
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            Some((last.ident.to_string(), &last.arguments))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn names_types() {
        assert_eq!(type_name(&parse_quote!(u8)), TypeName::Unsigned("u8", 8));
        assert_eq!(
            type_name(&parse_quote!(::std::string::String)),
            TypeName::Text
        );
        assert_eq!(type_name(&parse_quote!(Vec<u8>)), TypeName::Unknown);
        assert_eq!(type_name(&parse_quote!([f64; 3])), TypeName::Unknown);
    }

    #[test]
    fn looks_into_an_option() {
        let inside = |ty: Type| inside_option(&ty).map(type_name);
        let float = Some(TypeName::Float("f64"));
        assert_eq!(inside(parse_quote!(::core::option::Option<f64>)), float);
        assert_eq!(inside(parse_quote!(Result<f64, ()>)), None);
        assert_eq!(inside(parse_quote!(f64)), None);
    }
}
