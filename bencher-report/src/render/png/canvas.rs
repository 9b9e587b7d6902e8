//! A picture of our own lines, areas and texts, for what kuva's plots do not draw.

use std::fmt::Write;

use kuva::render::color::Color;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor};

use crate::chart::{Axis, Chart};
use crate::render::{fit, label_width, wrap};

use super::TICK;

/// The colour of text.
const TEXT: &str = "#222222";
/// The colour of axes.
pub(super) const AXIS: &str = "#555555";
/// The size of titles.
const TITLE: f64 = 17.0;
/// The size of a title that would not fit otherwise.
const SMALL: f64 = 13.0;
/// Lines of notes below a title.
const LINES: usize = 3;
/// Colours of a scale.
const STEPS: usize = 64;

/// Room beside the panels for the scale of colours.
pub(super) const SCALE: f64 = 110.0;

/// A place in points from the left and the top.
pub(super) type Place = (f64, f64);

/// A rectangle: left, top, right, bottom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Frame {
    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f64 {
        self.bottom - self.top
    }

    /// A place by its shares of the width, and of the height from the bottom.
    pub(super) fn at(self, across: f64, up: f64) -> Place {
        (
            self.left + across * self.width(),
            self.bottom - up * self.height(),
        )
    }
}

/// Where a text stands relative to its place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

pub(super) struct Canvas {
    pub(super) scene: Scene,
}

