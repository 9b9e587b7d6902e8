//! Colours that readers with any kind of colour vision can distinguish (Okabe and Ito's). Each has its own symbol and
//! dash, so that colour is never the only sign.

#![cfg_attr(
    not(all(feature = "html", feature = "png", feature = "gnuplot")),
    allow(dead_code, reason = "each renderer takes what it needs")
)]

/// Colours of series; none is lost on a white or on a dark ground.
pub(crate) const SERIES: [&str; 7] = [
    "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8c8c8c",
];

/// Colours of the seven, dashes of the repetitions.
pub(crate) fn color(n: usize) -> &'static str {
    SERIES.get(n % SERIES.len()).copied().unwrap_or("#0072b2")
}

/// The colour of an area, such as a bar, which has no dash: lighter and darker ones where the colours have run out, five
/// of each.
pub(crate) fn fill(n: usize) -> String {
    /// The share of another colour, white or black, in each repetition.
    const MIXED: [(u16, u16); 5] = [(0, 0), (50, 255), (45, 0), (75, 255), (70, 0)];
    let base = color(n);
    let (share, other) = MIXED.get(round(n) % MIXED.len()).copied().unwrap_or((0, 0));
    if share == 0 {
        return base.to_owned();
    }
    let (r, g, b) = rgb(base);
    let mix = |part: u8| (u16::from(part) * (100 - share) + other * share) / 100;
    format!("#{:02x}{:02x}{:02x}", mix(r), mix(g), mix(b))
}

/// How often the colours have run out before the n-th series: 0 solid, 1 dashed, 2 dotted.
pub(crate) fn round(n: usize) -> usize {
    n / SERIES.len()
}

/// Red, green and blue of `#rrggbb`.
pub(crate) fn rgb(color: &str) -> (u8, u8, u8) {
    let part = |from: usize| {
        color
            .get(from..from + 2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
            .unwrap_or(0)
    };
    (part(1), part(3), part(5))
}

/// The ground of heat-map cells without a value.
pub(crate) const GAP: &str = "#b3b3b3";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_of_many_series_have_different_colours_that_are_no_ground() {
        let fills: std::collections::BTreeSet<String> = (0..35).map(fill).collect();
        assert_eq!(fills.len(), 35);
        assert!((0..7).all(|n| fill(n) == color(n)));
        for color in fills {
            let (r, g, b) = rgb(&color);
            let (darkest, lightest) = (r.min(g).min(b), r.max(g).max(b));
            assert!(
                color.len() == 7 && lightest > 20 && darkest < 235,
                "{color}"
            );
        }
    }
}
