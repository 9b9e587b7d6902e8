//! A comparison as JSON, for programs; `schemas/comparison-v1.schema.json` describes it.

use serde_json::{Value as Json, json};

use crate::regression::advice::Advice;
use crate::regression::family::ErrorControl;
use crate::regression::reason::Reason;
use crate::regression::verdict::{Effect, Judgement, Scale, Verdict};
use crate::value::float_text;
use crate::var::Direction;

use super::{GroupComparison, PointComparison, ResultComparison, RunComparison, SweepComparison};

/// The version of the layout.
const VERSION: u32 = 1;

impl RunComparison {
    /// The whole comparison. Numbers that JSON does not have are texts: `"inf"`, `"-inf"`, `"NaN"`.
    pub fn to_json(&self) -> Json {
        let counts = self.counts();
        json!({
            "format": "bencher.comparison",
            "version": VERSION,
            "base": self.base,
            "candidate": self.candidate,
            "pairs": self.pairs,
            "threshold": number(self.options.threshold.share()),
            "group_threshold": number(self.options.group_threshold.share()),
            "error_rate": number(self.family.rate()),
            "error_control": match self.family.control() {
                ErrorControl::FamilyWise => "family-wise",
                ErrorControl::FalseDiscovery => "false-discovery",
            },
            "exit_status": self.exit_status(),
            "counts": {
                "worse": counts.worse,
                "better": counts.better,
                "same": counts.same,
                "undecided": counts.undecided,
                "not_compared": counts.not_compared,
            },
            "notes": self.notes,
            "sweeps": self.sweeps.iter().map(sweep).collect::<Vec<_>>(),
        })
    }
}

fn sweep(sweep: &SweepComparison) -> Json {
    json!({
        "bench": sweep.bench,
        "title": sweep.title,
        "tag": sweep.tag,
        "results": sweep.results.iter().map(result).collect::<Vec<_>>(),
    })
}

fn result(result: &ResultComparison) -> Json {
    json!({
        "name": result.name,
        "units": result.units,
        "direction": match result.direction {
            Direction::Minimize => Some("minimize"),
            Direction::Maximize => Some("maximize"),
            Direction::None => None,
        },
        "points": result.points.iter().map(point).collect::<Vec<_>>(),
        "groups": result.groups.iter().map(group).collect::<Vec<_>>(),
    })
}

fn point(point: &PointComparison) -> Json {
    let at = point.at.iter();
    let at: serde_json::Map<String, Json> =
        at.map(|(name, text)| (name.clone(), json!(text))).collect();
    json!({
        "at": at,
        "base": point.base.map(number),
        "candidate": point.candidate.map(number),
        "judgement": judgement(&point.judgement),
        "advice": point.advice.map(|advice| advice_json(&advice)),
    })
}

fn group(group: &GroupComparison) -> Json {
    let level = group.level.as_ref();
    json!({
        "input": level.map(|(input, _)| input),
        "level": level.map(|(_, level)| level),
        "points": group.points,
        "judgement": judgement(&group.judgement),
    })
}

fn judgement(found: &Judgement) -> Json {
    let needed = match found.reason {
        Reason::TooFewPairs { needed, .. } => Some(needed),
        _ => None,
    };
    json!({
        "verdict": match found.verdict {
            Verdict::Worse => "worse",
            Verdict::Better => "better",
            Verdict::Same => "same",
            Verdict::Undecided => "undecided",
        },
        "reason": found.reason.code(),
        "pairs": found.pairs,
        "needed": needed,
        "misrate": number(found.misrate),
        "effect": found.effect.map(|found| effect(&found)),
    })
}

fn effect(effect: &Effect) -> Json {
    json!({
        "scale": match effect.scale {
            Scale::Ratio => "ratio",
            Scale::Difference { .. } => "difference",
        },
        "centre": number(effect.centre),
        "lower": effect.lower.map(number),
        "upper": effect.upper.map(number),
    })
}

fn advice_json(advice: &Advice) -> Json {
    json!({
        "pairs_to_decide": advice.pairs_to_decide,
        "detectable": advice.detectable.map(number),
    })
}

fn number(x: f64) -> Json {
    if x.is_finite() {
        json!(x)
    } else {
        json!(float_text(x))
    }
}
