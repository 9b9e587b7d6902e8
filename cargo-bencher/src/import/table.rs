//! Foreign tables as text: records (RFC 4180), and the kinds of columns.

use bencher_core::value::{Kind, Value};

/// The records of a table.
///
/// # Errors
/// Where a quoted field does not end.
pub(super) fn records(text: &str, delimiter: char) -> Result<Vec<Vec<String>>, String> {
    // Spreadsheets put a mark at the beginning.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = Vec::new();
    let (mut record, mut field) = (Vec::new(), String::new());
    let (mut line, mut is_quoted, mut was_quoted) = (1_usize, None, false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        line += usize::from(sign == '\n');
        match sign {
            '"' if is_quoted.is_some() => {
                if signs.next_if_eq(&'"').is_some() {
                    field.push('"');
                } else {
                    is_quoted = None;
                }
            }
            sign if is_quoted.is_some() => field.push(sign),
            '"' if field.is_empty() && !was_quoted => (is_quoted, was_quoted) = (Some(line), true),
            '\r' if signs.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                // An empty line is no record.
                if !record.is_empty() || !field.is_empty() || was_quoted {
                    record.push(std::mem::take(&mut field));
                    records.push(std::mem::take(&mut record));
                }
                was_quoted = false;
            }
            sign if sign == delimiter => {
                record.push(std::mem::take(&mut field));
                was_quoted = false;
            }
            sign => field.push(sign),
        }
    }
    if let Some(line) = is_quoted {
        return Err(format!("line {line}: a quoted field does not end"));
    }
    if !record.is_empty() || !field.is_empty() || was_quoted {
        record.push(field);
        records.push(record);
    }
    Ok(records)
}

/// Whether a field says that there is no value.
pub(super) fn is_missing(field: &str) -> bool {
    ["", "NA", "N/A", "null"].contains(&field.trim())
}

/// The narrowest kind of some fields; texts are of the kind `other`.
pub(super) fn kind_of<'f>(fields: impl Iterator<Item = &'f str> + Clone, other: Kind) -> Kind {
    let kinds = [Kind::Bool, Kind::Uint(64), Kind::Int(64), Kind::Float(64)];
    let fits = |kind: &Kind| fields.clone().all(|field| value(*kind, field).is_some());
    let is_empty = fields.clone().next().is_none();
    let found = kinds.into_iter().find(fits).filter(|_| !is_empty);
    found.unwrap_or(if is_empty { Kind::Float(64) } else { other })
}

/// The value of a field, where it is of a kind.
pub(super) fn value(kind: Kind, field: &str) -> Option<Value> {
    let plain = field.trim();
    match kind {
        Kind::Bool => match plain.to_ascii_lowercase().as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Kind::Uint(_) => plain.parse::<u64>().ok().map(Value::from),
        Kind::Int(_) => plain.parse::<i64>().ok().map(Value::from),
        Kind::Float(_) => plain.parse::<f64>().ok().map(Value::from),
        _ => Some(Value::from(field)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_divided_as_spreadsheets_do() {
        let text = "\u{feff}a,\"b \"\"x\"\"\nc\",\r\n\n1,,\"\"\r\n\"\"\nlast";
        let found = records(text, ',').unwrap();
        let expected: [&[&str]; 4] = [&["a", "b \"x\"\nc", ""], &["1", "", ""], &[""], &["last"]];
        assert_eq!(found, expected);
        assert_eq!(records("a;b", ';').unwrap(), [["a", "b"]]);
        assert_eq!(records("a b\tc\"d", '\t').unwrap(), [["a b", "c\"d"]]);
        assert!(records("", ',').unwrap().is_empty());
        let error = records("a\n\"b", ',').unwrap_err();
        assert_eq!(error, "line 2: a quoted field does not end");
    }

    #[test]
    fn columns_have_the_narrowest_kind() {
        let kind = |fields: &[&'static str]| kind_of(fields.iter().copied(), Kind::Text);
        assert_eq!(kind(&["true", "False"]), Kind::Bool);
        assert_eq!(kind(&["1", "18446744073709551615"]), Kind::Uint(64));
        assert_eq!(kind(&["1", "-9223372036854775808"]), Kind::Int(64));
        assert_eq!(kind(&["1", "1e-3", "nan"]), Kind::Float(64));
        assert_eq!(kind(&["1", "one"]), Kind::Text);
        assert_eq!(kind(&[]), Kind::Float(64));
    }
}
