//! From `Serialize` rows to columns: a serializer of flat structs and maps, which keeps the order of
//! the fields.

use std::fmt;

use serde::ser::{self, Impossible, Serialize, SerializeMap, SerializeStruct, Serializer};

use super::table::{TableColumn, TableError};

/// The columns of some rows, in the order in which their fields first come.
pub(super) fn rows_into_columns<R: Serialize>(
    rows: impl IntoIterator<Item = R>,
) -> Result<Vec<(String, TableColumn)>, TableError> {
    let mut columns: Vec<(String, Vec<Field>)> = Vec::new();
    let mut count = 0;
    for row in rows {
        let fields = row
            .serialize(RowWriter)
            .map_err(|problem| TableError::Row {
                row: count,
                problem: problem.0,
            })?;
        for (name, field) in fields {
            let known = columns.iter().position(|(known, _)| *known == name);
            let at = known.unwrap_or_else(|| {
                columns.push((name, vec![Field::Missing; count]));
                columns.len() - 1
            });
            if let Some((_, column)) = columns.get_mut(at) {
                column.truncate(count);
                column.push(field);
            }
        }
        count += 1;
        for (_, column) in &mut columns {
            column.resize(count, Field::Missing);
        }
    }
    Ok(columns
        .into_iter()
        .map(|(name, fields)| (name, column(fields)))
        .collect())
}

