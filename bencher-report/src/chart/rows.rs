//! A chart's data as rows, for CSV files and for tables beside the figure.

use bencher_core::value::float_text;

use super::{Axis, BoxMark, BoxSeries, Chart, ChartKind, Field, Gap, Marks, Panel, Point, pane};

/// A chart's data, one row per mark.
#[derive(Clone, Debug, PartialEq)]
pub struct DataRows {
    /// The column titles.
    pub columns: Vec<String>,
    /// The rows; each is as long as `columns`.
    pub rows: Vec<Vec<String>>,
}

impl DataRows {
    /// The rows as CSV after RFC 4180. A cell that a spreadsheet would read as a formula gets a leading apostrophe.
    pub fn to_csv(&self) -> String {
        let mut csv = String::new();
        for row in std::iter::once(&self.columns).chain(&self.rows) {
            push_row(&mut csv, row);
        }
        csv
    }
}

fn push_row(csv: &mut String, row: &[String]) {
    for (n, cell) in row.iter().enumerate() {
        if n > 0 {
            csv.push(',');
        }
        push_cell(csv, cell);
    }
    csv.push_str("\r\n");
}

fn push_cell(csv: &mut String, cell: &str) {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t']) && cell.parse::<f64>().is_err();
    if formula || cell.contains([',', '"', '\n', '\r']) {
        csv.push('"');
        if formula {
            csv.push('\'');
        }
        csv.push_str(&cell.replace('"', "\"\""));
        csv.push('"');
    } else {
        csv.push_str(cell);
    }
}

impl Chart {
    /// The chart's data, at most `limit` rows.
    pub fn data_rows(&self, limit: usize) -> DataRows {
        DataRows {
            columns: self.data_columns(),
            rows: self.all_rows().take(limit).collect(),
        }
    }

    /// The chart's data as CSV, at most `limit` rows. No row is held.
    #[cfg(feature = "html")]
    pub(crate) fn csv(&self, limit: usize) -> String {
        let mut csv = String::new();
        push_row(&mut csv, &self.data_columns());
        for row in self.all_rows().take(limit) {
            push_row(&mut csv, &row);
        }
        csv
    }

    /// Whether the chart's data has more rows.
    #[cfg(feature = "html")]
    pub(crate) fn has_more_rows(&self, limit: usize) -> bool {
        self.all_rows().nth(limit).is_some()
    }

