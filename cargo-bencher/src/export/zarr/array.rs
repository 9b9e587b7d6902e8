//! One array of a Zarr store: its metadata, and its chunks.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Map, Value as Json, json};

/// The most cells of a chunk. A reader that wants one cell reads its chunk.
const CHUNK: usize = 1 << 20;

/// The values of an array, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Bool(Vec<bool>),
    I8(Vec<i8>),
    I64(Vec<i64>),
    U64(Vec<u64>),
    F64(Vec<f64>),
    Text(Vec<String>),
}

/// An array with the names of its dimensions.
#[derive(Clone, Debug)]
pub(super) struct Array {
    pub(super) name: String,
    pub(super) dims: Vec<String>,
    pub(super) shape: Vec<usize>,
    pub(super) data: Data,
    /// The value of the cells of a chunk that is not written.
    pub(super) fill: Fill,
    pub(super) attributes: Map<String, Json>,
}

/// The value of cells that no chunk holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fill {
    /// NaN, zero, `false`, or an empty text.
    Nothing,
    /// A number that stands for no value.
    Number(i128),
    /// A text.
    Text(String),
}

impl Array {
    /// The content of its `zarr.json`.
    pub(super) fn metadata(&self) -> Json {
        let codec = match &self.data {
            Data::Bool(_) | Data::I8(_) => json!({"name": "bytes"}),
            Data::Text(_) => json!({"name": "vlen-utf8"}),
            Data::I64(_) | Data::U64(_) | Data::F64(_) => {
                json!({"name": "bytes", "configuration": {"endian": "little"}})
            }
        };
        json!({
            "zarr_format": 3,
            "node_type": "array",
            "shape": self.shape,
            "data_type": self.data.type_name(),
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": self.chunk_shape()}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "fill_value": self.fill_json(),
            "codecs": [codec],
            "dimension_names": self.dims,
            "attributes": self.attributes,
        })
    }

    /// Writes the metadata and the chunks below the folder of the store.
    pub(super) fn write(&self, store: &Path) -> io::Result<()> {
        let folder = store.join(&self.name);
        fs::create_dir(&folder)?;
        fs::write(folder.join("zarr.json"), super::pretty(&self.metadata()))?;
        if self.shape.contains(&0) {
            return Ok(());
        }
        let chunk = self.chunk_shape();
        let counts: Vec<usize> = self
            .shape
            .iter()
            .zip(&chunk)
            .map(|(len, chunk)| len.div_ceil(*chunk))
            .collect();
        for at in Positions::of(&counts) {
            let Some(bytes) = self.chunk_bytes(&at, &chunk) else {
                continue;
            };
            let mut path = folder.join("c");
            path.extend(at.iter().map(usize::to_string));
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, bytes)?;
        }
        Ok(())
    }

    /// Whole rows where they fit: the first dimensions are divided first.
    fn chunk_shape(&self) -> Vec<usize> {
        let mut chunk: Vec<usize> = self.shape.iter().map(|len| (*len).max(1)).collect();
        for axis in 0..chunk.len() {
            let cells: usize = chunk.iter().product();
            if cells <= CHUNK {
                break;
            }
            if let Some(len) = chunk.get_mut(axis) {
                let row = cells / *len;
                *len = (CHUNK / row.max(1)).max(1);
            }
        }
        chunk
    }

    /// The bytes of a chunk, which is padded at the ends of the array; none if all of it is the fill value.
    fn chunk_bytes(&self, at: &[usize], chunk: &[usize]) -> Option<Vec<u8>> {
        let flat = |within: &[usize]| {
            let mut axes = at.iter().zip(chunk).zip(within).zip(&self.shape);
            axes.try_fold(0, |flat, (((at, chunk), within), len)| {
                let position = at * chunk + within;
                (position < *len).then_some(flat * len + position)
            })
        };
        let cells: Vec<Option<usize>> = Positions::of(chunk).map(|within| flat(&within)).collect();
        self.data.bytes(&cells, &self.fill)
    }

    fn fill_json(&self) -> Json {
        match (&self.fill, &self.data) {
            (Fill::Text(text), _) => json!(text),
            (Fill::Number(number), Data::U64(_)) => json!(u64::try_from(*number).unwrap_or(0)),
            (Fill::Number(number), _) => json!(i64::try_from(*number).unwrap_or(0)),
            (Fill::Nothing, Data::Bool(_)) => json!(false),
            (Fill::Nothing, Data::F64(_)) => json!("NaN"),
            (Fill::Nothing, Data::Text(_)) => json!(""),
            (Fill::Nothing, _) => json!(0),
        }
    }
}

