//! When does a Julia set fall apart? Each sample draws its own picture, and the report shows them.
//!
//! `cargo run --release --example images`

use std::fmt::Write;
use std::process::ExitCode;

use bencher::prelude::*;
use bencher::value::Image;

/// Julia sets: which points stay when z becomes z² + c, again and again
#[derive(ParametrizedSweep, Clone)]
struct Julia {
    /// Where c lies, seen from zero
    #[sweep(bounds(0.0, 180.0), samples = 5, units = "°")]
    angle: f64,
    /// How far away it lies
    #[sweep(values(0.3, 0.65, 0.75, 0.9))]
    distance: f64,
    /// Points in a row
    #[constant(64)]
    resolution: u32,

    /// Points by how soon they leave; what stays is black
    #[result]
    picture: Option<Image>,
    /// Area of what stays
    #[result]
    area: Option<f64>,
}

/// Steps after which a point counts as one that stays.
const STAYS: u32 = 200;

impl Julia {
    /// After how many steps the point is gone.
    fn steps(&self, mut re: f64, mut im: f64) -> u32 {
        let (sin, cos) = self.angle.to_radians().sin_cos();
        let mut steps = 0;
        while steps < STAYS && re * re + im * im <= 4.0 {
            (re, im) = (
                re * re - im * im + self.distance * cos,
                2.0 * re * im + self.distance * sin,
            );
            steps += 1;
        }
        steps
    }
}

impl Benchmark for Julia {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let n = self.resolution;
        // The middles of squares that fill -1.6..1.6 both ways.
        let at = |i: u32| 3.2 * ((f64::from(i) + 0.5) / f64::from(n) - 0.5);
        let mut svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {n} {n}' width='192' height='192' \
             shape-rendering='crispEdges'><rect width='{n}' height='{n}' fill='#fff'/>"
        );
        let mut stays = 0;
        for row in 0..n {
            let steps: Vec<u32> = (0..n)
                .map(|column| self.steps(at(column), at(row)))
                .collect();
            stays += steps.iter().filter(|steps| **steps == STAYS).count();
            // A rectangle for each run of points of the same shade.
            let shades: Vec<u32> = steps
                .iter()
                .map(|steps| 255 - (steps * 12).min(255))
                .collect();
            let mut column = 0;
            for run in shades.chunk_by(|a, b| a == b) {
                let (shade, width) = (run[0], run.len());
                write!(
                    svg,
                    "<rect x='{column}' y='{row}' width='{width}' height='1' \
                     fill='rgb({shade},{shade},{shade})'/>"
                )?;
                column += width;
            }
        }
        svg.push_str("</svg>");
        self.picture = Some(Image::from_bytes("julia.svg", svg.into_bytes()));
        self.area = Some(stays as f64 * (3.2 / f64::from(n)).powi(2));
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Julia>| {
        bench
            .sweep("Julia sets")
            .inputs([Julia::ANGLE, Julia::DISTANCE])
            .run()
    })
}
