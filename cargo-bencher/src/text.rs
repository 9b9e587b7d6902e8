//! Words of messages.

/// A number with its noun: `1 run`, `3 runs`.
pub(crate) fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    let plural = match (count, noun.strip_suffix('y')) {
        (1, _) => noun.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    format!("{count} {plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular() {
        let texts = [0_usize, 1, 2].map(|count| counted(count, "run"));
        assert_eq!(texts, ["0 runs", "1 run", "2 runs"]);
        assert_eq!(counted(2_u64, "entry"), "2 entries");
    }
}
