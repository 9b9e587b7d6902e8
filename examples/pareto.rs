//! Small or fast? A search for the settings of a compressor that no other setting beats in both.
//!
//! `cargo run --release --example pareto`

use std::io::Write;
use std::process::ExitCode;

use bencher::prelude::*;

/// A compressor with its own settings
#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Codec {
    /// LZ4, which knows nothing to set
    Lz4,
    /// Zstandard
    Zstd {
        /// Effort
        #[sweep(bounds(1, 19))]
        level: i32,
    },
    /// Brotli
    Brotli {
        /// Effort
        #[sweep(bounds(0, 9))]
        quality: i32,
        /// How far back it looks, as a power of two
        #[sweep(bounds(10, 22))]
        window: i32,
    },
}

/// Size and speed of compression
#[derive(ParametrizedSweep, Clone)]
struct Packing {
    /// Which compressor, and its settings
    #[sweep]
    codec: Codec,
    /// Bytes that are compressed together
    #[sweep(pow2(12, 20), units = "B")]
    block: usize,

    /// Compressed size over original size
    #[result(direction = "minimize")]
    size: Option<f64>,
    /// Time to compress
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
}

impl Benchmark for Packing {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let bytes = include_bytes!("../Cargo.lock");
        let (codec, block) = (self.codec, self.block);
        let packed = cx.measure(&mut self.elapsed, || {
            let sizes = bytes
                .chunks(block)
                .map(|block| Ok(compress(codec, block)?.len()));
            sizes.sum::<std::io::Result<usize>>()
        })?;
        self.size = Some(packed as f64 / bytes.len() as f64);
        Ok(())
    }
}

fn compress(codec: Codec, block: &[u8]) -> std::io::Result<Vec<u8>> {
    match codec {
        Codec::Lz4 => Ok(lz4_flex::block::compress(block)),
        Codec::Zstd { level } => zstd::bulk::compress(block, level),
        Codec::Brotli { quality, window } => {
            let (quality, window) = (quality.unsigned_abs(), window.unsigned_abs());
            let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, quality, window);
            writer.write_all(block)?;
            Ok(writer.into_inner())
        }
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Packing>| {
        let search = bench.sweep("Small and fast").optimize(Packing::SIZE);
        search.optimize(Packing::ELAPSED).evaluations(50).run()?;
        Ok(())
    })
}
