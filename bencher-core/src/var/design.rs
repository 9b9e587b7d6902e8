/// The rule that spreads points over the unit hypercube.
///
/// The same seed gives the same points on every machine.
///
/// ```
/// use bencher_core::space::DesignPoints;
/// use bencher_core::var::Design;
/// for design in [
///     Design::Random { seed: 1 },
///     Design::LatinHypercube { seed: 1 },
///     Design::Sobol { seed: Some(1) },
/// ] {
///     let points = DesignPoints::new(design, 8, 2)?;
///     assert_eq!(points.point(3).map(|x| x.len()), Some(2));
/// }
/// # Ok::<(), bencher_core::space::DesignError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// Independent points. A larger number of points keeps the earlier ones.
    Random {
        /// The seed of the random sequence.
        seed: u64,
    },
    /// Independent dimensions, each with one stratum for every point, and one point in each stratum (M. D. `McKay`, R.
    /// J. Beckman and W. J. Conover, 1979). A different number of points gives different points.
    LatinHypercube {
        /// The seed of the hypercube.
        seed: u64,
    },
    /// The points of Sobol', which fill every dimension, and pairs of dimensions, evenly. The number of points should
    /// be a power of two. A larger number of points keeps the earlier ones.
    Sobol {
        /// Without a seed, the sequence itself, which begins with the origin. With a seed, the sequence is scrambled
        /// after Owen: it stays as even, and each single point is uniformly distributed.
        seed: Option<u64>,
    },
}
