use serde::Serialize;

/// The kind of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub enum ChartKind {
    /// The distribution of values.
    Histogram,
    /// A bar per category.
    Bar,
    /// A box with whiskers per category.
    Box,
    /// Single values over a numeric input.
    Line,
    /// Means over a numeric input, with a band.
    Curve,
    /// Colours over two inputs.
    HeatMap,
    /// How many rows of a sample's table lie near each place of two columns.
    Hexbin,
    /// The values themselves.
    Table,
    /// The recorded content of every sample: a text, a picture, a file.
    Panes,
    /// How much each input matters, and the means of its levels.
    MainEffects,
    /// Ratios to the first level of an input.
    Ratio,
    /// The share of samples up to each value.
    Ecdf,
    /// The density of the values per category.
    Violin,
    /// Every sample as a point.
    Scatter,
    /// Two results of every point, and the points that no other one beats in both.
    Pareto,
    /// How a result grows with an input: a power law, and the nearest of the usual classes.
    Scaling,
    /// Percentiles of the repeats over a numeric input.
    Band,
    /// Means over an input, with a line for each level of another one.
    Interaction,
    /// A line for every point, through an axis for each input and one for the result.
    Parallel,
    /// Lines of equal values over two numeric inputs.
    Contour,
    /// A surface over two numeric inputs.
    Surface,
    /// Values in the space of three numeric inputs.
    Volume,
    /// What a search evaluated and gained, and what its model says.
    Search,
    /// A plot of the program's own.
    Custom,
}

impl ChartKind {
    /// Every kind, in the order of the rules.
    pub const ALL: [Self; 24] = [
        Self::Histogram,
        Self::Bar,
        Self::Box,
        Self::Line,
        Self::Curve,
        Self::HeatMap,
        Self::Hexbin,
        Self::Table,
        Self::Panes,
        Self::MainEffects,
        Self::Ratio,
        Self::Ecdf,
        Self::Violin,
        Self::Scatter,
        Self::Pareto,
        Self::Scaling,
        Self::Band,
        Self::Interaction,
        Self::Parallel,
        Self::Contour,
        Self::Surface,
        Self::Volume,
        Self::Search,
        Self::Custom,
    ];

    /// The name for display.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Histogram => "histogram",
            Self::Bar => "bars",
            Self::Box => "boxes",
            Self::Line => "line",
            Self::Curve => "curve",
            Self::HeatMap => "heat map",
            Self::Table => "table",
            Self::Panes => "panes",
            Self::MainEffects => "main effects",
            Self::Ratio => "ratio",
            Self::Ecdf => "ECDF",
            Self::Violin => "violins",
            Self::Scatter => "scatter",
            Self::Pareto => "Pareto front",
            Self::Scaling => "scaling",
            Self::Band => "percentile band",
            Self::Interaction => "interaction",
            Self::Parallel => "parallel coordinates",
            Self::Contour => "contour",
            Self::Surface => "surface",
            Self::Volume => "volume",
            Self::Hexbin => "hexbin",
            Self::Search => "search",
            Self::Custom => "custom plot",
        }
    }

    /// Whether bounds are drawn as error bars, not as a band.
    pub(crate) const fn has_error_bars(self) -> bool {
        matches!(self, Self::Ratio)
    }

    /// Whether its marks are the values of points, so that what was found of them stands below its picture.
    pub(crate) fn shows_points(self) -> bool {
        !matches!(
            self,
            Self::Histogram
                | Self::Table
                | Self::Panes
                | Self::Ecdf
                | Self::Scaling
                | Self::Pareto
                | Self::Search
                | Self::Custom
        )
    }

    /// How many of its notes say what its marks are, and stand below its picture.
    pub(crate) fn notes_below(self) -> usize {
        match self {
            Self::Pareto | Self::Histogram => 2,
            Self::MainEffects | Self::Interaction | Self::Ecdf | Self::Scaling => 1,
            _ => 0,
        }
    }

    /// Whether a line joins the points of the n-th of some series: of a Pareto front, those of the front, which is the last;
    /// of a search, those of the best so far.
    pub(crate) const fn has_line(self, n: usize, count: usize) -> bool {
        match self {
            Self::Scatter => false,
            Self::Pareto | Self::Search => n + 1 == count,
            Self::Scaling => n >= count / 2,
            _ => true,
        }
    }

    /// The colour of the n-th of some series: a fit has that of its points.
    pub(crate) const fn color(self, n: usize, count: usize) -> usize {
        match self {
            Self::Scaling if count >= 2 => n % (count / 2),
            _ => n,
        }
    }

    /// Whether each point of the n-th of some series has a marker.
    pub(crate) const fn has_markers(self, n: usize, count: usize) -> bool {
        match self {
            Self::Ecdf => false,
            Self::Pareto | Self::Search => n + 1 < count,
            Self::Scaling => n < count / 2,
            _ => true,
        }
    }

    /// The name by which it is chosen, and that is part of file names.
    pub(crate) const fn slug(self) -> &'static str {
        match self {
            Self::Histogram => "histogram",
            Self::Bar => "bar",
            Self::Box => "box",
            Self::Line => "line",
            Self::Curve => "curve",
            Self::HeatMap => "heat-map",
            Self::Table => "table",
            Self::Panes => "panes",
            Self::MainEffects => "main-effects",
            Self::Ratio => "ratio",
            Self::Ecdf => "ecdf",
            Self::Violin => "violin",
            Self::Scatter => "scatter",
            Self::Pareto => "pareto",
            Self::Scaling => "scaling",
            Self::Band => "band",
            Self::Interaction => "interaction",
            Self::Parallel => "parallel",
            Self::Contour => "contour",
            Self::Surface => "surface",
            Self::Volume => "volume",
            Self::Hexbin => "hexbin",
            Self::Search => "search",
            Self::Custom => "custom",
        }
    }
}
