use std::marker::PhantomData;

use super::handle::{Constant, Output};
use super::input::Input;

/// A nested struct of a sweep, whose inputs and results belong to the sweep as well.
///
/// The derive makes one associated constant for each field with `#[sweep(flatten)]`; it turns the nested struct's own
/// handles into handles of the sweep: `Query::POOL.input(Pool::THREADS)`. Names work without a prefix: `"threads"`.
///
/// ```
/// use bencher_core::var::{Input, Nested, Output};
/// struct Pool;
/// struct Query;
/// const POOL: Nested<Query, Pool> = Nested::declared(2, 0);
/// let threads: Input<Pool> = Input::declared(1);
/// assert_eq!(POOL.input(threads), Input::declared(3), "the fourth input of the query");
/// let waits: Output<Query> = POOL.output(Output::declared(0));
/// assert_eq!(waits, Output::declared(0));
/// ```
#[derive(Debug)]
pub struct Nested<S, T> {
    inputs: usize,
    results: usize,
    types: PhantomData<fn() -> (S, T)>,
}

impl<S, T> Nested<S, T> {
    /// The nested struct that follows this number of inputs and results; the derive calls this.
    #[doc(hidden)]
    pub const fn declared(inputs: usize, results: usize) -> Self {
        Self {
            inputs,
            results,
            types: PhantomData,
        }
    }

    /// Turns an input of the nested struct into one of the sweep, and keeps its changes.
    pub fn input(&self, input: Input<T>) -> Input<S> {
        input.moved(self.inputs)
    }

    /// Turns a constant of the nested struct into one of the sweep.
    pub fn constant(&self, constant: Constant<T>) -> Constant<S> {
        constant.moved(self.inputs)
    }

    /// Turns a result of the nested struct into one of the sweep.
    pub fn output(&self, output: Output<T>) -> Output<S> {
        output.moved(self.results)
    }
}