    fn all_rows(&self) -> impl Iterator<Item = Vec<String>> + '_ {
        self.panels.iter().flat_map(|panel| self.panel_rows(panel))
    }

    fn data_columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = self
            .panels
            .first()
            .map(|panel| {
                panel
                    .facets
                    .iter()
                    .map(|facet| Axis::linear(&facet.name, &facet.units).label())
                    .collect()
            })
            .unwrap_or_default();
        columns.extend(self.mark_columns());
        columns
    }

    fn mark_columns(&self) -> Vec<String> {
        let legend = self.legend.clone().unwrap_or_else(|| "series".to_owned());
        let (x, y) = (self.x.label(), self.y.label());
        let color = self.color.as_ref();
        let color = color.map_or_else(|| "value".to_owned(), Axis::label);
        let columns: Vec<&str> = match self.panels.first().map(|panel| &panel.marks) {
            Some(Marks::Lines(_)) if self.kind == ChartKind::Pareto => {
                vec![&legend, "point", &x, &y, "by the bounds"]
            }
            Some(Marks::Lines(_)) if self.kind == ChartKind::Band => {
                vec![
                    &legend, &x, &y, "p25", "p75", "p10", "p90", "samples", "absent", "state",
                ]
            }
            Some(Marks::Lines(_) | Marks::Bars(_)) => {
                vec![&legend, &x, &y, "low", "high", "samples", "absent", "state"]
            }
            Some(Marks::Boxes(series)) if has_outlines(series) => {
                vec![
                    &legend, &x, "value", "density", "samples", "absent", "state",
                ]
            }
            Some(Marks::Boxes(_)) => vec![
                &legend,
                &x,
                "low",
                "q1",
                "median",
                "q3",
                "high",
                "outliers",
                "centre",
                "lower bound",
                "upper bound",
                "samples",
                "absent",
                "state",
            ],
            Some(Marks::HeatMap(_)) => {
                vec![&x, &y, &color, "low", "high", "samples", "state"]
            }
            Some(Marks::Field(field)) => {
                let depth = self.depth.as_ref().filter(|_| !field.z.is_empty());
                let mut columns = vec![x.clone(), y.clone()];
                columns.extend(depth.map(Axis::label));
                columns.push(color.clone());
                columns.extend(["low", "high", "samples", "state"].map(str::to_owned));
                return columns;
            }
            Some(Marks::Hexbin(_)) => vec![&x, &y, &color, "state"],
            Some(Marks::Parallel(parallel)) => return parallel.columns(),
            Some(Marks::Histogram(_)) => vec!["from", "to", "count"],
            Some(Marks::Table(table)) => return table.titles(),
            Some(Marks::Pane(_)) => return pane::columns(&self.panels, &y),
            None => Vec::new(),
        };
        columns.into_iter().map(str::to_owned).collect()
    }

    fn panel_rows<'a>(&'a self, panel: &'a Panel) -> impl Iterator<Item = Vec<String>> + 'a {
        let facets = || panel.facets.iter().map(|facet| facet.value.clone());
        let color = self.color.as_ref();
        let in_color = move |x| color.map_or_else(|| float_text(x), |axis| axis.name_of(x));
        let marks: Box<dyn Iterator<Item = Vec<String>>> = match &panel.marks {
            Marks::Lines(series) | Marks::Bars(series) => Box::new(series.iter().flat_map(|one| {
                one.points
                    .iter()
                    .map(|point| self.point_row(&one.name, point))
            })),
            Marks::Boxes(series) if has_outlines(series) => {
                Box::new(series.iter().flat_map(|one| {
                    one.boxes
                        .iter()
                        .flat_map(|mark| self.violin_rows(&one.name, mark))
                }))
            }
            Marks::Boxes(series) => Box::new(series.iter().flat_map(|one| {
                one.boxes.iter().map(|mark| {
                    let q = mark.quartiles;
                    let bounds = mark.centre.and_then(|centre| centre.bounds);
                    let number = |x: Option<f64>| x.map(float_text).unwrap_or_default();
                    let outliers: Vec<String> =
                        mark.outliers.iter().map(|x| float_text(*x)).collect();
                    vec![
                        one.name.clone(),
                        self.x.name_of(mark.x),
                        number(q.map(|q| q.low)),
                        number(q.map(|q| q.q1)),
                        number(q.map(|q| q.median)),
                        number(q.map(|q| q.q3)),
                        number(q.map(|q| q.high)),
                        outliers.join(" "),
                        number(mark.centre.map(|centre| centre.value)),
                        number(bounds.map(|(low, _)| low)),
                        number(bounds.map(|(_, high)| high)),
                        mark.samples.to_string(),
                        mark.absent.to_string(),
                        state(mark.gap.as_ref()),
                    ]
                })
            })),
            Marks::HeatMap(map) => {
                Box::new(map.values.iter().enumerate().map(move |(cell, value)| {
                    let width = map.width.max(1);
                    let bounds = map.bounds.get(cell).copied().flatten();
                    let number = |x: Option<f64>| x.map(float_text).unwrap_or_default();
                    vec![
                        self.x.name_of((cell % width) as f64),
                        self.y.name_of((cell / width) as f64),
                        value.map(in_color).unwrap_or_default(),
                        number(bounds.map(|(low, _)| low)),
                        number(bounds.map(|(_, high)| high)),
                        map.samples
                            .get(cell)
                            .map_or_else(|| u32::from(value.is_some()).to_string(), u32::to_string),
                        state(map.gaps.get(&cell)),
                    ]
                }))
            }
            Marks::Field(field) => {
                Box::new((0..field.values.len()).map(move |at| self.field_row(field, at)))
            }
            Marks::Hexbin(hexbin) => {
                let number = |x: f64| float_text(x);
                let cells = hexbin.cells.iter().map(move |cell| {
                    let count = cell.count.to_string();
                    vec![number(cell.x), number(cell.y), count, String::new()]
                });
                let absent = hexbin.gap.iter().map(|gap| {
                    let none = String::new;
                    vec![none(), none(), none(), state(Some(gap))]
                });
                Box::new(cells.chain(absent))
            }
            Marks::Parallel(parallel) => {
                Box::new(parallel.rows.iter().map(|row| parallel.cells(row)))
            }
            Marks::Histogram(histogram) => Box::new(
                histogram
                    .edges
                    .windows(2)
                    .zip(&histogram.counts)
                    .map(|(edges, count)| {
                        let mut row: Vec<String> = edges.iter().map(|x| float_text(*x)).collect();
                        row.push(count.to_string());
                        row
                    }),
            ),
            Marks::Table(table) => Box::new(
                table
                    .rows
                    .iter()
                    .map(|row| row.iter().map(|cell| cell.text.clone()).collect()),
            ),
            Marks::Pane(pane) => Box::new(pane::rows(&self.panels, pane).into_iter()),
        };
        marks.map(move |row| facets().chain(row).collect())
    }

    fn field_row(&self, field: &Field, at: usize) -> Vec<String> {
        let (x, y, z) = field.place(at);
        let value = field.values.get(at).copied().flatten();
        let color = self.color.as_ref();
        let in_color = |x| color.map_or_else(|| float_text(x), |axis| axis.name_of(x));
        let depth = |z: f64| match &self.depth {
            Some(axis) => axis.name_of(z),
            None => float_text(z),
        };
        let bounds = field.bounds.get(at).copied().flatten();
        let number = |x: Option<f64>| x.map(float_text).unwrap_or_default();
        let samples = field.samples.get(at).copied();
        let mut row = vec![self.x.name_of(x), self.y.name_of(y)];
        row.extend(z.map(depth));
        row.push(value.map(in_color).unwrap_or_default());
        row.push(number(bounds.map(|(low, _)| low)));
        row.push(number(bounds.map(|(_, high)| high)));
        row.push(samples.unwrap_or(u32::from(value.is_some())).to_string());
        row.push(state(field.gaps.get(&at)));
        row
    }

    /// A row for each place of a violin's outline; one row for a box without.
    fn violin_rows(&self, series: &str, mark: &BoxMark) -> Vec<Vec<String>> {
        let row = |value: String, density: String| {
            vec![
                series.to_owned(),
                self.x.name_of(mark.x),
                value,
                density,
                mark.samples.to_string(),
                mark.absent.to_string(),
                state(mark.gap.as_ref()),
            ]
        };
        if mark.outline.is_empty() {
            let median = mark.quartiles.map(|q| float_text(q.median));
            return vec![row(median.unwrap_or_default(), String::new())];
        }
        let outline = mark.outline.iter();
        outline
            .map(|(value, density)| row(float_text(*value), float_text(*density)))
            .collect()
    }

    fn point_row(&self, series: &str, point: &Point) -> Vec<String> {
        let number = |x: Option<f64>| x.map(float_text).unwrap_or_default();
        if self.kind == ChartKind::Pareto {
            return vec![
                series.to_owned(),
                point.place.clone().unwrap_or_default(),
                self.x.name_of(point.x),
                point.y.map(|y| self.y.name_of(y)).unwrap_or_default(),
                point.sign.name().to_owned(),
            ];
        }
        let mut row = vec![
            series.to_owned(),
            point
                .place
                .clone()
                .unwrap_or_else(|| self.x.name_of(point.x)),
            point.y.map(|y| self.y.name_of(y)).unwrap_or_default(),
            number(point.bounds.map(|(low, _)| low)),
            number(point.bounds.map(|(_, high)| high)),
        ];
        if self.kind == ChartKind::Band {
            row.push(number(point.outer.map(|(low, _)| low)));
            row.push(number(point.outer.map(|(_, high)| high)));
        }
        row.extend([
            point.samples.to_string(),
            point.absent.to_string(),
            state(point.gap.as_ref()),
        ]);
        row
    }
}

/// Whether boxes are those of violins.
fn has_outlines(series: &[BoxSeries]) -> bool {
    let mut boxes = series.iter().flat_map(|one| &one.boxes);
    boxes.any(|mark| !mark.outline.is_empty())
}

pub(super) fn state(gap: Option<&Gap>) -> String {
    gap.map_or_else(|| "measured".to_owned(), Gap::text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_quoted() {
        let rows = DataRows {
            columns: vec!["a".to_owned(), "b\"c".to_owned()],
            rows: vec![
                vec!["-1.5".to_owned(), "x,y".to_owned()],
                vec!["=cmd()".to_owned(), "µ\n日".to_owned()],
            ],
        };
        assert_eq!(
            rows.to_csv(),
            "a,\"b\"\"c\"\r\n-1.5,\"x,y\"\r\n\"'=cmd()\",\"µ\n日\"\r\n"
        );
    }
}
