//! A small sweep for each shape of data. [The gallery](../docs/gallery.md) shows what a report draws of each.
//!
//! ```sh
//! cargo run --release --example gallery -- --bench              # all of them, with a report
//! cargo run --release --example gallery -- --bench two_floats
//! ```

use bencher::Table;
use bencher::dataset::{Aggregate, Statistic};
use bencher::prelude::*;
use bencher::value::TablePlot;

/// A wave that dies down: one number across, a line
#[derive(ParametrizedSweep, Clone)]
struct DampedWave {
    #[sweep(bounds(0.0, 20.0), samples = 60, units = "s")]
    time: f64,
    #[result(units = "m")]
    height: Option<f64>,
}

impl Benchmark for DampedWave {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.height = Some((-self.time / 8.0).exp() * (2.0 * self.time).cos());
        Ok(())
    }
}

/// It begins at its highest.
#[bench_sweep(DampedWave)]
fn one_float(result: &BenchResult<DampedWave>) -> bencher::Result<()> {
    let heights = result.dataset().variable("height")?;
    assert_eq!(heights.number(0), Some(1.0));
    Ok(())
}

/// An egg box on a slope: two numbers, a heat map
#[derive(ParametrizedSweep, Clone)]
struct EggBox {
    #[sweep(bounds(-3.0, 3.0), samples = 25)]
    x: f64,
    #[sweep(bounds(-2.0, 2.0), samples = 17)]
    y: f64,
    #[result(direction = "minimize")]
    height: Option<f64>,
}

impl Benchmark for EggBox {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        self.height = Some(self.x.sin() * self.y.cos() + 0.1 * self.x);
        Ok(())
    }
}

/// The lowest place is a hollow on the low side.
#[bench_sweep(EggBox)]
fn two_floats(result: &BenchResult<EggBox>) -> bencher::Result<()> {
    let lowest = result.optimum("height")?.ok_or("no value")?.best;
    assert!(lowest.label.starts_with("x=-1.75, y=0"), "{}", lowest.label);
    Ok(())
}

/// The potential between two charges: three numbers, heat maps and a volume
#[derive(ParametrizedSweep, Clone)]
struct Charges {
    #[sweep(bounds(-2.0, 2.0), samples = 9)]
    x: f64,
    #[sweep(bounds(-1.0, 1.0), samples = 5)]
    y: f64,
    #[sweep(bounds(-1.0, 1.0), samples = 3)]
    z: f64,
    #[result(units = "V")]
    potential: Option<f64>,
}

impl Benchmark for Charges {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let (y, z) = (self.y, self.z);
        let from = |at: f64| ((self.x - at).powi(2) + y * y + z * z + 0.1).sqrt().recip();
        self.potential = Some(from(-1.0) - from(1.0));
        Ok(())
    }
}

/// It is zero half way between them.
#[bench_sweep(Charges)]
fn three_floats(result: &BenchResult<Charges>) -> bencher::Result<()> {
    let potential = result.dataset().variable("potential")?;
    let middle = potential.states().len() / 2;
    assert_eq!(potential.number(middle), Some(0.0));
    Ok(())
}

/// Shapes, and the area that they have of a circle with the same outline: names, bars
#[derive(ParametrizedSweep, Clone)]
struct Outline {
    #[sweep]
    shape: Shape,
    #[result(direction = "maximize")]
    share: Option<f64>,
}

impl Benchmark for Outline {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let angle = std::f64::consts::PI / self.shape.corners();
        self.share = Some(angle / angle.tan());
        Ok(())
    }
}

#[derive(SweepEnum, Clone, Debug)]
enum Shape {
    Triangle,
    Square,
    Pentagon,
    Hexagon,
}

impl Shape {
    fn corners(&self) -> f64 {
        match self {
            Self::Triangle => 3.0,
            Self::Square => 4.0,
            Self::Pentagon => 5.0,
            Self::Hexagon => 6.0,
        }
    }
}

/// The more corners, the more area.
#[bench_sweep(Outline)]
fn categories(result: &BenchResult<Outline>) -> bencher::Result<()> {
    let best = result.optimum("share")?.ok_or("no value")?.best;
    assert_eq!(best.label, "shape=Hexagon");
    Ok(())
}

/// How far a walker gets who tosses a coin at each step: repeats, a curve with its spread
#[derive(ParametrizedSweep, Clone)]
struct RandomWalk {
    #[sweep(values(1, 4, 16, 64, 256, 1024))]
    steps: u32,
    #[result(units = "steps")]
    distance: Option<f64>,
}

impl Benchmark for RandomWalk {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let tosses = cx.random_vec::<u8>(self.steps as usize);
        let step = |toss: &u8| if toss.is_multiple_of(2) { 1 } else { -1 };
        let place: i32 = tosses.iter().map(step).sum();
        self.distance = Some(f64::from(place.abs()));
        Ok(())
    }
}

