/// What to do if past runs no longer count, since an input, a constant or a result means something else now.
///
/// ```
/// use bencher_core::record::OnHistoryReset;
/// assert_eq!(OnHistoryReset::default(), OnHistoryReset::Warn);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnHistoryReset {
    /// Store the run, and say what changed.
    #[default]
    Warn,
    /// Store nothing.
    Error,
    /// Store the run.
    Ignore,
}
