//! A place in a JSON document, so that every error names it.

use std::fmt;

use serde_json::Value as Json;

use super::super::ImportError;

/// A part of a JSON document and the way to it.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct JsonCursor<'a> {
    above: Option<&'a JsonCursor<'a>>,
    step: Step<'a>,
    json: &'a Json,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Whole(&'a str),
    Field(&'a str),
    Item(usize),
}

impl<'a> JsonCursor<'a> {
    /// A whole document, by what it is called in errors.
    pub(in super::super) fn whole_document(name: &'a str, json: &'a Json) -> Self {
        Self {
            above: None,
            step: Step::Whole(name),
            json,
        }
    }

    pub(super) fn json(&self) -> &'a Json {
        self.json
    }

    /// A field that must be there.
    pub(super) fn field<'b>(&'b self, name: &'b str) -> Result<JsonCursor<'b>, ImportError> {
        let Json::Object(object) = self.json else {
            return Err(self.wrong("an object"));
        };
        match object.get(name) {
            Some(json) => Ok(JsonCursor {
                above: Some(self),
                step: Step::Field(name),
                json,
            }),
            None => Err(self.wrong(format!("an object with the field `{name}`"))),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.json.get(name).is_some()
    }

    /// Refuses every field but those named.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), ImportError> {
        let Json::Object(object) = self.json else {
            return Err(self.wrong("an object"));
        };
        match object.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(ImportError::UnknownField {
                place: self.to_string(),
                field: key.clone(),
                known: known.join(", "),
            }),
            None => Ok(()),
        }
    }

    pub(super) fn items(
        &self,
    ) -> Result<impl ExactSizeIterator<Item = JsonCursor<'_>>, ImportError> {
        let Json::Array(items) = self.json else {
            return Err(self.wrong("a list"));
        };
        Ok(items.iter().enumerate().map(|(at, json)| JsonCursor {
            above: Some(self),
            step: Step::Item(at),
            json,
        }))
    }

    /// The fields of an object and their values.
    pub(super) fn fields(
        &self,
    ) -> Result<impl Iterator<Item = (&'a str, JsonCursor<'_>)>, ImportError> {
        let Json::Object(object) = self.json else {
            return Err(self.wrong("an object"));
        };
        Ok(object.iter().map(|(key, json)| {
            let cursor = JsonCursor {
                above: Some(self),
                step: Step::Field(key),
                json,
            };
            (key.as_str(), cursor)
        }))
    }

    pub(super) fn text(&self) -> Result<&'a str, ImportError> {
        self.json.as_str().ok_or_else(|| self.wrong("a text"))
    }

    pub(super) fn flag(&self) -> Result<bool, ImportError> {
        self.json
            .as_bool()
            .ok_or_else(|| self.wrong("true or false"))
    }

    pub(super) fn whole(&self) -> Result<u64, ImportError> {
        let expected = "a whole number of 0 or more";
        self.json.as_u64().ok_or_else(|| self.wrong(expected))
    }

    /// The one of some things that has this name.
    pub(super) fn one_of<T: Copy>(
        &self,
        things: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Result<T, ImportError> {
        let text = self.text()?;
        let found = things.iter().copied().find(|thing| name(*thing) == text);
        found.ok_or_else(|| {
            let names: Vec<&str> = things.iter().copied().map(&name).collect();
            self.wrong(format!("one of: {}", names.join(", ")))
        })
    }

    /// An error that says what stands here and what should.
    pub(super) fn wrong(&self, expected: impl Into<String>) -> ImportError {
        ImportError::Unexpected {
            place: self.to_string(),
            expected: expected.into(),
            found: brief(self.json),
        }
    }
}

impl fmt::Display for JsonCursor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = Vec::new();
        let mut cursor = Some(self);
        while let Some(here) = cursor {
            steps.push(here.step);
            cursor = here.above;
        }
        let mut first = true;
        for step in steps.into_iter().rev() {
            match step {
                // The name of the document stands alone only.
                Step::Whole(name) if self.above.is_none() => f.write_str(name)?,
                Step::Whole(_) => continue,
                Step::Field(name) if first => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Item(at) => write!(f, "[{at}]")?,
            }
            first = false;
        }
        Ok(())
    }
}

/// What a piece of JSON is, in few words.
fn brief(json: &Json) -> String {
    match json {
        Json::Array(items) => format!("a list of {}", items.len()),
        Json::Object(_) => "an object".to_owned(),
        Json::String(text) if text.chars().count() > 40 => {
            let start: String = text.chars().take(39).collect();
            format!("\"{start}…\"")
        }
        other => other.to_string(),
    }
}