/// One step leads one step away.
#[bench_sweep(RandomWalk, repeats = 20)]
fn repeats(result: &BenchResult<RandomWalk>) -> bencher::Result<()> {
    let near = result.dataset().select("steps", 1_u32)?;
    assert_eq!(near.variable("distance")?.number(0), Some(1.0));
    Ok(())
}

/// Whether two of some people have their birthday on the same day: yes or no, the share of yes
#[derive(ParametrizedSweep, Clone)]
struct Birthdays {
    #[sweep(values(5, 15, 25, 35, 45))]
    people: usize,
    #[result]
    same: Option<bool>,
}

impl Benchmark for Birthdays {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let days = cx.random_vec::<u16>(self.people);
        let mut days: Vec<u16> = days.iter().map(|day| day % 365).collect();
        days.sort_unstable();
        self.same = Some(days.windows(2).any(|pair| pair.first() == pair.last()));
        Ok(())
    }
}

/// Half of the groups of 25 have such two.
#[bench_sweep(Birthdays, repeats = 60)]
fn success_rate(result: &BenchResult<Birthdays>) -> bencher::Result<()> {
    let shares = result.dataset().mean(&["repeat"])?;
    assert!(
        shares
            .variable("same")?
            .number(2)
            .is_some_and(|share| (0.3..0.8).contains(&share))
    );
    Ok(())
}

/// Years as the Romans wrote them: text, a pane for each
#[derive(ParametrizedSweep, Clone)]
struct Roman {
    #[sweep(values(4, 9, 1987, 2026))]
    year: u32,
    #[result]
    roman: Option<String>,
}

impl Benchmark for Roman {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let mut left = self.year;
        let mut text = String::new();
        for (value, sign) in SIGNS {
            while left >= value {
                text.push_str(sign);
                left -= value;
            }
        }
        self.roman = Some(text);
        Ok(())
    }
}

const SIGNS: [(u32, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

/// 1987 has eight signs.
#[bench_sweep(Roman)]
fn strings(result: &BenchResult<Roman>) -> bencher::Result<()> {
    let roman = result
        .dataset()
        .variable("roman")?
        .cell(2)
        .and_then(|cell| cell.value);
    assert_eq!(roman.ok_or("no value")?.to_string(), "MCMLXXXVII");
    Ok(())
}

/// A population from year to year: a list within each sample, its lines
#[derive(ParametrizedSweep, Clone)]
struct Population {
    #[sweep(values(2.8, 3.3, 3.5, 3.9))]
    growth: f64,
    #[result]
    population: Option<Vec<f64>>,
}

impl Benchmark for Population {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let next = |x: &f64| Some(self.growth * x * (1.0 - x));
        self.population = Some(std::iter::successors(Some(0.2), next).take(40).collect());
        Ok(())
    }
}

/// Every sample has its list.
#[bench_sweep(Population)]
fn lists(result: &BenchResult<Population>) -> bencher::Result<()> {
    let population = result.dataset().variable("population")?;
    assert!((0..4).all(|flat| {
        population
            .cell(flat)
            .is_some_and(|cell| cell.value.is_some())
    }));
    Ok(())
}

/// Julia sets: an array within each sample, a heat map for each
#[derive(ParametrizedSweep, Clone)]
struct Julia {
    #[sweep(values(-0.8, -0.4, 0.3))]
    real: f64,
    #[constant(0.156)]
    imaginary: f64,
    #[result]
    steps: Option<ndarray::Array2<f64>>,
}

impl Benchmark for Julia {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let steps = |(row, column): (usize, usize)| {
            let (mut x, mut y) = (column as f64 / 40.0 - 1.5, row as f64 / 40.0 - 1.0);
            let mut count = 0.0;
            while count < 60.0 && x * x + y * y < 4.0 {
                (x, y) = (x * x - y * y + self.real, 2.0 * x * y + self.imaginary);
                count += 1.0;
            }
            count
        };
        self.steps = Some(ndarray::Array2::from_shape_fn((81, 121), steps));
        Ok(())
    }
}

/// Each sample has its array, with a row for each of its cells.
#[bench_sweep(Julia)]
fn arrays(result: &BenchResult<Julia>) -> bencher::Result<()> {
    let steps = result.dataset().variable("steps")?;
    let cell = steps
        .cell(0)
        .and_then(|cell| cell.value)
        .ok_or("no array")?;
    let content = cell.as_payload().and_then(|payload| payload.content());
    assert_eq!(Table::decode(content.ok_or("no content")?)?.len(), 81 * 121);
    Ok(())
}

/// Where a point goes that the map of Hénon moves: two columns within each sample, their density
#[derive(ParametrizedSweep, Clone)]
struct Henon {
    #[sweep(values(1.2, 1.4))]
    bend: f64,
    #[constant(20_000)]
    moves: u32,
    #[result]
    places: Option<Table>,
}

impl Benchmark for Henon {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let (mut x, mut y) = (0.0, 0.0);
        let (mut xs, mut ys) = (Vec::new(), Vec::new());
        for _ in 0..self.moves {
            (x, y) = (1.0 - self.bend * x * x + y, 0.3 * x);
            xs.push(x);
            ys.push(y);
        }
        let places = Table::new().column("x", xs)?.column("y", ys)?;
        self.places = Some(places.plotted_as(TablePlot::Hexbin));
        Ok(())
    }
}

