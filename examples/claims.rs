//! Claims: how much of their size do numbers keep in two codes of variable length? The program asserts what its
//! authors rely on, at every point, and names the points at which that is wrong.
//!
//! ```sh
//! cargo run --release --example claims
//! cargo run --release --example claims -- --input largest=100,1000000   # three claims fail: exit status 3
//! cargo run --release --example claims -- --repeats 20                  # too few samples for a claim on p95
//! ```

use std::process::ExitCode;

use bencher::prelude::*;

#[derive(SweepEnum, Clone, Copy, Debug)]
enum Code {
    /// Seven bits in each byte
    Leb128,
    /// The number of bits in unary, then the bits
    EliasGamma,
}

/// Size of numbers in codes of variable length
#[derive(ParametrizedSweep, Clone)]
struct Coding {
    /// The largest number
    #[sweep(values(100, 1000, 10_000))]
    largest: u32,
    #[sweep]
    code: Code,

    /// Size beside four bytes a number
    #[result(direction = "minimize", claim = "> 0", claim = "< 90 %")]
    ratio: Option<f64>,
    /// Size of the longest number
    #[result(units = "B", direction = "minimize", claim = "<= 4 B")]
    longest: Option<f64>,
    /// Whether decoding gives the numbers again
    #[result(claim = "== true")]
    round_trip: Option<bool>,
}

impl Code {
    fn encode(self, number: u32) -> Vec<bool> {
        let mut bits = Vec::new();
        let digits = number.ilog2() + 1;
        match self {
            Self::Leb128 => {
                for group in 0..digits.div_ceil(7) {
                    bits.extend((0..7).map(|bit| {
                        number
                            .checked_shr(7 * group + bit)
                            .is_some_and(|x| x & 1 == 1)
                    }));
                    bits.push(group + 1 < digits.div_ceil(7));
                }
            }
            Self::EliasGamma => {
                bits.extend((1..digits).map(|_| false));
                bits.extend((0..digits).rev().map(|bit| number >> bit & 1 == 1));
            }
        }
        bits
    }

    fn decode(self, bits: &mut impl Iterator<Item = bool>) -> Option<u32> {
        let mut number = 0;
        match self {
            Self::Leb128 => {
                for group in 0.. {
                    for bit in 0..7 {
                        number |= u32::from(bits.next()?)
                            .checked_shl(7 * group + bit)
                            .unwrap_or(0);
                    }
                    if !bits.next()? {
                        break;
                    }
                }
            }
            Self::EliasGamma => {
                let mut zeros = 0;
                while !bits.next()? {
                    zeros += 1;
                }
                number = 1;
                for _ in 0..zeros {
                    number = number << 1 | u32::from(bits.next()?);
                }
            }
        }
        Some(number)
    }
}

impl Benchmark for Coding {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        // Other numbers in every repeat, and the same ones in every run.
        let numbers: Vec<u32> = cx
            .random_vec::<u32>(200)
            .into_iter()
            .map(|x| 1 + x % self.largest)
            .collect();
        let codes: Vec<Vec<bool>> = numbers.iter().map(|x| self.code.encode(*x)).collect();
        let longest = codes.iter().map(Vec::len).max().unwrap_or(0);
        self.longest = Some(longest as f64 / 8.0);
        let size: usize = codes.iter().map(Vec::len).sum();
        self.ratio = Some(size as f64 / (32.0 * numbers.len() as f64));
        let mut bits = codes.into_iter().flatten();
        let decoded: Option<Vec<u32>> = numbers
            .iter()
            .map(|_| self.code.decode(&mut bits))
            .collect();
        self.round_trip = Some(decoded.as_ref() == Some(&numbers));
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Coding>| {
        bench
            .sweep("Sizes of codes")
            .repeats(60)
            .claim(Coding::RATIO, "p95 < 80 %")
            .run()
    })
}
