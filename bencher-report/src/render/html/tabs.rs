//! The panels of a figure behind tabs.

use std::borrow::Cow;

use bencher_core::bench::PaneLayout;

use crate::chart::{Chart, Panel};

/// The content of one tab: some panels of a chart.
pub(super) struct Tab<'a> {
    /// Which ones, as `name = value`; empty where there is only one tab, and so none to be seen.
    pub(super) label: String,
    pub(super) chart: Cow<'a, Chart>,
}

/// The chart as it is laid out: as a whole, or in parts with a tab each.
pub(super) fn tabs(chart: &Chart, layout: PaneLayout) -> Vec<Tab<'_>> {
    // Facets stand outermost first.
    let named = match layout {
        PaneLayout::Grid => 0,
        PaneLayout::Tabs => usize::MAX,
        PaneLayout::Both => 1,
    };
    if named == 0 || chart.panels.len() < 2 {
        return vec![Tab {
            label: String::new(),
            chart: Cow::Borrowed(chart),
        }];
    }
    let mut tabs: Vec<(String, Vec<Panel>)> = Vec::new();
    for panel in &chart.panels {
        let (outer, inner) = panel.facets.split_at(panel.facets.len().min(named));
        let label = Panel::label_of(outer);
        let panel = Panel {
            facets: inner.to_vec(),
            marks: panel.marks.clone(),
        };
        match tabs.last_mut() {
            Some((last, panels)) if *last == label => panels.push(panel),
            _ => tabs.push((label, vec![panel])),
        }
    }
    let part = |(label, panels): (String, Vec<Panel>)| Tab {
        chart: Cow::Owned(Chart {
            columns: chart.columns.min(panels.len()),
            panels,
            ..chart.clone()
        }),
        label,
    };
    tabs.into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bencher_core::dataset::{CellState, Dataset, Dim, VariableInfo};
    use bencher_core::value::{Kind, Value};

    /// A chart with panels over two inputs.
    fn chart() -> Chart {
        let levels = |name: &str, count: i32| {
            Dim::input(
                name,
                Kind::Category,
                (0..count).map(|n| Value::from(n.to_string())).collect(),
            )
        };
        let len = Dim::input("len", Kind::Uint(64), (1..5).map(Value::from).collect());
        let dims = vec![
            len,
            levels("algo", 2),
            levels("inner", 3),
            levels("outer", 2),
        ];
        let cost = VariableInfo::new("cost", Kind::Float(64));
        let mut dataset = Dataset::new("Sorting", dims, vec![cost]).unwrap();
        for flat in 0..dataset.len() {
            let cost = dataset.variable_mut(0).unwrap();
            cost.record(flat, &Value::from(flat as f64), CellState::Measured)
                .unwrap();
        }
        let mut charts = crate::deduce::deduce(&dataset);
        charts.remove(0)
    }

    fn shape(layout: PaneLayout) -> Vec<(String, usize, Vec<String>)> {
        let chart = chart();
        let shown = |tab: Tab| {
            let inside = tab.chart.panels.iter().map(Panel::label).collect();
            (tab.label, tab.chart.columns, inside)
        };
        tabs(&chart, layout).into_iter().map(shown).collect()
    }

    #[test]
    fn panels_are_laid_out_as_is_wanted() {
        let grid = shape(PaneLayout::Grid);
        assert_eq!(grid.len(), 1);
        assert_eq!((grid[0].0.as_str(), grid[0].2.len()), ("", 6));

        let single = shape(PaneLayout::Tabs);
        assert_eq!(single.len(), 6);
        assert!(single.iter().all(|(label, columns, inside)| {
            label.contains("outer = ") && label.contains(", ") && *columns == 1 && *inside == [""]
        }));

        let both = shape(PaneLayout::Both);
        let labels: Vec<&str> = both.iter().map(|tab| tab.0.as_str()).collect();
        let (first, columns, inside) = &both[0];
        assert_eq!(both.len(), labels.len());
        assert!(
            both.len() > 1 && inside.len() > 1 && *columns <= inside.len(),
            "{both:?}"
        );
        assert!(!first.contains(", ") && !inside[0].contains(first.as_str()));
        let panels: usize = both.iter().map(|tab| tab.2.len()).sum();
        assert_eq!(panels, 6);
    }
}
