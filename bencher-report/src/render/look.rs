//! The size of figures, and the arrangement of their panels.

use bencher_core::bench::PaneLayout;

/// The width in points that a page has for a figure, and that the panels of a grid share.
pub(crate) const ROOM: f64 = 956.0;
/// The least width of a panel that shares its room with others, in points.
const NARROWEST: f64 = 210.0;
/// Pixels of a picture for each point, so that it is sharp on any screen and on paper.
const SCALE: f64 = 2.0;
/// Pixels that a picture has at most: a few hundred megabytes while it is drawn.
const PIXELS: f64 = 48e6;

/// The reader's choices for every figure.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(all(feature = "html", feature = "png", feature = "gnuplot")),
    allow(dead_code, reason = "each renderer takes what it needs")
)]
pub(crate) struct Look {
    /// Width of a plot in points.
    pub(crate) width: f64,
    /// Height of a plot in points.
    pub(crate) height: f64,
    /// The height that panels side by side keep, as far as they are as wide; 0 where they keep their proportions.
    pub(crate) panel_height: f64,
    /// Whether panels stand side by side or behind tabs, where there can be tabs.
    pub(crate) layout: PaneLayout,
}

#[cfg_attr(
    not(all(feature = "html", feature = "png", feature = "gnuplot")),
    allow(dead_code, reason = "each renderer takes what it needs")
)]
impl Look {
    /// Of figures on a page, where no other size is requested: as wide as their card, and so high that the next one is seen.
    pub(crate) const fn of_page(layout: PaneLayout) -> Self {
        Self {
            width: ROOM,
            height: 480.0,
            panel_height: 320.0,
            layout,
        }
    }

    /// Width and height of a panel, given the number of panels side by side and their common width in points. A single
    /// panel has the requested size; several share the width and keep their proportions.
    pub(crate) fn panel(&self, columns: usize, room: f64) -> (f64, f64) {
        let share = match columns {
            0 | 1 => self.width,
            _ => (room / columns as f64).max(NARROWEST),
        };
        let width = self.width.min(share);
        let height = self.height * width / self.width;
        (
            width,
            height.max(self.panel_height.min(width).min(self.height)),
        )
    }

    /// Pixels for each point of a picture that is so large in points.
    pub(crate) fn scale(width: f64, height: f64) -> f64 {
        SCALE.min((PIXELS / (width * height)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_share_the_room_and_keep_their_proportions() {
        let look = Look {
            width: 600.0,
            height: 300.0,
            panel_height: 0.0,
            layout: PaneLayout::Grid,
        };
        let of = |columns| look.panel(columns, 960.0);
        assert_eq!(of(1), (600.0, 300.0));
        assert_eq!(of(2), (480.0, 240.0));
        assert_eq!(of(4), (240.0, 120.0));
        assert_eq!(of(9), (210.0, 105.0), "wider than the room, but readable");
        let small = Look {
            width: 100.0,
            ..look
        };
        assert_eq!(small.panel(4, 960.0), (100.0, 300.0));
        let page = Look::of_page(PaneLayout::Grid);
        let of = |columns| page.panel(columns, ROOM);
        assert_eq!((of(1), of(2)), ((956.0, 480.0), (478.0, 320.0)));
        assert_eq!(of(4), (239.0, 239.0), "never higher than wide");
    }

    #[test]
    fn no_picture_fills_the_memory() {
        assert!((Look::scale(600.0, 600.0) - 2.0).abs() < 1e-12);
        let scale = Look::scale(10_000.0, 10_000.0);
        assert!((scale * 10_000.0).powi(2) <= PIXELS * 1.001);
    }
}
