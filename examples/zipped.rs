//! Which timber carries the floor, and how sure is that? Inputs that change together are one
//! dimension: values that belong together, and points that are spread over several inputs.
//!
//! `cargo run --release --example zipped`

use std::process::ExitCode;

use bencher::prelude::*;

/// A floor joist on two supports
#[derive(ParametrizedSweep, Clone)]
struct Joist {
    /// Width of the timber
    #[sweep(bounds(40.0, 140.0), default = 80.0, units = "mm")]
    width: f64,
    /// Height of the timber
    #[sweep(bounds(100.0, 280.0), default = 200.0, units = "mm")]
    height: f64,
    /// Distance of the supports
    #[sweep(values(2.5, 3.0, 3.5, 4.0, 4.5), default = 4.0, units = "m")]
    span: f64,
    /// Load on a metre of it
    #[sweep(bounds(800.0, 2400.0), default = 1600.0, units = "N/m")]
    load: f64,
    /// Stiffness of the wood
    #[sweep(bounds(8.0e9, 14.0e9), default = 11.0e9, units = "Pa")]
    stiffness: f64,

    /// How far it sags
    #[result(units = "m", direction = "minimize")]
    sag: Option<f64>,
    /// Whether it sags less than a 300th of its span
    #[result(direction = "maximize")]
    is_stiff: Option<bool>,
    /// Wood in it
    #[result(units = "m³", direction = "minimize")]
    wood: Option<f64>,
}

impl Benchmark for Joist {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let (width, height) = (self.width / 1000.0, self.height / 1000.0);
        let inertia = width * height.powi(3) / 12.0;
        let sag = 5.0 * self.load * self.span.powi(4) / (384.0 * self.stiffness * inertia);
        self.sag = Some(sag);
        self.is_stiff = Some(sag < self.span / 300.0);
        self.wood = Some(width * height * self.span);
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Joist>| {
        // The sizes that are sold: five timbers instead of five widths times five heights.
        let timbers = Input::zip(
            "timber",
            [
                Joist::WIDTH.values([60.0, 80.0, 80.0, 100.0, 120.0]),
                Joist::HEIGHT.values([120.0, 160.0, 200.0, 220.0, 240.0]),
            ],
        );
        bench
            .sweep("Timber by span")
            .inputs([timbers, Joist::SPAN])
            .run()?;

        // Neither load nor wood is known exactly: what does the timber of 80 x 200 mm do over all
        // that they may be? A grid of 16 x 16 would know 16 loads; each of these 256 points has its own.
        let unknown = [Joist::LOAD, Joist::STIFFNESS];
        let designs = [
            ("Random", Design::Random { seed: 1 }),
            ("Latin hypercube", Design::LatinHypercube { seed: 1 }),
            ("Sobol'", Design::Sobol { seed: Some(1) }),
        ];
        for (name, design) in designs {
            let points = Input::design("point", design, 256, unknown.clone());
            let result = bench
                .sweep(format!("{name} points"))
                .inputs([points])
                .results([Joist::SAG, Joist::IS_STIFF])
                .run()?;
            if result.was_run() {
                let mean = result.dataset().mean(&["point", "repeat"])?;
                let number = |name| Ok::<_, bencher::BoxError>(mean.variable(name)?.number(0));
                if let (Some(sag), Some(stiff)) = (number("sag")?, number("is_stiff")?) {
                    println!(
                        "{name}: {:.4} mm on average, stiff in {stiff:.3} of all",
                        sag * 1000.0
                    );
                }
            }
        }
        // The sag is a constant times load over stiffness, so the average over both is known.
        let constant = 5.0 * 4.0_f64.powi(4) / (384.0 * 0.08 * 0.2_f64.powi(3) / 12.0);
        let mean = constant * 1600.0 * (14.0_f64 / 8.0).ln() / 6.0e9;
        println!("by hand: {:.4} mm on average", mean * 1000.0);
        Ok(())
    })
}
