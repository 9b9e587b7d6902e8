use super::SampleStore;
use super::error::StoreError;
use crate::value::{Kind, Value};

/// Reads the values of inputs from text, with the kinds that the store has for their names.
///
/// ```
/// use bencher_core::store::{MemoryStore, Pack, SampleStore, Series, inputs_like_stored};
/// use bencher_core::value::{Digest, Value};
/// let series = Series { tag: String::new(), sweep_type: "demo::Sorting".to_owned(), version: 1 };
/// let mut pack = Pack::new(series, Digest(7), vec!["ratio".to_owned()], vec![]);
/// pack.push(vec![Value::from(0.5)], 1, vec![]);
/// let mut store = MemoryStore::default();
/// store.append(&[pack])?;
/// let texts = [("ratio".to_owned(), "1".to_owned()), ("algo".to_owned(), "Quick".to_owned())];
/// let inputs = inputs_like_stored(&store, &texts)?;
/// assert_eq!(inputs[0].1, Value::from(1.0));
/// assert_eq!(inputs[1].1, Value::from("Quick"));
/// # Ok::<(), bencher_core::store::StoreError>(())
/// ```
///
/// # Errors
/// Where the store cannot be read.
pub fn inputs_like_stored(
    store: &dyn SampleStore,
    texts: &[(String, String)],
) -> Result<Vec<(String, Value)>, StoreError> {
    let mut found: Vec<Option<Value>> = vec![None; texts.len()];
    store.load_all(&mut |pack| {
        for ((name, text), found) in texts.iter().zip(&mut found) {
            let Some(at) = pack.inputs.iter().position(|known| known == name) else {
                continue;
            };
            for value in pack.samples().filter_map(|sample| sample.inputs.get(at)) {
                if value.to_string() == *text {
                    *found = Some(value.clone());
                } else if found.is_none() {
                    *found = kind_of(value).and_then(|kind| kind.parse(text));
                }
            }
        }
    })?;
    let any = |text: &str| {
        let kinds = [Kind::Bool, Kind::Int(128), Kind::Float(64)];
        let parsed = kinds.into_iter().find_map(|kind| kind.parse(text));
        parsed.unwrap_or_else(|| Value::from(text))
    };
    Ok(texts
        .iter()
        .zip(found)
        .map(|((name, text), value)| (name.clone(), value.unwrap_or_else(|| any(text))))
        .collect())
}

/// A kind that has a value, where text can say such a value.
const fn kind_of(value: &Value) -> Option<Kind> {
    match value {
        Value::Bool(_) => Some(Kind::Bool),
        Value::Int(_) => Some(Kind::Int(128)),
        Value::Big(_) => Some(Kind::Uint(128)),
        Value::Float(_) => Some(Kind::Float(64)),
        Value::Text(_) => Some(Kind::Text),
        Value::DateTime(_) => Some(Kind::DateTime),
        Value::Vector(_) | Value::Item(_) | Value::Payload(_) => None,
    }
}
