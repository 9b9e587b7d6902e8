use kuva::render::render::{Primitive, Scene, TextAnchor};

use crate::chart::{Chart, Marks, text};

/// Rows that a picture shows.
const ROWS: usize = 40;
/// Characters that a cell shows.
const CELL: usize = 48;
/// Width of a character, in points.
const CHARACTER: f64 = 7.4;
/// Height of a row, in points.
const ROW: f64 = 22.0;

/// A table as lines of text; panes as a table of what they hold.
pub(super) fn scene(chart: &Chart) -> Scene {
    let data = chart.data_rows(usize::MAX);
    let mut lines: Vec<Vec<String>> = vec![cells(&data.columns)];
    lines.extend(data.rows.iter().take(ROWS).map(|row| cells(row)));
    let widths = widths(&lines);
    let left_out: usize = chart
        .panels
        .iter()
        .map(|panel| match &panel.marks {
            Marks::Table(table) => table.left_out,
            _ => 0,
        })
        .sum();
    let more = data.rows.len().saturating_sub(ROWS) + left_out;
    let title = text::clip(&chart.title, 80);
    let width = widths
        .iter()
        .sum::<f64>()
        .max(title.chars().count() as f64 * 10.0)
        + 48.0;
    let height = 64.0 + ROW * (lines.len() + usize::from(more > 0)) as f64;
    let mut scene = Scene::new(width, height);
    write(&mut scene, (24.0, 32.0), title, 17, true);
    let mut y = 64.0;
    for (n, line) in lines.into_iter().enumerate() {
        let mut x = 24.0;
        for (cell, width) in line.into_iter().zip(&widths) {
            write(&mut scene, (x, y), cell, 12, n == 0);
            x += width;
        }
        scene.add(Primitive::Line {
            x1: 24.0,
            y1: y + 7.0,
            x2: width - 24.0,
            y2: y + 7.0,
            stroke: "#cccccc".into(),
            stroke_width: 0.5,
            stroke_dasharray: None,
        });
        y += ROW;
    }
    if more > 0 {
        let rest = format!("… and {}", text::count(more, "more row"));
        write(&mut scene, (24.0, y), rest, 12, false);
    }
    scene
}

fn cells(row: &[String]) -> Vec<String> {
    row.iter().map(|cell| text::clip(cell, CELL)).collect()
}

fn widths(lines: &[Vec<String>]) -> Vec<f64> {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    (0..columns)
        .map(|column| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            let longest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
            longest as f64 * CHARACTER + 18.0
        })
        .collect()
}

fn write(scene: &mut Scene, (x, y): (f64, f64), content: String, size: u32, bold: bool) {
    scene.add(Primitive::Text {
        x,
        y,
        content,
        size,
        anchor: TextAnchor::Start,
        rotate: None,
        bold,
        color: None,
    });
}