/// Every sample has its places.
#[bench_sweep(Henon)]
fn density(result: &BenchResult<Henon>) -> bencher::Result<()> {
    let places = result.dataset().variable("places")?;
    assert!((0..2).all(|flat| places.cell(flat).is_some_and(|cell| cell.value.is_some())));
    Ok(())
}

/// How long a fall takes, on the Moon, on Earth and on Jupiter: a constant, and panels with axes of their own
#[derive(ParametrizedSweep, Clone)]
struct Fall {
    #[sweep(values(1, 10, 100), units = "m")]
    height: u32,
    #[sweep(values(1.62, 9.81, 24.79), units = "m/s²")]
    gravity: f64,
    #[sweep]
    with_push: bool,
    #[constant(5.0)]
    push: f64,
    #[result(units = "s", direction = "minimize", own_axis)]
    duration: Option<f64>,
}

impl Benchmark for Fall {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let speed = if self.with_push { self.push } else { 0.0 };
        let end = (speed * speed + 2.0 * self.gravity * f64::from(self.height)).sqrt();
        self.duration = Some((end - speed) / self.gravity);
        Ok(())
    }
}

/// The longest fall of each height is the one on the Moon without a push: `sqrt(2 h / g)`.
#[bench_sweep(Fall)]
fn aggregate(result: &BenchResult<Fall>) -> bencher::Result<()> {
    let longest = result.dataset();
    let longest = longest.aggregate(&Aggregate::AllButFirst, Statistic::Max)?;
    let duration = longest.variable("duration")?.number(1).ok_or("no value")?;
    assert!((duration - (20.0_f64 / 1.62).sqrt()).abs() < 1e-12);
    Ok(())
}

/// Four inputs at once: how much each matters, parallel axes
#[derive(ParametrizedSweep, Clone)]
struct Tuning {
    #[sweep(values(1, 2, 4, 8))]
    threads: u32,
    #[sweep(values(16, 64, 256), units = "B")]
    block: u32,
    #[sweep]
    shape: Shape,
    #[sweep]
    huge_pages: bool,
    #[result(units = "s", direction = "minimize")]
    cost: Option<f64>,
}

impl Benchmark for Tuning {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let memory = if self.huge_pages { 0.8 } else { 1.0 };
        let block = 1.0 + (f64::from(self.block) / 64.0).ln().abs() / 5.0;
        let work = f64::from(self.threads).recip() + 0.1 * self.shape.corners();
        self.cost = Some(work * memory * block);
        Ok(())
    }
}

/// Many threads, the middle block, few corners and huge pages cost least.
#[bench_sweep(Tuning)]
fn four_inputs(result: &BenchResult<Tuning>) -> bencher::Result<()> {
    let best = result.optimum("cost")?.ok_or("no value")?.best;
    assert_eq!(
        best.label,
        "threads=8, block=64, shape=Triangle, huge_pages=true"
    );
    Ok(())
}

/// The area under a curve from few calls, or with a small error: two aims, a front
#[derive(ParametrizedSweep, Clone)]
struct Quadrature {
    #[sweep]
    rule: Rule,
    #[sweep(values(2, 4, 8, 16, 32))]
    pieces: u32,
    #[result(units = "calls", direction = "minimize")]
    calls: Option<u32>,
    #[result(direction = "minimize")]
    error: Option<f64>,
}

impl Benchmark for Quadrature {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let width = f64::from(self.pieces).recip();
        let at = |piece: u32, share: f64| ((f64::from(piece) + share) * width).exp() * width;
        let nodes = self.rule.nodes();
        let of_piece = |piece| {
            nodes
                .iter()
                .map(move |(share, weight)| weight * at(piece, *share))
        };
        let sum: f64 = (0..self.pieces).flat_map(of_piece).sum();
        self.calls = Some(self.pieces * u32::try_from(nodes.len())?);
        self.error = Some((sum - (std::f64::consts::E - 1.0)).abs());
        Ok(())
    }
}

#[derive(SweepEnum, Clone, Debug)]
enum Rule {
    Left,
    Middle,
    Simpson,
}

impl Rule {
    /// Where a rule looks within a piece, and how much that counts.
    const fn nodes(&self) -> &'static [(f64, f64)] {
        match self {
            Self::Left => &[(0.0, 1.0)],
            Self::Middle => &[(0.5, 1.0)],
            Self::Simpson => &[(0.0, 1.0 / 6.0), (0.5, 4.0 / 6.0), (1.0, 1.0 / 6.0)],
        }
    }
}

/// Simpson's rule is the most exact.
#[bench_sweep(Quadrature)]
fn front(result: &BenchResult<Quadrature>) -> bencher::Result<()> {
    let best = result.optimum("error")?.ok_or("no value")?.best;
    assert_eq!(best.label, "rule=Simpson, pieces=32");
    Ok(())
}

bencher::main!();
