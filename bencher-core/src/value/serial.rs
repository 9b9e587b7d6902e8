//! The canonical text of serialisable values, written into one buffer. It does not depend on the order of a struct's
//! fields or a map's keys, and two different values never have the same text.

use std::fmt::Display;
use std::io::Write as _;

use serde::Serialize;
use serde::ser::{
    self, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::Digest;

/// Gives identities to serialisable values; one for many values spares the buffers.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    text: Vec<u8>,
    /// Where the parts of the maps that are open begin.
    starts: Vec<usize>,
    /// Room to put parts into order.
    room: Vec<u8>,
    /// The first float that is NaN or infinite.
    not_finite: Option<f64>,
    /// Whether floats of 32 bits are marked.
    marks_narrow: bool,
}

impl Identities {
    /// The digest of a value's canonical text.
    pub(crate) fn of<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<Digest, SerialError> {
        self.text.clear();
        self.starts.clear();
        self.not_finite = None;
        value.serialize(&mut *self)?;
        Ok(Digest::of(&self.text))
    }

    /// The first float of the last value that is NaN or infinite.
    pub(super) const fn not_finite(&self) -> Option<f64> {
        self.not_finite
    }

    fn put(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    fn put_display(&mut self, value: impl Display) -> Result<(), SerialError> {
        write!(self.text, "{value}").map_err(ser::Error::custom)
    }

    fn put_quoted(&mut self, text: &str) -> Result<(), SerialError> {
        serde_json::to_writer(&mut self.text, text).map_err(ser::Error::custom)
    }

    fn put_variant(&mut self, name: &str) -> Result<(), SerialError> {
        self.put("@");
        self.put_quoted(name)
    }

    fn list(&mut self, order: Order) -> Parts<'_> {
        self.put(if order == Order::Kept { "[" } else { "{" });
        Parts {
            first: self.starts.len(),
            open: self.text.len(),
            order,
            to: self,
        }
    }

    /// Brings the parts of the map that was opened last into order.
    fn sort_parts(&mut self, first: usize) {
        let text = self.text.as_slice();
        let starts = self.starts.get(first..).unwrap_or_default();
        let begin = starts.first().copied().unwrap_or(text.len());
        // Each part ends before the comma in front of the next one.
        let ends = starts.iter().skip(1).map(|start| start - 1);
        let ranges = starts.iter().copied().zip(ends.chain([text.len()]));
        let mut parts: Vec<&[u8]> = ranges.filter_map(|(a, b)| text.get(a..b)).collect();
        if !parts.is_sorted() {
            parts.sort_unstable();
            self.room.clear();
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    self.room.push(b',');
                }
                self.room.extend_from_slice(part);
            }
            self.text.truncate(begin);
            self.text.extend_from_slice(&self.room);
        }
        self.starts.truncate(first);
    }
}

/// The canonical text of a value.
pub(crate) fn canonical_text<T: Serialize + ?Sized>(value: &T) -> Result<String, SerialError> {
    let mut identities = Identities::default();
    value.serialize(&mut identities)?;
    String::from_utf8(identities.text).map_err(ser::Error::custom)
}

/// The text of the arguments of a call, in which a float of 32 bits differs from one of 64.
pub(crate) fn call_text<T: Serialize + ?Sized>(value: &T) -> Result<String, SerialError> {
    let mut identities = Identities {
        marks_narrow: true,
        ..Identities::default()
    };
    value.serialize(&mut identities)?;
    String::from_utf8(identities.text).map_err(ser::Error::custom)
}

/// Why a value has no canonical text: what its `Serialize` said.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct SerialError(String);

impl ser::Error for SerialError {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Order {
    Kept,
    Sorted,
}

/// The parts of a value that is made of others.
pub(crate) struct Parts<'a> {
    to: &'a mut Identities,
    /// The first of its parts in `starts`.
    first: usize,
    /// Where the text of the parts begins.
    open: usize,
    order: Order,
}

impl Parts<'_> {
    fn next(&mut self) {
        if self.to.text.len() > self.open {
            self.to.put(",");
        }
        if self.order == Order::Sorted {
            self.to.starts.push(self.to.text.len());
        }
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerialError> {
        self.next();
        value.serialize(&mut *self.to)
    }

    fn push_field<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), SerialError> {
        self.next();
        self.to.put_quoted(name)?;
        self.to.put(":");
        value.serialize(&mut *self.to)
    }

    fn close(self) {
        if self.order == Order::Sorted {
            self.to.sort_parts(self.first);
        }
        self.to
            .put(if self.order == Order::Kept { "]" } else { "}" });
    }
}

macro_rules! as_text {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Result<(), SerialError> {
            self.put_display(value)
        })*
    };
}

