use bencher_core::dataset::{COMPARED, Dataset, Dim, DimRole, Variable};
use bencher_core::value::Kind;

use super::coordinates::{Coordinates, Group, Numbers};
use super::sample_table::TableForm;

/// The properties that the rules use: how many inputs of each kind vary, and the kind of the result.
pub(super) struct Shape<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) variable: &'a Variable,
    /// Positions of the numeric inputs with several values.
    pub(super) numeric: Vec<usize>,
    /// Positions of the categorical inputs.
    pub(super) categorical: Vec<usize>,
    /// The coordinates of every dimension on an axis.
    coordinates: Vec<Coordinates>,
    /// Positions of inputs with one value, which no axis needs.
    pub(super) fixed: Vec<usize>,
    /// The position of the dimension of repeats.
    pub(super) repeat: Option<usize>,
    /// How many repeats there are; 1 without such a dimension.
    pub(super) repeats: usize,
    /// Whether a result of the sweep is timed, so that its points have as many repeats as they need.
    pub(super) in_rounds: bool,
    pub(super) sort: Sort,
}

/// The kind of a result, as the rules distinguish it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Number,
    Truth,
    /// Names and moments: a word or two each.
    Name,
    /// Texts, files, images, videos.
    Content,
    Table(TableForm),
}

impl<'a> Shape<'a> {
    pub(super) fn of(dataset: &'a Dataset, variable: &'a Variable) -> Self {
        let inputs: Vec<(usize, &Dim)> = dataset
            .dims()
            .iter()
            .enumerate()
            .filter(|(_, dim)| dim.role == DimRole::Input)
            .collect();
        let several = inputs.iter().any(|(_, dim)| dim.len() > 1);
        let mut shape = Self {
            dataset,
            variable,
            numeric: Vec::new(),
            categorical: Vec::new(),
            coordinates: dataset.dims().iter().map(Coordinates::of).collect(),
            fixed: Vec::new(),
            repeat: None,
            repeats: 1,
            in_rounds: dataset.variables().iter().any(|var| var.info.timed),
            sort: sort(dataset, variable),
        };
        for (axis, dim) in inputs {
            let numbers = matches!(shape.coordinates.get(axis), Some(Coordinates::Numbers(_)));
            // A lone category still labels its bar; a lone number makes no axis.
            let places = match (numbers, dim.len() > 1) {
                (true, true) => &mut shape.numeric,
                (false, true) => &mut shape.categorical,
                (false, false) if !several => &mut shape.categorical,
                (_, false) => &mut shape.fixed,
            };
            places.push(axis);
        }
        shape.number_by_name();
        let repeat = dataset
            .dims()
            .iter()
            .position(|dim| dim.role == DimRole::Repeat);
        if let Some(axis) = repeat {
            shape.repeat = repeat;
            shape.repeats = shape.levels(axis);
        }
        shape
    }

    /// Where no input is numeric, the first whose variants have numbers is: a line for each name.
    fn number_by_name(&mut self) {
        let by_name =
            |axis: &usize| matches!(self.coordinates.get(*axis), Some(Coordinates::ByName(..)));
        if self.numeric.is_empty()
            && let Some(at) = self.categorical.iter().position(by_name)
        {
            self.numeric.push(self.categorical.remove(at));
        }
    }

    /// The numbers of an input that is numeric here.
    pub(super) fn numbers(&self, axis: usize) -> Option<&Numbers> {
        let coordinates = self.coordinates.get(axis)?;
        coordinates
            .numbers()
            .filter(|_| self.numeric.contains(&axis))
    }

    /// The names that the numeric input's variants belong to, where each is a line of its own.
    pub(super) fn groups(&self) -> Option<&[Group]> {
        match self.coordinates.get(*self.numeric.first()?)? {
            Coordinates::ByName(groups, _) => Some(groups),
            Coordinates::Numbers(_) | Coordinates::Levels => None,
        }
    }

    /// The input whose levels are the series of lines; `None` where the names of variants are.
    pub(super) fn series(&self) -> Option<usize> {
        let first = self.categorical.first().copied();
        first.filter(|_| self.groups().is_none())
    }

    /// The dimension at a position.
    pub(super) fn dim(&self, axis: usize) -> Option<&'a Dim> {
        self.dataset.dims().get(axis)
    }

    /// How many values a dimension has.
    pub(super) fn levels(&self, axis: usize) -> usize {
        self.dim(axis).map_or(0, Dim::len)
    }

    /// How many values the n-th categorical input has; 1 where there is none.
    pub(super) fn category_levels(&self, n: usize) -> usize {
        self.categorical.get(n).map_or(1, |axis| self.levels(*axis))
    }

    /// The inputs that vary, in declared order.
    pub(super) fn inputs(&self) -> Vec<usize> {
        let mut inputs: Vec<usize> = self
            .numeric
            .iter()
            .chain(&self.categorical)
            .copied()
            .collect();
        inputs.sort_unstable();
        inputs
    }

    /// All inputs, also those with one value, in declared order.
    #[cfg(feature = "html")]
    pub(super) fn all_inputs(&self) -> Vec<usize> {
        let dims = self.dataset.dims().iter().enumerate();
        let inputs = dims.filter(|(_, dim)| dim.role == DimRole::Input);
        inputs.map(|(axis, _)| axis).collect()
    }

    /// By how much the numbers of two repeats of a point differ.
    pub(super) fn repeat_stride(&self) -> usize {
        let later = self.repeat.map_or(0, |axis| axis + 1);
        let dims = self.dataset.dims().iter().skip(later);
        dims.map(bencher_core::dataset::Dim::len)
            .product::<usize>()
            .max(1)
    }

    /// Whether every point was run more than once.
    pub(super) fn repeated(&self) -> bool {
        self.repeats > 1
    }

    /// Whether the sweep compares the levels of an input.
    pub(super) fn is_comparison(&self) -> bool {
        self.dataset.attributes.contains_key(COMPARED)
    }

    /// The input whose levels are compared with the first of them: that of the sweep, or else the first without numbers.
    pub(super) fn compared(&self) -> Option<usize> {
        match self.dataset.attributes.get(COMPARED) {
            Some(name) => {
                let mut inputs = self.inputs().into_iter();
                inputs.find(|axis| self.dim(*axis).is_some_and(|dim| dim.name == *name))
            }
            None => self.categorical.first().copied(),
        }
    }

    /// The two inputs that a heat map's axes show, numbers first.
    pub(super) fn plane(&self) -> Option<(usize, usize)> {
        let mut axes = self.numeric.iter().chain(&self.categorical).copied();
        Some((axes.next()?, axes.next()?))
    }
}

fn sort(dataset: &Dataset, variable: &Variable) -> Sort {
    match variable.info.kind {
        Kind::Bool => Sort::Truth,
        Kind::Text | Kind::File | Kind::Image | Kind::Video => Sort::Content,
        Kind::Table => Sort::Table(TableForm::of(dataset, variable)),
        Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) | Kind::Seconds | Kind::Vector(_) => {
            Sort::Number
        }
        Kind::Category | Kind::DateTime | Kind::Item => Sort::Name,
    }
}
