//! The one text that equal arguments have: the order of a struct's fields and of a map's keys does
//! not show in it, and no two different values share one.

use std::fmt::{self, Display};

use serde::Serialize;
use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// The canonical text of a value.
pub(super) fn canonical_text<T: Serialize + ?Sized>(value: &T) -> Result<String, CanonicalError> {
    value.serialize(Canonical)
}

/// Why a value has no canonical text: what its `Serialize` said.
#[derive(Debug)]
pub(super) struct CanonicalError(String);

impl Display for CanonicalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CanonicalError {}

impl serde::ser::Error for CanonicalError {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

type Text = Result<String, CanonicalError>;

struct Canonical;

/// The parts of a value that is made of others, as texts.
struct Parts {
    /// What stands before them: the variant of an enum.
    name: String,
    texts: Vec<String>,
    /// Whether their order means nothing.
    unordered: bool,
}

impl Parts {
    fn new(name: String, unordered: bool) -> Self {
        Self {
            name,
            texts: Vec::new(),
            unordered,
        }
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
        self.texts.push(canonical_text(value)?);
        Ok(())
    }

    fn push_field<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), CanonicalError> {
        self.texts
            .push(format!("{}:{}", quoted(name)?, canonical_text(value)?));
        Ok(())
    }

    fn text(mut self) -> String {
        let (open, close) = if self.unordered {
            ('{', '}')
        } else {
            ('[', ']')
        };
        if self.unordered {
            self.texts.sort_unstable();
        }
        format!("{}{open}{}{close}", self.name, self.texts.join(","))
    }
}

fn quoted(text: &str) -> Text {
    serde_json::to_string(text).map_err(CanonicalError::custom)
}

fn variant(name: &str) -> Text {
    Ok(format!("@{}", quoted(name)?))
}

macro_rules! as_text {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Text {
            Ok(value.to_string())
        })*
    };
}

impl Serializer for Canonical {
    type Ok = String;
    type Error = CanonicalError;
    type SerializeSeq = Parts;
    type SerializeTuple = Parts;
    type SerializeTupleStruct = Parts;
    type SerializeTupleVariant = Parts;
    type SerializeMap = Parts;
    type SerializeStruct = Parts;
    type SerializeStructVariant = Parts;

    as_text!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_i128: i128, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32, serialize_u64: u64, serialize_u128: u128);

    fn serialize_f32(self, value: f32) -> Text {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Text {
        // One zero, and one NaN whatever its bits.
        Ok(format!("{:?}", if value == 0.0 { 0.0 } else { value }))
    }

    fn serialize_char(self, value: char) -> Text {
        quoted(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Text {
        quoted(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Text {
        let digits = value.iter().map(|byte| format!("{byte:02x}"));
        Ok(format!("0x{}", digits.collect::<String>()))
    }

    fn serialize_none(self) -> Text {
        Ok("null".to_owned())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Text {
        Ok(format!("({})", canonical_text(value)?))
    }

    fn serialize_unit(self) -> Text {
        Ok("()".to_owned())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Text {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Text {
        variant(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Text {
        canonical_text(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Text {
        Ok(format!("{}({})", variant(name)?, canonical_text(value)?))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts, CanonicalError> {
        Ok(Parts::new(String::new(), false))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts, CanonicalError> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts, CanonicalError> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Parts, CanonicalError> {
        Ok(Parts::new(variant(name)?, false))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts, CanonicalError> {
        Ok(Parts::new(String::new(), true))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts, CanonicalError> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Parts, CanonicalError> {
        Ok(Parts::new(variant(name)?, true))
    }
}

macro_rules! ordered {
    ($($trait:ident :: $method:ident),*) => {
        $(impl $trait for Parts {
            type Ok = String;
            type Error = CanonicalError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
                self.push(value)
            }

            fn end(self) -> Text {
                Ok(self.text())
            }
        })*
    };
}

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl $trait for Parts {
            type Ok = String;
            type Error = CanonicalError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), CanonicalError> {
                self.push_field(name, value)
            }

            fn end(self) -> Text {
                Ok(self.text())
            }
        })*
    };
}

ordered!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);
fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Parts {
    type Ok = String;
    type Error = CanonicalError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), CanonicalError> {
        self.push(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
        let key = self.texts.pop().unwrap_or_default();
        self.texts.push(format!("{key}:{}", canonical_text(value)?));
        Ok(())
    }

    fn end(self) -> Text {
        Ok(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, HashMap};

    #[derive(Serialize)]
    enum Algo {
        Quick,
        Merge(u8),
        Radix { bits: u8, stable: bool },
        Pair(u8, u8),
    }

    #[test]
    fn texts() {
        #[derive(Serialize)]
        struct Forth {
            a: Option<u8>,
            b: f32,
        }
        #[derive(Serialize)]
        struct Back {
            b: f64,
            a: Option<i64>,
        }
        let forth = canonical_text(&Forth { a: Some(1), b: 1.0 }).unwrap();
        assert_eq!(forth, r#"{"a":(1),"b":1.0}"#);
        assert_eq!(canonical_text(&Back { b: 1.0, a: Some(1) }).unwrap(), forth);
        let algos = [
            Algo::Quick,
            Algo::Merge(1),
            Algo::Radix {
                bits: 8,
                stable: true,
            },
            Algo::Pair(1, 2),
        ];
        assert_eq!(
            canonical_text(&algos).unwrap(),
            r#"[@"Quick",@"Merge"(1),@"Radix"{"bits":8,"stable":true},@"Pair"[1,2]]"#
        );
        assert_eq!(
            canonical_text(&(-0.0, f64::NAN, -f64::NAN)).unwrap(),
            "[0.0,NaN,NaN]"
        );
        assert_eq!(canonical_text(&Some(None::<u8>)).unwrap(), "(null)");
        assert_eq!(canonical_text("\"Quick\", é").unwrap(), r#""\"Quick\", é""#);
        assert_eq!(
            canonical_text(&((), 'x', u128::MAX)).unwrap(),
            format!("[(),\"x\",{}]", u128::MAX)
        );
    }

    #[test]
    fn what_cannot_be_serialised_says_so() {
        struct Refuses;
        impl Serialize for Refuses {
            fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(S::Error::custom("no such thing"))
            }
        }
        assert_eq!(
            canonical_text(&[Refuses]).unwrap_err().to_string(),
            "no such thing"
        );
    }

    proptest! {
        #[test]
        fn maps_have_no_order(pairs in prop::collection::btree_map(any::<i16>(), any::<String>(), 0..20)) {
            let hashed: HashMap<_, _> = pairs.iter().collect();
            prop_assert_eq!(canonical_text(&hashed).unwrap(), canonical_text(&pairs).unwrap());
        }

        #[test]
        fn different_values_differ(
            a in prop::collection::btree_map(".{0,3}", prop::option::of(".{0,3}"), 0..3),
            b in prop::collection::btree_map(".{0,3}", prop::option::of(".{0,3}"), 0..3),
        ) {
            let text = |map: &BTreeMap<String, Option<String>>| canonical_text(map).unwrap();
            prop_assert_eq!(text(&a) == text(&b), a == b);
        }
    }
}
