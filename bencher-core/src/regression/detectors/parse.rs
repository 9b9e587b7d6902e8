//! Rules as people write them on a command line.

use super::{Checks, DEFAULT_MAD, DEFAULT_PERCENT, Detector, Override, Rules};

impl Rules {
    /// Reads rules: `METHOD[:THRESHOLD]` for all results, `RESULT=METHOD:THRESHOLD` for one (several of them add up),
    /// `RESULT=LIMIT` for an absolute limit, `RESULT=none` to opt out. Without a rule for all, only the named results
    /// are judged.
    ///
    /// ```
    /// use bencher_core::regression::detectors::{Detector, Rules};
    /// let rules = Rules::parse(&["adaptive".to_owned(), "moves=1200".to_owned(), "notes=none".to_owned()])?;
    /// assert_eq!(rules.default, Some(Detector::default()));
    /// assert_eq!(rules.detectors("moves"), [Detector::Absolute { limit: 1200.0 }]);
    /// assert!(Rules::parse(&["adaptiv".to_owned()]).is_err());
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with a rule, and the forms that there are.
    pub fn parse(rules: &[String]) -> Result<Self, String> {
        let mut found = Self {
            default: None,
            ..Self::default()
        };
        for rule in rules {
            match rule.split_once('=') {
                None => found.default = detector(rule)?,
                Some((result, rule)) => found.add(result, rule)?,
            }
        }
        Ok(found)
    }

    fn add(&mut self, result: &str, rule: &str) -> Result<(), String> {
        if let Ok(limit) = rule.trim().parse::<f64>() {
            if limit.is_nan() {
                return Err(wrong(rule));
            }
            self.overrides
                .insert(result.to_owned(), Override::Limit(limit));
            return Ok(());
        }
        let entry = self.overrides.entry(result.to_owned());
        let known = entry.or_insert_with(|| Override::Checks(Checks::default()));
        let mut checks = match known {
            Override::Checks(checks) => *checks,
            Override::Limit(limit) => Checks {
                absolute: Some(*limit),
                ..Checks::default()
            },
        };
        match detector(rule)? {
            None => checks = Checks::default(),
            Some(Detector::Percentage { percent }) => checks.percentage = Some(percent),
            Some(Detector::Adaptive { mad, .. }) => checks.adaptive = Some(mad),
            Some(Detector::Delta { limit }) => checks.delta = Some(limit),
            Some(Detector::Absolute { limit }) => checks.absolute = Some(limit),
        }
        *known = Override::Checks(checks);
        Ok(())
    }
}

/// The detector that a text names; none for `none`.
fn detector(text: &str) -> Result<Option<Detector>, String> {
    let (method, threshold) = match text.split_once(':') {
        Some((method, threshold)) => (method.trim(), Some(threshold.trim())),
        None => (text.trim(), None),
    };
    let number = |text: &str| {
        let number = text.trim_end_matches('%').parse::<f64>().ok();
        number.filter(|x| !x.is_nan()).ok_or_else(|| wrong(text))
    };
    let threshold = threshold.map(number).transpose()?;
    let positive = |x: Option<f64>| match x {
        Some(x) if x < 0.0 => Err(format!("the threshold of `{text}` is negative")),
        x => Ok(x),
    };
    let found = match (method, threshold) {
        ("none", None) => return Ok(None),
        ("percentage", percent) => Detector::Percentage {
            percent: positive(percent)?.unwrap_or(DEFAULT_PERCENT),
        },
        ("adaptive", mad) => Detector::Adaptive {
            mad: positive(mad)?.unwrap_or(DEFAULT_MAD),
            percent: Some(DEFAULT_PERCENT),
        },
        ("delta", Some(_)) => Detector::Delta {
            limit: positive(threshold)?.unwrap_or_default(),
        },
        ("absolute", Some(limit)) => Detector::Absolute { limit },
        ("delta" | "absolute", None) => {
            return Err(format!(
                "`{method}` needs a threshold, such as `{method}:1.5`"
            ));
        }
        _ => return Err(wrong(text)),
    };
    Ok(Some(found))
}

fn wrong(text: &str) -> String {
    format!(
        "`{text}` is no rule: write percentage:10, adaptive:3.5, delta:D, absolute:LIMIT or none, for one result as \
         `RESULT=percentage:5`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Rules, String> {
        let rules: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Rules::parse(&rules)
    }

    #[test]
    fn rules_of_one_result_add_up() {
        let rules = parse("percentage:5% a=percentage:1 a=absolute:7 b=none").unwrap();
        assert_eq!(
            rules.detectors("a"),
            [
                Detector::Percentage { percent: 1.0 },
                Detector::Absolute { limit: 7.0 }
            ]
        );
        assert_eq!(rules.detectors("b"), []);
        assert_eq!(
            rules.detectors("c"),
            [Detector::Percentage { percent: 5.0 }]
        );
        assert_eq!(
            parse("a=7").unwrap().detectors("c"),
            [],
            "only what is named"
        );
        assert_eq!(parse("").unwrap().detectors("a"), []);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expected) in [
            ("adaptiv", "`adaptiv` is no rule"),
            ("delta", "needs a threshold"),
            ("percentage:x", "`x` is no rule"),
            ("percentage:-1", "is negative"),
            ("a=nan", "`nan` is no rule"),
            ("a=5:5", "is no rule"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
