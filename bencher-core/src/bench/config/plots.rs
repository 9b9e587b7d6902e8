use std::fmt;

/// The kinds of plots that a report draws, by their names.
///
/// `auto` stands for the kinds that the shape of a sweep suggests. Other names draw kinds that are drawn on request
/// only, or select among the suggested ones.
///
/// ```
/// use bencher_core::bench::PlotSelection;
/// let selection = PlotSelection::of(["auto", "table"])?;
/// assert!(selection.has_auto() && selection.contains("table"));
/// assert_eq!(selection.to_string(), "auto,table");
/// let error = PlotSelection::of(["pie"]).unwrap_err();
/// assert!(error.starts_with("`pie` is no plot; there are auto, histogram, "));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlotSelection {
    /// A bit for each name, in their order.
    bits: u32,
}

/// Plots as the shape of a sweep suggests them.
impl Default for PlotSelection {
    fn default() -> Self {
        Self { bits: 1 }
    }
}

impl PlotSelection {
    /// The attribute of a dataset that holds the names for its report, where they are not the default.
    pub const ATTRIBUTE: &'static str = "plots";

    /// All names, in the order in which texts list them.
    pub const NAMES: [&'static str; 25] = [
        "auto",
        "histogram",
        "bar",
        "box",
        "line",
        "curve",
        "heat-map",
        "table",
        "panes",
        "main-effects",
        "ratio",
        "ecdf",
        "violin",
        "scatter",
        "pareto",
        "scaling",
        "band",
        "interaction",
        "parallel",
        "contour",
        "surface",
        "volume",
        "hexbin",
        "search",
        "custom",
    ];

    /// The selection of some names.
    ///
    /// # Errors
    /// An unknown name, with all known ones; or no name at all.
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, String> {
        let known = || Self::NAMES.join(", ");
        let mut bits = 0;
        for name in names {
            let name = name.trim();
            match Self::bit(name) {
                Some(bit) => bits |= bit,
                None => {
                    let near = crate::var::nearest(name, Self::NAMES);
                    let hint =
                        near.map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
                    return Err(format!("`{name}` is no plot; there are {}{hint}", known()));
                }
            }
        }
        match bits {
            0 => Err(format!("name at least one plot of {}", known())),
            bits => Ok(Self { bits }),
        }
    }

    /// Whether it has the kinds that the shape of a sweep suggests.
    pub fn has_auto(self) -> bool {
        self.contains("auto")
    }

    /// Whether it has a name.
    pub fn contains(self, name: &str) -> bool {
        Self::bit(name).is_some_and(|bit| self.bits & bit != 0)
    }

    fn bit(name: &str) -> Option<u32> {
        let at = Self::NAMES.iter().position(|known| *known == name)?;
        1_u32.checked_shl(u32::try_from(at).ok()?)
    }
}

/// `auto,table`
impl fmt::Display for PlotSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Self::NAMES.into_iter().filter(|name| self.contains(name));
        f.write_str(&names.collect::<Vec<&str>>().join(","))
    }
}
