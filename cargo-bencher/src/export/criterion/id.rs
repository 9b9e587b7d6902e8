//! What criterion calls a point, and its folders.

use serde_json::{Value as Json, json};

use super::super::names::{Names, portable};

/// The most bytes of the name of a folder, and of a title.
const LONGEST: (usize, usize) = (64, 100);

/// The name of a point: group, function, value.
pub(super) struct Id {
    group: String,
    function: Option<String>,
    value: Option<String>,
    /// The folders below that of the group.
    pub(super) folders: Vec<String>,
}

impl Id {
    /// The content of `benchmark.json`.
    pub(super) fn json(&self) -> Json {
        let parts = [
            Some(&self.group),
            self.function.as_ref(),
            self.value.as_ref(),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        let full = parts.join("/");
        let mut title = full.clone();
        while title.len() > LONGEST.1 {
            title.pop();
        }
        if title != full {
            title.push_str("...");
        }
        let folders = std::iter::once(folder_name(&self.group)).chain(self.folders.iter().cloned());
        json!({
            "group_id": self.group,
            "function_id": self.function,
            "value_str": self.value,
            "throughput": null,
            "full_id": full,
            "directory_name": folders.collect::<Vec<_>>().join("/"),
            "title": title,
        })
    }
}

/// Makes names whose folders differ.
#[derive(Default)]
pub(super) struct Ids(Names);

impl Ids {
    /// The name of a point. The input `value` becomes criterion's value; the others are the function, behind `result`
    /// if that is given.
    pub(super) fn next(
        &mut self,
        group: &str,
        result: Option<&str>,
        texts: &[(String, String)],
        value: Option<&str>,
    ) -> Id {
        let others = texts
            .iter()
            .filter(|(name, _)| Some(name.as_str()) != value);
        let others = others.map(|(name, text)| format!("{name}={text}"));
        let parts: Vec<String> = result
            .map(str::to_owned)
            .into_iter()
            .chain(others)
            .collect();
        let function = (!parts.is_empty()).then(|| parts.join(", "));
        let value = texts.iter().find(|(name, _)| Some(name.as_str()) == value);
        let value = value.map(|(_, text)| text.clone());
        let mut folders: Vec<String> = [&function, &value]
            .into_iter()
            .flatten()
            .map(|part| folder_name(part))
            .collect();
        // Long names and special characters may make two points equal.
        let path = folders.join("/");
        let unique = self.0.number(path.clone());
        if let (Some(last), Some(number)) = (folders.last_mut(), unique.strip_prefix(&path)) {
            last.push_str(number);
        }
        Id {
            group: group.to_owned(),
            function,
            value,
            folders,
        }
    }
}

/// A name as criterion makes a folder of it; and one that leads out of its folder is none.
pub(super) fn folder_name(name: &str) -> String {
    portable(name, LONGEST.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_divided_as_criterion_divides_them() {
        let texts = [("len", "16"), ("pattern", "a/b")];
        let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let mut ids = Ids::default();
        let id = ids.next("Sorting", None, &texts, Some("len"));
        assert_eq!(id.json()["full_id"], "Sorting/pattern=a/b/16");
        assert_eq!(id.json()["directory_name"], "Sorting/pattern=a_b/16");
        let again = ids.next("Sorting", None, &texts, Some("len"));
        assert_eq!(again.folders, ["pattern=a_b", "16_2"]);
        let plain = ids.next("..", Some("pack"), &[], None);
        assert_eq!(plain.json()["directory_name"], "unnamed/pack");
        assert_eq!(plain.json()["value_str"], Json::Null);
    }
}
