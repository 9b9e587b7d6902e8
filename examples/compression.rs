//! Real codecs over real bytes: how small, how fast, at which level and in blocks of which size?
//!
//! `cargo run --release --example compression`

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use bencher::prelude::*;

/// A compressor as its crate ships it.
#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Codec {
    /// Zstandard, the C library
    Zstd,
    /// LZ4 block format, pure Rust; it knows no levels
    Lz4,
    /// DEFLATE, pure Rust
    Deflate,
    /// Brotli, pure Rust
    Brotli,
}

/// Size and speed of compression
///
/// The bytes are what every Rust machine has: the sources of this project, its lock file, and some
/// machine code of the toolchain, cut into blocks that are compressed one by one.
#[derive(ParametrizedSweep, Clone)]
struct Compression {
    /// Which compressor
    #[sweep]
    codec: Codec,
    /// Effort, on each codec's own scale
    #[sweep(values(1, 3, 6, 9))]
    level: u32,
    /// Bytes that are compressed together
    #[sweep(pow2(12, 20), units = "B", default = 65_536)]
    block: usize,
    /// Which bytes: stored samples of other bytes do not count
    #[constant(0)]
    corpus_id: u64,

    /// Original size over compressed size
    #[result(direction = "maximize")]
    ratio: Option<f64>,
    /// Compressed size
    #[result(units = "B", direction = "minimize")]
    compressed: Option<u64>,
    /// Time to compress all blocks
    #[result(units = "s", direction = "minimize", timed)]
    pack: Option<f64>,
    /// Time to decompress all blocks
    #[result(units = "s", direction = "minimize", timed)]
    unpack: Option<f64>,

    corpus: Arc<[u8]>,
}

impl Benchmark for Compression {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let corpus = Arc::clone(&self.corpus);
        let blocks: Vec<&[u8]> = corpus.chunks(self.block).collect();
        let packed = cx.measure(&mut self.pack, || {
            blocks
                .iter()
                .map(|block| compress(self.codec, self.level, block))
                .collect::<Vec<_>>()
        });
        let packed = packed.into_iter().collect::<io::Result<Vec<_>>>()?;
        let unpacked = cx.measure(&mut self.unpack, || {
            packed
                .iter()
                .map(|block| decompress(self.codec, block, self.block))
                .collect::<Vec<_>>()
        });
        for (block, unpacked) in blocks.iter().zip(unpacked) {
            if *block != unpacked? {
                return Err(format!("{:?} did not give its input back", self.codec).into());
            }
        }
        let size: usize = packed.iter().map(Vec::len).sum();
        self.compressed = Some(size as u64);
        self.ratio = Some(corpus.len() as f64 / size as f64);
        Ok(())
    }
}

fn compress(codec: Codec, level: u32, block: &[u8]) -> io::Result<Vec<u8>> {
    match codec {
        Codec::Zstd => zstd::bulk::compress(block, i32::try_from(level).unwrap_or(i32::MAX)),
        Codec::Lz4 => Ok(lz4_flex::block::compress_prepend_size(block)),
        Codec::Deflate => {
            let level = flate2::Compression::new(level);
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(block)?;
            encoder.finish()
        }
        Codec::Brotli => {
            let mut packed = Vec::new();
            brotli::CompressorWriter::new(&mut packed, 4096, level, 22).write_all(block)?;
            Ok(packed)
        }
    }
}

fn decompress(codec: Codec, packed: &[u8], capacity: usize) -> io::Result<Vec<u8>> {
    let mut unpacked = Vec::with_capacity(capacity);
    match codec {
        Codec::Zstd => return zstd::bulk::decompress(packed, capacity),
        Codec::Lz4 => {
            return lz4_flex::block::decompress_size_prepended(packed).map_err(io::Error::other);
        }
        Codec::Deflate => flate2::read::DeflateDecoder::new(packed).read_to_end(&mut unpacked)?,
        Codec::Brotli => brotli::Decompressor::new(packed, 4096).read_to_end(&mut unpacked)?,
    };
    Ok(unpacked)
}

/// A few megabytes that every Rust machine has: sources, a lock file, and machine code.
fn corpus() -> io::Result<Arc<[u8]>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut bytes = std::fs::read(project.join("Cargo.lock")).unwrap_or_default();
    read_texts(project, &mut bytes, 2 << 20)?;
    if let Some(library) = toolchain_library() {
        std::fs::File::open(library)?
            .take(2 << 20)
            .read_to_end(&mut bytes)?;
    }
    Ok(bytes.into())
}

/// The largest library of the toolchain, where there is one.
fn toolchain_library() -> Option<PathBuf> {
    let printed = Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()
        .ok()?;
    let sysroot = String::from_utf8(printed.stdout).ok()?;
    let libraries = std::fs::read_dir(Path::new(sysroot.trim()).join("lib")).ok()?;
    let paths = libraries.flatten().map(|entry| entry.path());
    paths.max_by_key(|path| std::fs::metadata(path).map_or(0, |meta| meta.len()))
}

/// Appends the Rust and Markdown files below a folder, in the order of their names.
fn read_texts(folder: &Path, bytes: &mut Vec<u8>, enough: usize) -> io::Result<()> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    for path in paths {
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if bytes.len() >= enough || hidden || path.ends_with("target") {
            continue;
        }
        if path.is_dir() {
            read_texts(&path, bytes, enough)?;
        } else if path
            .extension()
            .is_some_and(|kind| kind == "rs" || kind == "md")
        {
            bytes.extend(std::fs::read(&path)?);
        }
    }
    bytes.truncate(enough);
    Ok(())
}

/// FNV-1a over the bytes: the same on every machine.
fn fingerprint(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Compression>| {
        let corpus = corpus()?;
        bench.prototype().corpus_id = fingerprint(&corpus);
        bench.prototype().corpus = corpus;
        bench
            .sweep("Codec by level")
            .inputs([Compression::CODEC, Compression::LEVEL])
            .description("Every codec at its low and high efforts, in blocks of 64 KiB.")
            .run()?;
        bench
            .sweep("Codec by block size")
            .inputs([Compression::BLOCK, Compression::CODEC])
            .constants([Compression::LEVEL.with_const(3_u32)])
            .description("What small blocks cost: every codec at effort 3.")
            .run()
    })
}
