use std::collections::BTreeMap;

use super::{Axis, Chart, Facet, Field, HeatMap, Marks, Panel};

/// Panels that a picture of a volume has.
const PANELS: usize = 25;

impl Chart {
    /// A volume as heat maps, one for each level of the third input; any other chart as it is.
    pub(crate) fn sliced(&self) -> Option<Self> {
        let depth = self.depth.as_ref()?;
        let mut panels = Vec::new();
        let mut fields = self.panels.iter().filter_map(|panel| match &panel.marks {
            Marks::Field(field) => Some((panel, field)),
            _ => None,
        });
        let (_, first) = fields.clone().next()?;
        let (x, y, deep) = (
            levels(&self.x, &first.x),
            levels(&self.y, &first.y),
            first.z.len(),
        );
        for (panel, field) in &mut fields {
            for (n, z) in field.z.iter().enumerate() {
                let facet = Facet {
                    name: depth.name.clone(),
                    units: String::new(),
                    value: depth.name_of(*z),
                    shown: depth.coordinate(*z),
                };
                panels.push(Panel {
                    facets: panel.facets.iter().cloned().chain([facet]).collect(),
                    marks: Marks::HeatMap(slice(field, n)),
                });
            }
        }
        let all = panels.len();
        panels.truncate(PANELS);
        let mut notes = self.notes.clone();
        if all > PANELS {
            notes.push(format!("The first {PANELS} of {all} levels are drawn."));
        }
        Some(Self {
            x,
            y,
            depth: None,
            columns: deep.clamp(1, 4),
            panels,
            notes,
            ..self.clone()
        })
    }
}

/// The axis of the levels that numbers are.
fn levels(axis: &Axis, numbers: &[f64]) -> Axis {
    let names = numbers.iter().map(|x| axis.coordinate(*x)).collect();
    Axis::levels(axis.heading(), names)
}

fn slice(field: &Field, n: usize) -> HeatMap {
    let size = field.x.len() * field.y.len();
    let part = n * size..(n + 1) * size;
    let gaps = field.gaps.range(part.clone());
    HeatMap {
        width: field.x.len(),
        values: field.values.get(part.clone()).unwrap_or_default().to_vec(),
        bounds: field.bounds.get(part.clone()).unwrap_or_default().to_vec(),
        samples: field.samples.get(part.clone()).unwrap_or_default().to_vec(),
        gaps: gaps
            .map(|(at, gap)| (at - part.start, gap.clone()))
            .collect::<BTreeMap<_, _>>(),
        ranks: BTreeMap::new(),
    }
}
