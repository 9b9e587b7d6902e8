use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A plot of the program's own, which the report of a sweep has besides the usual ones.
///
/// This crate does not draw, so it only hands the plot on, from
/// [`SweepBuilder::own_plot`](super::SweepBuilder::own_plot) to the [`Reporter`](super::Reporter). The package that
/// draws says what it has to be: `bencher::report::CustomPlot`.
///
/// ```
/// use bencher_core::bench::OwnPlot;
/// let plot = OwnPlot::new("Moves by length", "moves", 7_u8);
/// assert_eq!((plot.sweep(), plot.name()), ("Moves by length", "moves"));
/// assert_eq!(plot.get::<u8>(), Some(&7));
/// assert_eq!(plot.get::<String>(), None);
/// ```
#[derive(Clone)]
pub struct OwnPlot {
    sweep: String,
    name: String,
    plot: Arc<dyn Any + Send + Sync>,
}

impl OwnPlot {
    /// The attribute of a dataset that names the plots which its program alone can draw.
    pub const ATTRIBUTE: &'static str = "own plots";

    /// A plot with a name, of the sweep with some title.
    pub fn new(
        sweep: impl Into<String>,
        name: impl Into<String>,
        plot: impl Any + Send + Sync,
    ) -> Self {
        Self {
            sweep: sweep.into(),
            name: name.into(),
            plot: Arc::new(plot),
        }
    }

    /// The title of the sweep.
    pub fn sweep(&self) -> &str {
        &self.sweep
    }

    /// The name of the plot.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The plot, if it has this type.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.plot.downcast_ref()
    }
}

impl fmt::Debug for OwnPlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnPlot")
            .field("sweep", &self.sweep)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Two are equal if they are the same plot of one sweep.
impl PartialEq for OwnPlot {
    fn eq(&self, other: &Self) -> bool {
        self.sweep == other.sweep && Arc::ptr_eq(&self.plot, &other.plot)
    }
}

impl Eq for OwnPlot {}