impl Canvas {
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self {
            scene: Scene::new(width, height),
        }
    }

    /// The title and the note of a chart; where the rest of the picture begins.
    pub(super) fn heading(&mut self, chart: &Chart, note: &str) -> f64 {
        let (middle, room) = (self.scene.width / 2.0, self.scene.width * 0.95);
        let fits = label_width(&chart.title, TITLE) <= room;
        let size = if fits { TITLE } else { SMALL };
        self.text(
            (middle, 26.0),
            &fit(&chart.title, room, size),
            size,
            Anchor::Middle,
        );
        let mut y = 44.0;
        for line in wrap(note, room, TICK, LINES) {
            self.text((middle, y), &line, TICK, Anchor::Middle);
            y += TICK * 1.35;
        }
        y
    }

    pub(super) fn text(&mut self, (x, y): Place, content: &str, size: f64, anchor: Anchor) {
        self.turned(content, (x, y), size, anchor, None);
    }

    /// A text that ends at a place, on a ground that keeps it apart from lines.
    pub(super) fn backed(&mut self, (x, y): Place, content: &str, size: f64) {
        let wide = label_width(content, size);
        self.scene.add(Primitive::Rect {
            x: x - wide - 1.0,
            y: y - size,
            width: wide + 3.0,
            height: size * 1.3,
            fill: "#ffffff".into(),
            stroke: None,
            stroke_width: None,
            opacity: Some(0.8),
        });
        self.text((x, y), content, size, Anchor::End);
    }

    /// A text that runs upwards.
    pub(super) fn upward(&mut self, place: Place, content: &str, size: f64) {
        self.turned(content, place, size, Anchor::Middle, Some(-90.0));
    }

    fn turned(
        &mut self,
        content: &str,
        (x, y): Place,
        size: f64,
        anchor: Anchor,
        rotate: Option<f64>,
    ) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the size of a font"
        )]
        let size = size.round() as u32;
        self.scene.add(Primitive::Text {
            x,
            y,
            content: content.to_owned(),
            size,
            anchor: match anchor {
                Anchor::Start => TextAnchor::Start,
                Anchor::Middle => TextAnchor::Middle,
                Anchor::End => TextAnchor::End,
            },
            rotate,
            bold: false,
            color: Some(TEXT.into()),
        });
    }

    pub(super) fn line(&mut self, from: Place, to: Place, color: &str, width: f64) {
        self.scene.add(Primitive::Line {
            x1: from.0,
            y1: from.1,
            x2: to.0,
            y2: to.1,
            stroke: color.into(),
            stroke_width: width,
            stroke_dasharray: None,
        });
    }

    pub(super) fn path(
        &mut self,
        points: Vec<Place>,
        color: &str,
        width: f64,
        dashes: Option<&str>,
    ) {
        if points.len() > 1 {
            self.scene.add(Primitive::PolyLine {
                points,
                stroke: color.into(),
                stroke_width: width,
                stroke_dasharray: dashes.map(str::to_owned),
            });
        }
    }

    /// A filled area with an outline.
    pub(super) fn area(&mut self, points: &[Place], fill: &str, outline: Option<(&str, f64)>) {
        let mut d = String::new();
        for (n, (x, y)) in points.iter().enumerate() {
            let _ = write!(d, "{}{x:.2} {y:.2} ", if n == 0 { 'M' } else { 'L' });
        }
        d.push('Z');
        self.scene.add(Primitive::Path(Box::new(PathData {
            d,
            fill: Some(fill.into()),
            stroke: outline.map_or(Color::None, |(color, _)| color.into()),
            stroke_width: outline.map_or(0.0, |(_, width)| width),
            opacity: None,
            stroke_dasharray: None,
        })));
    }

    /// Filled rectangles: left, top, width, height and colour of each.
    pub(super) fn cells(&mut self, cells: Vec<(f64, f64, f64, f64, String)>) {
        let mut batch = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (x, y, w, h, fill) in cells {
            batch.0.push(x);
            batch.1.push(y);
            batch.2.push(w);
            batch.3.push(h);
            batch.4.push(Color::from(fill));
        }
        let (x, y, w, h, fills) = batch;
        self.scene.add(Primitive::RectBatch { x, y, w, h, fills });
    }

    pub(super) fn dot(&mut self, (cx, cy): Place, r: f64, color: &str) {
        self.scene.add(Primitive::Circle {
            cx,
            cy,
            r,
            fill: color.into(),
            fill_opacity: None,
            stroke: None,
            stroke_width: None,
        });
    }

    /// A cross where a value is missing.
    pub(super) fn cross(&mut self, (x, y): Place, reach: f64, color: &str) {
        self.line((x - reach, y - reach), (x + reach, y + reach), color, 1.6);
        self.line((x - reach, y + reach), (x + reach, y - reach), color, 1.6);
    }

    /// The scale of the colours of all panels, at the right of the picture, beside its first row.
    pub(super) fn scale_beside(
        &mut self,
        axis: &Axis,
        (top, bottom): (f64, f64),
        color: impl Fn(f64) -> String,
    ) {
        let left = self.scene.width - SCALE + 24.0;
        let frame = Frame {
            left,
            right: left + 14.0,
            top: top + 12.0,
            bottom: bottom.max(top + 40.0),
        };
        self.scale(axis, frame, color);
    }

    /// A scale of colours with its name and ticks, upright in a frame.
    pub(super) fn scale(&mut self, axis: &Axis, frame: Frame, color: impl Fn(f64) -> String) {
        let ends = Axis {
            range: axis.ends(),
            ..axis.clone()
        };
        let step = frame.height() / STEPS as f64;
        let cells = (0..STEPS).map(|n| {
            let share = (n as f64 + 0.5) / STEPS as f64;
            let top = frame.bottom - step * (n + 1) as f64;
            // A little higher, so that no gap shines between them.
            (frame.left, top, frame.width(), step + 0.5, color(share))
        });
        self.cells(cells.collect());
        for (at, name) in ends.named_places(7) {
            let (x, y) = frame.at(1.0, ends.share(at));
            self.line((x, y), (x + 4.0, y), AXIS, 1.0);
            self.text((x + 7.0, y + 4.0), &name, TICK, Anchor::Start);
        }
        let label = fit(&axis.label(), frame.height(), TICK);
        self.upward(
            (frame.left - 8.0, f64::midpoint(frame.top, frame.bottom)),
            &label,
            TICK,
        );
    }
}
