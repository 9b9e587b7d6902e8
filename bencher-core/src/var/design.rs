/// How points are spread over the unit hypercube.
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
    /// Independent points. More points keep those that were there.
    Random {
        /// Which of the random sequences.
        seed: u64,
    },
    /// Independent dimensions, each cut into as many strata as there are points, and one point in
    /// each stratum (M. D. `McKay`, R. J. Beckman and W. J. Conover, 1979). Another number of points
    /// gives other points.
    LatinHypercube {
        /// Which of the hypercubes.
        seed: u64,
    },
    /// The points of Sobol', which fill every dimension, and pairs of them, evenly; best taken by a
    /// power of two. More points keep those that were there.
    Sobol {
        /// Without, the sequence itself, which begins with the origin. With one, it is scrambled
        /// after Owen: as even, and each point by itself uniformly distributed.
        seed: Option<u64>,
    },
}