impl<'a> Serializer for &'a mut Identities {
    type Ok = ();
    type Error = SerialError;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    as_text!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_i128: i128, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32, serialize_u64: u64, serialize_u128: u128);

    fn serialize_f32(self, value: f32) -> Result<(), SerialError> {
        (&mut *self).serialize_f64(f64::from(value))?;
        if self.marks_narrow {
            self.put("f32");
        }
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), SerialError> {
        if !value.is_finite() {
            self.not_finite.get_or_insert(value);
        }
        // One NaN, whatever its bits.
        write!(self.text, "{value:?}").map_err(ser::Error::custom)
    }

    fn serialize_char(self, value: char) -> Result<(), SerialError> {
        self.put_quoted(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), SerialError> {
        self.put_quoted(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), SerialError> {
        self.put("0x");
        let mut digits = value.iter();
        digits.try_for_each(|byte| self.put_display(format_args!("{byte:02x}")))
    }

    fn serialize_none(self) -> Result<(), SerialError> {
        self.put("null");
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), SerialError> {
        self.put("(");
        value.serialize(&mut *self)?;
        self.put(")");
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), SerialError> {
        self.put("()");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), SerialError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<(), SerialError> {
        self.put_variant(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), SerialError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), SerialError> {
        self.put_variant(name)?;
        self.serialize_some(value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>, SerialError> {
        Ok(self.list(Order::Kept))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, SerialError> {
        Ok(self.list(Order::Kept))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, SerialError> {
        Ok(self.list(Order::Kept))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, SerialError> {
        self.put_variant(name)?;
        Ok(self.list(Order::Kept))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'a>, SerialError> {
        Ok(self.list(Order::Sorted))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, SerialError> {
        Ok(self.list(Order::Sorted))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, SerialError> {
        self.put_variant(name)?;
        Ok(self.list(Order::Sorted))
    }
}

macro_rules! ordered {
    ($($trait:ident :: $method:ident),*) => {
        $(impl $trait for Parts<'_> {
            type Ok = ();
            type Error = SerialError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerialError> {
                self.push(value)
            }

            fn end(self) -> Result<(), SerialError> {
                self.close();
                Ok(())
            }
        })*
    };
}

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl $trait for Parts<'_> {
            type Ok = ();
            type Error = SerialError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), SerialError> {
                self.push_field(name, value)
            }

            fn end(self) -> Result<(), SerialError> {
                self.close();
                Ok(())
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

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = SerialError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SerialError> {
        self.push(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerialError> {
        self.to.put(":");
        value.serialize(&mut *self.to)
    }

    fn end(self) -> Result<(), SerialError> {
        self.close();
        Ok(())
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
        Radix { bits: u8, also: BTreeMap<u8, u8> },
        Pair(u8, u8),
    }

    fn text<T: Serialize + ?Sized>(value: &T) -> String {
        let text = canonical_text(value).unwrap();
        let identity = Identities::default().of(value).unwrap();
        assert_eq!(identity, Digest::of(text.as_bytes()));
        text
    }

    #[test]
    fn texts() {
        #[derive(Serialize)]
        struct FieldsInOrder {
            a: Option<u8>,
            b: f32,
        }
        #[derive(Serialize)]
        struct FieldsReversed {
            b: f64,
            a: Option<i64>,
        }
        let forth = text(&FieldsInOrder { a: Some(1), b: 1.0 });
        assert_eq!(forth, r#"{"a":(1),"b":1.0}"#);
        assert_eq!(text(&FieldsReversed { b: 1.0, a: Some(1) }), forth);
        let algos = [
            Algo::Quick,
            Algo::Merge(1),
            Algo::Radix {
                bits: 8,
                also: BTreeMap::from([(10, 1), (9, 2)]),
            },
            Algo::Pair(1, 2),
        ];
        assert_eq!(
            text(&algos),
            r#"[@"Quick",@"Merge"(1),@"Radix"{"also":{10:1,9:2},"bits":8},@"Pair"[1,2]]"#
        );
        assert_eq!(text(&(-0.0, f64::NAN, -f64::NAN)), "[-0.0,NaN,NaN]");
        assert_eq!(text(&Some(None::<u8>)), "(null)");
        let narrow = call_text(&(0.5_f32, 1)).unwrap();
        assert_eq!(narrow, "[0.5f32,1]");
        assert_eq!(call_text(&(0.5, 1)).unwrap(), "[0.5,1]");
        assert_eq!(text("\"Quick\", é"), r#""\"Quick\", é""#);
        assert_eq!(text(&BTreeMap::<u8, u8>::new()), "{}");
        assert_eq!(
            text(&([0_u8; 0], 'x', u128::MAX)),
            format!("[[],\"x\",{}]", u128::MAX)
        );
    }

    #[test]
    fn what_an_identity_is_made_of_never_changes() {
        let value = BTreeMap::from([("b", (1, "x")), ("a", (2, "y"))]);
        let identity = Identities::default().of(&value).unwrap();
        assert_eq!(identity, Digest::of(br#"{"a":[2,"y"],"b":[1,"x"]}"#));
    }

    #[test]
    fn what_cannot_be_serialised_says_so() {
        struct Refuses;
        impl Serialize for Refuses {
            fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(ser::Error::custom("no such thing"))
            }
        }
        let error = Identities::default().of(&[Refuses]).unwrap_err();
        assert_eq!(error.to_string(), "no such thing");
    }

    proptest! {
        #[test]
        fn maps_have_no_order(pairs in prop::collection::btree_map(any::<i16>(), any::<String>(), 0..20)) {
            let hashed: HashMap<_, _> = pairs.iter().collect();
            prop_assert_eq!(text(&hashed), text(&pairs));
            prop_assert_eq!(text(&vec![&hashed; 2]), format!("[{0},{0}]", text(&pairs)));
        }

        #[test]
        fn different_values_differ(
            a in prop::collection::btree_map(".{0,3}", prop::option::of(".{0,3}"), 0..3),
            b in prop::collection::btree_map(".{0,3}", prop::option::of(".{0,3}"), 0..3),
        ) {
            prop_assert_eq!(text(&a) == text(&b), a == b);
        }
    }
}
