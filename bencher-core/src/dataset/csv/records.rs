//! The fields of a CSV text, by RFC 4180; lines may end in LF alone.

use std::borrow::Cow;

use super::super::ImportError;

/// The fields of one row.
pub(super) type Record<'a> = Vec<Cow<'a, str>>;

/// Splits a text into rows of fields.
///
/// # Errors
/// Where a quote stands in a bare field, none closes a field, or a row is not as long as the first.
pub(super) fn records(text: &str) -> Result<Vec<Record<'_>>, ImportError> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records: Vec<Record<'_>> = Vec::new();
    while !rest.is_empty() {
        let mut record = Record::new();
        loop {
            let row = records.len() + 1;
            let (field, behind) = field(rest).map_err(|problem| ImportError::Csv {
                row,
                column: (record.len() + 1).to_string(),
                problem: problem.to_owned(),
            })?;
            record.push(field);
            match behind.strip_prefix(',') {
                Some(next) => rest = next,
                None => {
                    let line_end = behind.strip_prefix("\r\n");
                    rest = line_end.or(behind.strip_prefix('\n')).unwrap_or(behind);
                    break;
                }
            }
        }
        let expected = records.first().map_or(record.len(), Vec::len);
        if record.len() != expected {
            return Err(ImportError::Csv {
                row: records.len() + 1,
                column: record.len().min(expected).to_string(),
                problem: format!(
                    "the row has {} fields, but the heading has {expected}",
                    record.len()
                ),
            });
        }
        records.push(record);
    }
    Ok(records)
}

/// A field and what stands behind it: a comma, a line end or nothing.
fn field(text: &str) -> Result<(Cow<'_, str>, &str), &'static str> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', '\n', '"']).unwrap_or(text.len());
        let (field, behind) = text.split_at(end);
        if behind.starts_with('"') {
            return Err("there is a quote inside a field that does not begin with one");
        }
        // A carriage return belongs to the line end.
        return match field
            .strip_suffix('\r')
            .filter(|_| behind.starts_with('\n'))
        {
            Some(field) => Ok((field.into(), behind)),
            None => Ok((field.into(), behind)),
        };
    };
    let mut from = 0;
    loop {
        let tail = quoted.get(from..).unwrap_or_default();
        let close = from + tail.find('"').ok_or("the quote is never closed")?;
        let (field, behind) = quoted.split_at(close);
        let behind = behind.strip_prefix('"').unwrap_or(behind);
        if behind.starts_with('"') {
            from = close + 2;
            continue;
        }
        if !(behind.is_empty() || behind.starts_with([',', '\n']) || behind.starts_with("\r\n")) {
            return Err("there is something between the closing quote and the comma");
        }
        let whole = if from == 0 {
            Cow::Borrowed(field)
        } else {
            Cow::Owned(field.replace("\"\"", "\""))
        };
        return Ok((whole, behind));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_those_of_python() {
        // list(csv.reader(io.StringIO(text, newline=""), strict=True)) of Python 3.11.
        let text = "a,\"b,c\",\"say \"\"no\"\"\"\r\n,\"two\r\nlines\",\n1,2,3";
        let expected = [
            ["a", "b,c", "say \"no\""],
            ["", "two\r\nlines", ""],
            ["1", "2", "3"],
        ];
        assert_eq!(records(text).unwrap(), expected);
        assert_eq!(records("\u{feff}a\n").unwrap(), [["a"]]);
        assert_eq!(records("").unwrap(), [] as [Record<'_>; 0]);
    }

    #[test]
    fn what_is_no_csv_is_refused_with_its_place() {
        let error = |text| records(text).unwrap_err().to_string();
        assert_eq!(
            error("a,b\n1,2\"\n"),
            "row 2, column 2: there is a quote inside a field that does not begin with one"
        );
        assert!(error("a\n\"1").starts_with("row 2, column 1: the quote is never closed"));
        assert!(error("\"a\" ,b").contains("between the closing quote and the comma"));
        assert_eq!(
            error("a,b\n1\n"),
            "row 2, column 1: the row has 1 fields, but the heading has 2"
        );
    }
}
