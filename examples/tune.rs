//! Which blocks make a matrix product fast on this machine? 64 * 64 * 64 * 3 settings are too many for a grid; a search
//! looks at 60.
//!
//! `cargo run --release --example tune`, or for instance with `-- --search 200 --sampler tpe`

use std::hint::black_box;
use std::process::ExitCode;

use bencher::prelude::*;

/// The order of the two inner loops
#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Inner {
    /// Along a row of the result
    Rows,
    /// Along a row of the result, four of its rows at a time
    FourRows {
        /// Elements of a row that are kept at a time
        #[sweep(values(4, 8, 16, 32))]
        width: usize,
    },
}

/// Product of two square matrices, block by block
#[derive(ParametrizedSweep, Clone)]
struct Product {
    /// Rows of a block
    #[sweep(bounds(4, 256), scale = "log")]
    rows: usize,
    /// Columns of a block
    #[sweep(bounds(4, 256), scale = "log")]
    columns: usize,
    /// Depth of a block
    #[sweep(bounds(4, 256), scale = "log")]
    depth: usize,
    /// The order of the inner loops
    #[sweep]
    inner: Inner,
    /// Rows and columns of the matrices
    #[constant(256)]
    size: usize,

    /// Time of one product
    #[result(units = "s", direction = "minimize", timed)]
    elapsed: Option<f64>,
}

impl Benchmark for Product {
    fn benchmark(&mut self, cx: &mut Context) -> bencher::Result<()> {
        let size = self.size;
        let cells = |seed: usize| (0..size * size).map(move |at| ((at * seed) % 17) as f32);
        let (a, b): (Vec<f32>, Vec<f32>) = (cells(3).collect(), cells(7).collect());
        let this = self.clone();
        let product = cx.measure(&mut self.elapsed, || {
            this.product(black_box(&a), black_box(&b))
        });
        // The corner of the product, computed in the plain way.
        let corner: f32 = (0..size).map(|k| a[k] * b[k * size]).sum();
        if (product[0] - corner).abs() > 1e-3 * corner.abs() {
            return Err("the product is wrong".into());
        }
        Ok(())
    }
}

impl Product {
    fn product(&self, a: &[f32], b: &[f32]) -> Vec<f32> {
        let size = self.size;
        let mut c = vec![0.0; size * size];
        for i in (0..size).step_by(self.rows) {
            for k in (0..size).step_by(self.depth) {
                for j in (0..size).step_by(self.columns) {
                    let ends = [i + self.rows, k + self.depth, j + self.columns];
                    let [rows, depth, columns] = ends.map(|end| end.min(size));
                    self.block(a, b, &mut c, (i..rows, k..depth, j..columns));
                }
            }
        }
        c
    }

    fn block(
        &self,
        a: &[f32],
        b: &[f32],
        c: &mut [f32],
        (rows, depth, columns): (
            std::ops::Range<usize>,
            std::ops::Range<usize>,
            std::ops::Range<usize>,
        ),
    ) {
        let size = self.size;
        let (group, width) = match self.inner {
            Inner::Rows => (1, columns.len()),
            Inner::FourRows { width } => (4, width),
        };
        for first in rows.clone().step_by(group) {
            for start in columns.clone().step_by(width.max(1)) {
                let end = (start + width).min(columns.end);
                for k in depth.clone() {
                    let row = &b[k * size + start..k * size + end];
                    for i in first..(first + group).min(rows.end) {
                        let factor = a[i * size + k];
                        for (c, b) in c[i * size + start..i * size + end].iter_mut().zip(row) {
                            *c += factor * b;
                        }
                    }
                }
            }
        }
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Product>| {
        let search = bench.sweep("Fastest product").optimize(Product::ELAPSED);
        search.evaluations(60).run()?;
        Ok(())
    })
}
