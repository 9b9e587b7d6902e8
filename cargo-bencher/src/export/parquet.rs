//! The long table as a Parquet file, for pandas and polars.
//!
//! Each dimension and each result is a typed column, with the states and the reasons of a result in columns of their
//! own. The metadata of the file have the title and, as JSON, units, kinds and descriptions.

use std::sync::Arc;

use bencher_core::dataset::Dataset;
use bencher_core::value::Value;
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::column::Column;
use super::names::Names;

/// The most rows of a group, which a reader loads together.
const GROUP: usize = 1 << 20;

/// The content of the file.
///
/// # Errors
/// Where a text is too long for the format.
pub(super) fn parquet(dataset: &Dataset) -> Result<Vec<u8>, String> {
    write(&columns(dataset), &metadata(dataset)).map_err(|error| format!("Parquet: {error}"))
}

/// The columns of the table by their names.
fn columns(dataset: &Dataset) -> Vec<(String, Column)> {
    let mut names = Names::default();
    let dims = dataset.dims().iter().enumerate();
    let mut all: Vec<(String, Column)> = dims
        .map(|(axis, dim)| {
            let at = |flat| dataset.position(flat)?.get(axis).copied();
            let value = |flat| dim.values.get(at(flat)?).cloned();
            let values: Vec<Option<Value>> = (0..dataset.len()).map(value).collect();
            (
                names.number(dim.name.clone()),
                Column::of(dim.kind, &values),
            )
        })
        .collect();
    let mut states = Vec::new();
    for variable in dataset.variables() {
        let cells = || (0..dataset.len()).map(|flat| variable.cell(flat));
        let values: Vec<Option<Value>> = cells().map(|cell| cell?.value).collect();
        let name = names.number(variable.info.name.clone());
        states.push((
            format!("{name}.state"),
            cells()
                .map(|cell| Some(cell?.state.name().to_owned()))
                .collect(),
        ));
        let reasons: Vec<Option<String>> = cells()
            .map(|cell| cell?.reason.map(str::to_owned))
            .collect();
        if reasons.iter().any(Option::is_some) {
            states.push((format!("{name}.reason"), reasons));
        }
        all.push((name, Column::of(variable.info.kind, &values)));
    }
    // The values stand together, and what explains them behind.
    let states = states
        .into_iter()
        .map(|(name, texts)| (names.number(name), Column::Text(texts)));
    all.extend(states);
    all
}

fn metadata(dataset: &Dataset) -> Vec<KeyValue> {
    let all = [
        ("bencher.title", dataset.name().to_owned()),
        ("bencher.description", dataset.csv_description()),
    ];
    all.into_iter()
        .map(|(name, text)| KeyValue::new(name.to_owned(), text))
        .collect()
}

fn write(columns: &[(String, Column)], metadata: &[KeyValue]) -> Result<Vec<u8>, ParquetError> {
    let fields: Vec<TypePtr> = columns
        .iter()
        .map(|(name, column)| field(name, column))
        .collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder("schema")
        .with_fields(fields)
        .build()?;
    let properties = WriterProperties::builder()
        .set_created_by(concat!("bencher ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(metadata.to_vec()))
        .build();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties))?;
    let rows = columns.first().map_or(0, |(_, column)| column.len());
    for first in (0..rows).step_by(GROUP) {
        let rows = first..rows.min(first + GROUP);
        let mut group = file.next_row_group()?;
        for (_, column) in columns {
            let Some(mut writer) = group.next_column()? else {
                break;
            };
            column.write(rows.clone(), &mut writer)?;
            writer.close()?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(bytes)
}

/// A column that may have gaps.
fn field(name: &str, column: &Column) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match column {
        Column::Bool(_) => (Physical::BOOLEAN, None),
        Column::Signed(_) => (Physical::INT64, Some(LogicalType::integer(64, true))),
        Column::Unsigned(_) => (Physical::INT64, Some(LogicalType::integer(64, false))),
        Column::Float(_) => (Physical::DOUBLE, None),
        Column::Moment(_) => (
            Physical::INT64,
            Some(LogicalType::timestamp(true, TimeUnit::NANOS)),
        ),
        Column::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let field = Type::primitive_type_builder(name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    field.build().map(Arc::new)
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Self::Bool(values) => values.len(),
            Self::Signed(values) | Self::Moment(values) => values.len(),
            Self::Unsigned(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// Writes some rows.
    fn write(
        &self,
        rows: std::ops::Range<usize>,
        to: &mut SerializedColumnWriter<'_>,
    ) -> Result<(), ParquetError> {
        match self {
            Self::Bool(values) => write_rows::<BoolType, _>(values.get(rows), |value| *value, to),
            Self::Signed(values) | Self::Moment(values) => {
                write_rows::<Int64Type, _>(values.get(rows), |value| *value, to)
            }
            // The bits are those of the unsigned number; the logical type says so.
            Self::Unsigned(values) => {
                write_rows::<Int64Type, _>(values.get(rows), |value| value.cast_signed(), to)
            }
            Self::Float(values) => {
                write_rows::<DoubleType, _>(values.get(rows), |value| *value, to)
            }
            Self::Text(values) => {
                let text = |text: &String| ByteArray::from(text.as_str());
                write_rows::<ByteArrayType, _>(values.get(rows), text, to)
            }
        }
    }
}

/// Writes the values that there are, and which cells have one.
fn write_rows<D: DataType, T>(
    values: Option<&[Option<T>]>,
    physical: impl Fn(&T) -> D::T,
    to: &mut SerializedColumnWriter<'_>,
) -> Result<(), ParquetError> {
    let values = values.unwrap_or_default();
    let levels: Vec<i16> = values
        .iter()
        .map(|value| i16::from(value.is_some()))
        .collect();
    let present: Vec<D::T> = values.iter().flatten().map(physical).collect();
    to.typed::<D>().write_batch(&present, Some(&levels), None)?;
    Ok(())
}
