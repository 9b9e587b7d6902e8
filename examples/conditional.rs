//! Which codec, and how should it be set? An enum whose variants have inputs of their own: the sweep
//! takes the combinations that there are, no others.
//!
//! `cargo run --release --example conditional`, then for instance with
//! `-- --input 'codec=Zstd(level=3), Zstd(level=12, window=10), Lz4'`

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use bencher::prelude::*;

#[derive(SweepEnum, Clone, Debug, PartialEq)]
enum Codec {
    /// LZ4, which knows nothing to set
    Lz4,
    /// DEFLATE
    Deflate {
        /// Effort
        #[sweep(values(1, 6, 9))]
        level: i32,
    },
    /// Zstandard
    Zstd {
        /// Effort
        #[sweep(values(1, 6, 12))]
        level: i32,
        /// How far back it looks, as a power of two
        #[sweep(values(10, 17), units = "bit")]
        window: u32,
    },
}

impl Codec {
    fn compress(&self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        match *self {
            Self::Lz4 => Ok(lz4_flex::block::compress(bytes)),
            Self::Deflate { level } => {
                let level = flate2::Compression::new(level.unsigned_abs());
                let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
                encoder.write_all(bytes)?;
                encoder.finish()
            }
            Self::Zstd { level, window } => {
                let mut encoder = zstd::stream::Encoder::new(Vec::new(), level)?;
                encoder.window_log(window)?;
                encoder.write_all(bytes)?;
                encoder.finish()
            }
        }
    }
}

/// Size of compressed logs
#[derive(ParametrizedSweep, Clone)]
struct Logs {
    /// Codec, with what is set of it
    #[sweep]
    codec: Codec,
    /// Lines that are compressed together
    #[sweep(values(100, 3000))]
    lines: usize,

    /// Original size over compressed size
    #[result(direction = "maximize")]
    ratio: Option<f64>,
}

/// A log of so many lines; the same for every codec, which `cx.random_vec` would not be.
fn log(lines: usize) -> String {
    let mut random = 7_u32;
    let mut one_of = |n: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 16) % n
    };
    let mut log = String::new();
    for second in 0..lines {
        let page = ["index", "about", "search", "login"][one_of(4) as usize];
        let status = [200, 200, 200, 304, 404, 500][one_of(6) as usize];
        let _ = writeln!(
            log,
            "{second:08} GET /{page} user-{:03} {status}",
            one_of(500)
        );
    }
    log
}

impl Benchmark for Logs {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let log = log(self.lines);
        let packed = self.codec.compress(log.as_bytes())?;
        self.ratio = Some(log.len() as f64 / packed.len() as f64);
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Logs>| {
        let result = bench
            .sweep("Every codec, every setting")
            .inputs([Logs::CODEC, Logs::LINES])
            .run()?;
        if result.was_run() {
            // What is set becomes dimensions of its own, and what cannot be set is skipped there.
            let table = result.dataset().unstack("codec")?;
            println!("{table}");
            println!("{}", table.select("codec", "Zstd")?.select("window", 17)?);
        }
        bench
            .sweep("Two candidates")
            .inputs([Logs::CODEC.values([
                Codec::Deflate { level: 9 },
                Codec::Zstd {
                    level: 9,
                    window: 20,
                },
            ])])
            .run()
    })
}
