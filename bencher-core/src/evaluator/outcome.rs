/// A job on its way to a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task<A> {
    /// Its number, in the order of submission.
    pub id: u64,
    /// What the run function is called with.
    pub args: A,
}

/// A job that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished<A, R> {
    /// Its number, in the order of submission.
    pub id: u64,
    /// What the run function was called with.
    pub args: A,
    /// How it ended.
    pub outcome: Outcome<R>,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome<R> {
    /// It returned a result.
    Done(R),
    /// It returned an error, panicked, or lost its worker; the text says which.
    Failed(String),
    /// It was stopped at its time limit.
    TimedOut,
    /// It was called off before it ran.
    Cancelled,
}

impl<R> Outcome<R> {
    /// The result of a job that is done.
    pub fn done(self) -> Option<R> {
        match self {
            Self::Done(result) => Some(result),
            _ => None,
        }
    }
}
