//! How the array of a column is written: as ndarray writes one, with less code for each type of cell.

use ndarray::{ArrayD, IxDyn};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The version of ndarray's form.
const VERSION: u8 = 1;

#[derive(Serialize)]
struct Written<'a, T> {
    v: u8,
    dim: &'a [usize],
    data: &'a [T],
}

#[derive(Deserialize)]
struct Read<T> {
    v: u8,
    dim: Vec<usize>,
    data: Vec<T>,
}

pub(super) fn serialize<T, S>(array: &ArrayD<T>, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Serialize,
    S: Serializer,
{
    let data = array.as_slice().ok_or_else(|| {
        S::Error::custom("the cells of a column lie in another order than its dimensions")
    })?;
    let written = Written {
        v: VERSION,
        dim: array.shape(),
        data,
    };
    written.serialize(serializer)
}

pub(super) fn deserialize<'de, T, D>(deserializer: D) -> Result<ArrayD<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let read = Read::deserialize(deserializer)?;
    if read.v != VERSION {
        return Err(D::Error::custom(format!(
            "an array of version {}, but this program reads version {VERSION}",
            read.v
        )));
    }
    ArrayD::from_shape_vec(IxDyn(&read.dim), read.data).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Ours(#[serde(with = "super")] ArrayD<u64>);

    /// Stores and files of earlier versions hold ndarray's own form.
    #[test]
    fn the_form_is_that_of_ndarray() {
        for shape in [vec![], vec![0], vec![3], vec![2, 300]] {
            let count = shape.iter().product();
            let cells = (0..count).map(|at: usize| at as u64 * 1_000);
            let array = ArrayD::from_shape_vec(IxDyn(&shape), cells.collect()).unwrap();
            let theirs = postcard::to_stdvec(&array).unwrap();
            assert_eq!(postcard::to_stdvec(&Ours(array.clone())).unwrap(), theirs);
            let json = serde_json::to_string(&array).unwrap();
            assert_eq!(serde_json::to_string(&Ours(array.clone())).unwrap(), json);
            let read: Ours = postcard::from_bytes(&theirs).unwrap();
            assert_eq!(read.0, array);
            assert_eq!(serde_json::from_str::<Ours>(&json).unwrap().0, array);
        }
        let turned = ArrayD::from_shape_vec(IxDyn(&[2, 3]), (0..6).collect()).unwrap();
        assert!(postcard::to_stdvec(&Ours(turned.reversed_axes())).is_err());
    }

    #[test]
    fn an_array_that_contradicts_itself_is_refused() {
        let with = |v: u8, dim: &[usize], data: &[u64]| {
            let bytes = postcard::to_stdvec(&Written { v, dim, data }).unwrap();
            postcard::from_bytes::<Ours>(&bytes).is_ok()
        };
        assert!(with(1, &[2, 1], &[4, 5]));
        assert!(!with(2, &[2, 1], &[4, 5]));
        assert!(!with(1, &[2, 2], &[4, 5]));
        assert!(!with(1, &[usize::MAX, 8], &[4, 5]));
    }
}
