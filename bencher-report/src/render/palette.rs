//! Colours that readers with any kind of colour vision can distinguish (Okabe and Ito's). Each has its own symbol and
//! dash, so that colour is never the only sign.

#![cfg_attr(
    not(all(feature = "html", feature = "png", feature = "gnuplot")),
    allow(dead_code, reason = "each renderer takes what it needs")
)]

use crate::chart::ScaleSide;

/// Colours of series; none is lost on a white or on a dark ground.
pub(crate) const SERIES: [&str; 7] = [
    "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8c8c8c",
];

/// The colour of the centre of a box.
pub(crate) const CENTRE: &str = "#222222";
/// The edge of that mark, by which it is seen on a dark ground.
pub(crate) const CENTRE_EDGE: &str = "#ffffff";

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

/// The ends and the middle of a scale of colours for lines, which are lost on no ground.
pub(crate) const LINE: [&str; 3] = ["#0072b2", "#9a9a9a", "#d55e00"];

/// A colour of the scale for lines, by its share from 0 to 1.
pub(crate) fn line(share: f64) -> String {
    let [low, middle, high] = LINE;
    let (from, to, share) = if share < 0.5 {
        (low, middle, share * 2.0)
    } else {
        (middle, high, share * 2.0 - 1.0)
    };
    mixed(from, to, share)
}

/// The colour of an arrow on a cell whose value lies beyond that scale: the end of it is dark below, and light above.
pub(crate) fn arrow(side: ScaleSide) -> &'static str {
    match side {
        ScaleSide::Below => "#ffffff",
        ScaleSide::Above => "#000000",
    }
}

/// The colour of a sign on an area with that share of the scale.
pub(crate) fn on_viridis(share: f64) -> &'static str {
    if share < 0.55 { "#ffffff" } else { "#000000" }
}

/// A colour of the scale for areas, by its share from 0 to 1, as plotly has it.
pub(crate) fn viridis(share: f64) -> String {
    const SCALE: [&str; 10] = [
        "#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58",
        "#b5de2b", "#fde725",
    ];
    let place = share.clamp(0.0, 1.0) * (SCALE.len() - 1) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small count"
    )]
    let step = (place.floor() as usize).min(SCALE.len() - 2);
    let at = |n: usize| SCALE.get(n).copied().unwrap_or("#fde725");
    mixed(at(step), at(step + 1), place - step as f64)
}

/// A colour between two.
fn mixed(from: &str, to: &str, share: f64) -> String {
    let (from, to) = (rgb(from), rgb(to));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between two bytes"
    )]
    let mix = |from: u8, to: u8| {
        let share = share.clamp(0.0, 1.0);
        (f64::from(from) * (1.0 - share) + f64::from(to) * share).round() as u8
    };
    let (r, g, b) = (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2));
    format!("#{r:02x}{g:02x}{b:02x}")
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
