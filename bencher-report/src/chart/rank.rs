use serde::Serialize;

use super::{Chart, Marks};

/// How a cell of a heat map stands to the best cell, by the bounds of both at 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub enum Rank {
    /// It has the best value.
    Best,
    /// Its bounds overlap those of the best cell.
    Undecided,
}

impl Rank {
    /// Every rank.
    pub const ALL: [Self; 2] = [Self::Best, Self::Undecided];

    /// The sign on the cell, and in the note that explains it.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Best => "✓",
            Self::Undecided => "≈",
        }
    }

    /// The meaning of the sign.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Undecided => "not decided against the best: the bounds overlap",
        }
    }
}

impl Chart {
    /// The meaning of the signs of ranks, and how many cells have them; `None` where no cell has one.
    pub(crate) fn rank_note(&self) -> Option<String> {
        let maps = self.panels.iter().filter_map(|panel| match &panel.marks {
            Marks::HeatMap(map) => Some(map),
            _ => None,
        });
        let ranks = maps.flat_map(|map| map.ranks.values());
        let (mut any, mut undecided) = (false, 0);
        for rank in ranks {
            any = true;
            undecided += usize::from(*rank == Rank::Undecided);
        }
        let (best, other) = (Rank::Best, Rank::Undecided);
        let separated = "its 95 % bounds are apart from those of all other cells";
        any.then(|| match undecided {
            0 => format!("{} {}: {separated}", best.sign(), best.name()),
            n => format!(
                "{} {}; {} {} ({})",
                best.sign(),
                best.name(),
                other.sign(),
                other.name(),
                super::text::count(n, "cell")
            ),
        })
    }
}