/// The fields of a struct or a map of plain values with their texts; `None` of anything else.
pub(crate) fn flat_fields<T: Serialize + ?Sized>(value: &T) -> Option<Vec<(String, String)>> {
    let fields = value.serialize(RowWriter).ok()?;
    let texts = fields.into_iter().map(|(name, field)| (name, field.text()));
    Some(texts.collect())
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Field {
    Missing,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
}

impl Field {
    /// Its text; of one that is missing, none.
    fn text(self) -> String {
        match self {
            Self::Missing => String::new(),
            Self::Bool(b) => b.to_string(),
            Self::Int(i) => i.to_string(),
            Self::Float(x) => super::float_text(x),
            Self::Text(text) => text,
        }
    }
}

/// The narrowest column that holds all fields.
fn column(fields: Vec<Field>) -> TableColumn {
    let all = |fits: fn(&Field) -> bool| fields.iter().all(fits);
    if all(|field| matches!(field, Field::Bool(_))) {
        let read = |field| matches!(field, Field::Bool(true));
        return TableColumn::Bool(fields.into_iter().map(read).collect());
    }
    let whole: Option<Vec<i64>> = fields
        .iter()
        .map(|field| match field {
            Field::Int(i) => i64::try_from(*i).ok(),
            _ => None,
        })
        .collect();
    if let Some(whole) = whole {
        return TableColumn::Int(whole);
    }
    if all(|field| matches!(field, Field::Missing | Field::Int(_) | Field::Float(_))) {
        let read = |field| match field {
            Field::Int(i) => i as f64,
            Field::Float(x) => x,
            _ => f64::NAN,
        };
        return TableColumn::Float(fields.into_iter().map(read).collect());
    }
    TableColumn::Text(fields.into_iter().map(Field::text).collect())
}

/// What is wrong with a row.
#[derive(Debug)]
struct Problem(String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Problem {}

impl ser::Error for Problem {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

fn no_row(what: &str) -> Problem {
    Problem(format!("it is {what}, which has no fields"))
}

fn no_cell(what: &str) -> Problem {
    Problem(format!("a field is {what}"))
}

type Fields = Vec<(String, Field)>;

/// The methods of a serializer that reject a value and name its type.
macro_rules! refuse {
    ($error:ident: $($method:ident($($arg:ident: $ty:ty),*) $what:literal;)*) => {$(
        fn $method(self, $($arg: $ty),*) -> Result<Self::Ok, Problem> {
            $(let _ = $arg;)*
            Err($error($what))
        }
    )*};
}

/// Takes a row: a struct or a map.
struct RowWriter;

impl Serializer for RowWriter {
    type Ok = Fields;
    type Error = Problem;
    type SerializeSeq = Impossible<Fields, Problem>;
    type SerializeTuple = Impossible<Fields, Problem>;
    type SerializeTupleStruct = Impossible<Fields, Problem>;
    type SerializeTupleVariant = Impossible<Fields, Problem>;
    type SerializeMap = RowFields;
    type SerializeStruct = RowFields;
    type SerializeStructVariant = Impossible<Fields, Problem>;

    refuse! { no_row:
        serialize_bool(v: bool) "a truth value";
        serialize_i8(v: i8) "a number";
        serialize_i16(v: i16) "a number";
        serialize_i32(v: i32) "a number";
        serialize_i64(v: i64) "a number";
        serialize_u8(v: u8) "a number";
        serialize_u16(v: u16) "a number";
        serialize_u32(v: u32) "a number";
        serialize_u64(v: u64) "a number";
        serialize_f32(v: f32) "a number";
        serialize_f64(v: f64) "a number";
        serialize_char(v: char) "a character";
        serialize_str(v: &str) "text";
        serialize_bytes(v: &[u8]) "bytes";
        serialize_none() "nothing";
        serialize_unit() "nothing";
        serialize_unit_struct(name: &'static str) "nothing";
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) "a variant";
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Fields, Problem> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Fields, Problem> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Fields, Problem> {
        Err(no_row("a variant"))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Problem> {
        Err(no_row("a list"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Problem> {
        Err(no_row("a tuple"))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Problem> {
        Err(no_row("a tuple"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Problem> {
        Err(no_row("a variant"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<RowFields, Problem> {
        Ok(RowFields::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<RowFields, Problem> {
        Ok(RowFields::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Problem> {
        Err(no_row("a variant"))
    }
}

/// The fields of a row so far.
#[derive(Default)]
struct RowFields {
    fields: Fields,
    key: String,
}

impl SerializeStruct for RowFields {
    type Ok = Fields;
    type Error = Problem;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Problem> {
        let field = value
            .serialize(CellWriter)
            .map_err(|problem| Problem(format!("`{name}`: {problem}")))?;
        self.fields.push((name.to_owned(), field));
        Ok(())
    }

    fn end(self) -> Result<Fields, Problem> {
        Ok(self.fields)
    }
}

impl SerializeMap for RowFields {
    type Ok = Fields;
    type Error = Problem;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Problem> {
        self.key = match key.serialize(CellWriter)? {
            Field::Text(text) => text,
            Field::Int(i) => i.to_string(),
            _ => return Err(Problem("a key is not text".to_owned())),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Problem> {
        let key = std::mem::take(&mut self.key);
        let field = value
            .serialize(CellWriter)
            .map_err(|problem| Problem(format!("`{key}`: {problem}")))?;
        self.fields.push((key, field));
        Ok(())
    }

    fn end(self) -> Result<Fields, Problem> {
        Ok(self.fields)
    }
}

/// Takes one cell.
struct CellWriter;

/// The methods of a serializer that take a cell.
macro_rules! take {
    ($($method:ident($ty:ty) |$v:ident| $field:expr;)*) => {$(
        fn $method(self, $v: $ty) -> Result<Field, Problem> {
            Ok($field)
        }
    )*};
}

impl Serializer for CellWriter {
    type Ok = Field;
    type Error = Problem;
    type SerializeSeq = Impossible<Field, Problem>;
    type SerializeTuple = Impossible<Field, Problem>;
    type SerializeTupleStruct = Impossible<Field, Problem>;
    type SerializeTupleVariant = Impossible<Field, Problem>;
    type SerializeMap = Impossible<Field, Problem>;
    type SerializeStruct = Impossible<Field, Problem>;
    type SerializeStructVariant = Impossible<Field, Problem>;

    take! {
        serialize_bool(bool) |v| Field::Bool(v);
        serialize_i8(i8) |v| Field::Int(v.into());
        serialize_i16(i16) |v| Field::Int(v.into());
        serialize_i32(i32) |v| Field::Int(v.into());
        serialize_i64(i64) |v| Field::Int(v.into());
        serialize_i128(i128) |v| Field::Int(v);
        serialize_u8(u8) |v| Field::Int(v.into());
        serialize_u16(u16) |v| Field::Int(v.into());
        serialize_u32(u32) |v| Field::Int(v.into());
        serialize_u64(u64) |v| Field::Int(v.into());
        serialize_u128(u128) |v| i128::try_from(v).map_or(Field::Float(v as f64), Field::Int);
        // The shortest digits of an f32: as an f64 it would have nine more that nobody gave.
        serialize_f32(f32) |v| Field::Float(v.to_string().parse().unwrap_or_else(|_| v.into()));
        serialize_f64(f64) |v| Field::Float(v);
        serialize_char(char) |v| Field::Text(v.to_string());
        serialize_str(&str) |v| Field::Text(v.to_owned());
    }

    refuse! { no_cell:
        serialize_bytes(v: &[u8]) "a string of bytes";
        serialize_unit_struct(name: &'static str) "an empty struct";
    }

    fn serialize_none(self) -> Result<Field, Problem> {
        Ok(Field::Missing)
    }

    fn serialize_unit(self) -> Result<Field, Problem> {
        Ok(Field::Missing)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Field, Problem> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Field, Problem> {
        Ok(Field::Text(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Field, Problem> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Field, Problem> {
        Err(no_cell("a variant with content"))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Problem> {
        Err(no_cell("a list"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Problem> {
        Err(no_cell("a tuple"))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Problem> {
        Err(no_cell("a tuple"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Problem> {
        Err(no_cell("a variant with content"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Problem> {
        Err(no_cell("a map"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Problem> {
        Err(no_cell("a struct"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Problem> {
        Err(no_cell("a variant with content"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_column_is_as_narrow_as_its_rows() {
        let columns = |rows: Vec<BTreeMap<&'static str, Option<f64>>>| rows_into_columns(rows);
        let rows = vec![
            BTreeMap::from([("a", Some(1.0))]),
            BTreeMap::from([("a", None), ("b", Some(2.0))]),
        ];
        let found = columns(rows).unwrap();
        assert_eq!(found.len(), 2);
        let TableColumn::Float(b) = &found[1].1 else {
            panic!("floats")
        };
        assert!(b[0].is_nan());
        assert_eq!(b[1].to_bits(), 2.0_f64.to_bits());
        let wide = rows_into_columns([BTreeMap::from([("n", u64::MAX)])]).unwrap();
        assert_eq!(wide[0].1, TableColumn::Float(vec![u64::MAX as f64]));
    }

    #[test]
    fn a_nested_field_is_named() {
        let rows = [BTreeMap::from([("xs", vec![1])])];
        let error = rows_into_columns(rows).unwrap_err().to_string();
        assert!(
            error.starts_with("row 0: `xs`: a field is a list"),
            "{error}"
        );
    }
}
