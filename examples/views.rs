//! What does a search tree look like after inserts in some order? Each sample writes the tree that it built as HTML,
//! and the report shows it in a frame of its own.
//!
//! `cargo run --release --example views`

use std::fmt::Write;
use std::process::ExitCode;

use bencher::prelude::*;
use bencher::value::Html;

/// The order in which keys come.
#[derive(SweepEnum, Clone, Copy, Debug)]
enum Order {
    Ascending,
    Shuffled,
    Bisected,
}

/// Search trees without balance
#[derive(ParametrizedSweep, Clone)]
struct Trees {
    /// The order in which keys are inserted
    #[sweep]
    order: Order,
    /// How many keys there are
    #[sweep(values(7, 15, 31))]
    keys: usize,

    /// The longest way from the root to a key
    #[result(direction = "minimize")]
    depth: Option<usize>,
    /// The tree
    #[result]
    tree: Option<Html>,
}

/// A tree as the depth of each key, in the order of the keys: what a picture needs of it.
fn depths(keys: &[usize]) -> Vec<usize> {
    // Ways down: the key of a node, and the nodes on both sides.
    let mut nodes: Vec<(usize, [Option<usize>; 2])> = Vec::new();
    let mut depths = vec![0; keys.len()];
    for key in keys {
        let (mut at, mut depth) = (0, 0);
        while let Some((other, sides)) = nodes.get(at) {
            let side = usize::from(key > other);
            depth += 1;
            match sides[side] {
                Some(next) => at = next,
                None => {
                    nodes[at].1[side] = Some(nodes.len());
                    break;
                }
            }
        }
        nodes.push((*key, [None, None]));
        depths[*key] = depth;
    }
    depths
}

/// The keys of a tree that is as flat as can be.
fn bisected(low: usize, high: usize, keys: &mut Vec<usize>) {
    if low < high {
        let middle = low.midpoint(high);
        keys.push(middle);
        bisected(low, middle, keys);
        bisected(middle + 1, high, keys);
    }
}

impl Benchmark for Trees {
    fn benchmark(&mut self, _: &mut Context) -> bencher::Result<()> {
        let mut keys: Vec<usize> = (0..self.keys).collect();
        match self.order {
            Order::Ascending => {}
            // A step without a common divisor with the number of keys visits each of them once.
            Order::Shuffled => keys = keys.iter().map(|n| (n * 11 + 5) % self.keys).collect(),
            Order::Bisected => {
                keys.clear();
                bisected(0, self.keys, &mut keys);
            }
        }
        let depths = depths(&keys);
        let depth = depths.iter().copied().max().unwrap_or(0);
        let (width, height) = (self.keys * 10, (depth + 1) * 10);
        let mut markup = format!(
            "<style>body {{ font: 14px sans-serif; margin: 8px }} svg {{ width: 100%; height: 12rem }}</style>\
             <b>{} keys, {} deep</b><svg viewBox='0 0 {width} {height}'>",
            self.keys, depth
        );
        for (key, depth) in depths.iter().enumerate() {
            let (x, y) = (key * 10 + 5, depth * 10 + 5);
            // The parent is the deeper one of the nearest keys above it, on its left and on its right.
            let left = depths[..key].iter().rposition(|above| above < depth);
            let right = depths[key..].iter().position(|above| above < depth);
            let right = right.map(|steps| key + steps);
            let parent = [left, right]
                .into_iter()
                .flatten()
                .max_by_key(|n| depths[*n]);
            if let Some(parent) = parent {
                let (up_x, up_y) = (parent * 10 + 5, depths[parent] * 10 + 5);
                write!(
                    markup,
                    "<line x1='{x}' y1='{y}' x2='{up_x}' y2='{up_y}' stroke='gray'/>"
                )?;
            }
            write!(
                markup,
                "<circle cx='{x}' cy='{y}' r='3' fill='#0072b2'><title>{key}</title></circle>"
            )?;
        }
        markup.push_str("</svg>");
        self.depth = Some(depth);
        self.tree = Some(Html::new(markup));
        Ok(())
    }
}

fn main() -> ExitCode {
    bencher::run(|bench: &mut Bench<Trees>| bench.sweep("Search trees").run())
}