impl Data {
    fn type_name(&self) -> &'static str {
        match self {
            Self::Bool(_) => "bool",
            Self::I8(_) => "int8",
            Self::I64(_) => "int64",
            Self::U64(_) => "uint64",
            Self::F64(_) => "float64",
            Self::Text(_) => "string",
        }
    }

    /// Some cells as bytes, with the fill value where there is none; nothing if all cells are that.
    fn bytes(&self, cells: &[Option<usize>], fill: &Fill) -> Option<Vec<u8>> {
        let number = match fill {
            Fill::Number(number) => *number,
            _ => 0,
        };
        match self {
            Self::Bool(values) => numbers(values, cells, false, |value| [u8::from(value)]),
            Self::I8(values) => {
                let fill = i8::try_from(number).unwrap_or(0);
                numbers(values, cells, fill, i8::to_le_bytes)
            }
            Self::I64(values) => {
                let fill = i64::try_from(number).unwrap_or(0);
                numbers(values, cells, fill, i64::to_le_bytes)
            }
            Self::U64(values) => {
                let fill = u64::try_from(number).unwrap_or(0);
                numbers(values, cells, fill, u64::to_le_bytes)
            }
            Self::F64(values) => numbers(values, cells, f64::NAN, f64::to_le_bytes),
            Self::Text(values) => {
                let fill = match fill {
                    Fill::Text(text) => text.as_str(),
                    _ => "",
                };
                texts(values, cells, fill)
            }
        }
    }
}

fn numbers<T: Copy, const N: usize>(
    values: &[T],
    cells: &[Option<usize>],
    fill: T,
    bytes_of: impl Fn(T) -> [u8; N],
) -> Option<Vec<u8>> {
    let empty = bytes_of(fill);
    let mut is_empty = true;
    let mut bytes = Vec::with_capacity(cells.len() * N);
    for cell in cells {
        let value = cell.and_then(|flat| values.get(flat)).copied();
        let value = value.map_or(empty, &bytes_of);
        is_empty &= value == empty;
        bytes.extend_from_slice(&value);
    }
    (!is_empty).then_some(bytes)
}

/// The codec `vlen-utf8`: the number of texts, then the length and the bytes of each.
fn texts(values: &[String], cells: &[Option<usize>], fill: &str) -> Option<Vec<u8>> {
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut is_empty = true;
    let mut bytes = length(cells.len()).to_vec();
    for cell in cells {
        let text = cell.and_then(|flat| values.get(flat));
        let text = text.map_or(fill, String::as_str);
        is_empty &= text == fill;
        bytes.extend_from_slice(&length(text.len()));
        bytes.extend_from_slice(text.as_bytes());
    }
    (!is_empty).then_some(bytes)
}

/// All positions of a grid, the last axis fastest; one position of a grid without axes.
struct Positions {
    shape: Vec<usize>,
    next: Option<Vec<usize>>,
}

impl Positions {
    fn of(shape: &[usize]) -> Self {
        let next = (!shape.contains(&0)).then(|| vec![0; shape.len()]);
        Self {
            shape: shape.to_vec(),
            next,
        }
    }
}

impl Iterator for Positions {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let position = self.next.take()?;
        let mut following = position.clone();
        for (at, len) in following.iter_mut().zip(&self.shape).rev() {
            *at += 1;
            if *at < *len {
                self.next = Some(following);
                break;
            }
            *at = 0;
        }
        Some(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(shape: &[usize], data: Data) -> Array {
        Array {
            name: "x".to_owned(),
            dims: shape.iter().map(ToString::to_string).collect(),
            shape: shape.to_vec(),
            data,
            fill: Fill::Nothing,
            attributes: Map::new(),
        }
    }

    #[test]
    fn large_arrays_have_several_chunks_of_whole_rows() {
        let chunk = |shape: &[usize]| array(shape, Data::F64(Vec::new())).chunk_shape();
        assert_eq!(chunk(&[]), [0_usize; 0]);
        assert_eq!(chunk(&[0, 3]), [1, 3]);
        assert_eq!(chunk(&[1000, 1000]), [1000, 1000]);
        assert_eq!(chunk(&[3000, 1000]), [1048, 1000]);
        assert_eq!(chunk(&[5, 3000, 1000]), [1, 1048, 1000]);
        assert_eq!(chunk(&[2, 3_000_000]), [1, 1 << 20]);
    }

    #[test]
    fn the_last_chunk_is_padded_and_an_empty_one_is_not_written() {
        let mut values = vec![0.5; 3000];
        values.truncate(2500);
        let whole = array(&[2500], Data::F64(values));
        let bytes = whole.chunk_bytes(&[1], &[2000]).unwrap();
        assert_eq!(bytes.len(), 16_000);
        assert_eq!(bytes[..8], 0.5_f64.to_le_bytes());
        assert!(f64::from_le_bytes(bytes[15_992..].try_into().unwrap()).is_nan());
        let empty = array(&[3], Data::F64(vec![f64::NAN; 3]));
        assert_eq!(empty.chunk_bytes(&[0], &[3]), None);
        let scalar = array(&[], Data::I64(vec![7]));
        assert_eq!(
            scalar.chunk_bytes(&[], &[]),
            Some(vec![7, 0, 0, 0, 0, 0, 0, 0])
        );
        let texts = array(&[2], Data::Text(vec!["é".to_owned(), String::new()]));
        let expected = [2, 0, 0, 0, 2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0];
        assert_eq!(texts.chunk_bytes(&[0], &[2]).unwrap(), expected);
    }
}
