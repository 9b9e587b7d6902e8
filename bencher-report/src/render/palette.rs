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
