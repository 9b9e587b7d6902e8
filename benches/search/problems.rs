//! Test functions with known best values, to be made small.

use std::f64::consts::{E, PI};

use bencher::prelude::*;

/// Dixon and Szegö (1978); least value 0.397887 at (pi, 2.275) and two other places.
#[derive(ParametrizedSweep, Clone, Debug)]
pub(crate) struct Branin {
    #[sweep(bounds(-5.0, 10.0))]
    a: f64,
    #[sweep(bounds(0.0, 15.0))]
    b: f64,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

/// Six numbers from 0 to 1.
#[derive(ParametrizedSweep, Clone, Debug)]
pub(crate) struct Six {
    #[sweep(bounds(0.0, 1.0))]
    a: f64,
    #[sweep(bounds(0.0, 1.0))]
    b: f64,
    #[sweep(bounds(0.0, 1.0))]
    c: f64,
    #[sweep(bounds(0.0, 1.0))]
    d: f64,
    #[sweep(bounds(0.0, 1.0))]
    e: f64,
    #[sweep(bounds(0.0, 1.0))]
    f: f64,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

/// Rosenbrock's valley in five dimensions; least value 0 at (1, 1, 1, 1, 1).
#[derive(ParametrizedSweep, Clone, Debug)]
pub(crate) struct Valley {
    #[sweep(bounds(-2.048, 2.048))]
    a: f64,
    #[sweep(bounds(-2.048, 2.048))]
    b: f64,
    #[sweep(bounds(-2.048, 2.048))]
    c: f64,
    #[sweep(bounds(-2.048, 2.048))]
    d: f64,
    #[sweep(bounds(-2.048, 2.048))]
    e: f64,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

/// Ackley's function in ten dimensions, moved away from the middle; least value 0.
#[derive(ParametrizedSweep, Clone, Debug)]
pub(crate) struct Ackley {
    #[sweep(bounds(-32.768, 32.768))]
    a: f64,
    #[sweep(bounds(-32.768, 32.768))]
    b: f64,
    #[sweep(bounds(-32.768, 32.768))]
    c: f64,
    #[sweep(bounds(-32.768, 32.768))]
    d: f64,
    #[sweep(bounds(-32.768, 32.768))]
    e: f64,
    #[sweep(bounds(-32.768, 32.768))]
    f: f64,
    #[sweep(bounds(-32.768, 32.768))]
    g: f64,
    #[sweep(bounds(-32.768, 32.768))]
    h: f64,
    #[sweep(bounds(-32.768, 32.768))]
    i: f64,
    #[sweep(bounds(-32.768, 32.768))]
    j: f64,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

#[derive(SweepEnum, Clone, Copy, Debug)]
enum Algorithm {
    A {
        #[sweep(bounds(0.0, 1.0))]
        level: f64,
    },
    B {
        #[sweep(bounds(0.0, 1.0))]
        alpha: f64,
    },
    C,
    D,
}

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Mode {
    X,
    Y,
    Z,
}

/// Two choices, two logarithmic integers, three floats, of which two belong to one choice each; least value 0.9.
#[derive(ParametrizedSweep, Clone, Debug)]
pub(crate) struct Mixed {
    #[sweep]
    algorithm: Algorithm,
    #[sweep]
    mode: Mode,
    #[sweep(bounds(1, 64), scale = "log")]
    threads: u32,
    #[sweep(bounds(16, 65_536), scale = "log")]
    block: u32,
    #[sweep(bounds(1e-4, 1.0), scale = "log")]
    load: f64,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

#[derive(SweepEnum, Clone, Copy, Debug)]
enum Packer {
    Fast {
        #[sweep(bounds(0, 20))]
        level: u32,
        #[sweep]
        window: Window,
    },
    Small {
        #[sweep(bounds(0, 11))]
        quality: u32,
        #[sweep]
        dictionary: bool,
    },
    Raw {
        #[sweep(values(1, 2, 4, 8))]
        stride: u32,
    },
}

#[derive(SweepEnum, Clone, Copy, Debug, PartialEq)]
enum Window {
    Narrow,
    Middle,
    Wide,
}

/// A grid with inputs that exist for one variant only: (21 * 3 + 12 * 2 + 4) * 9 * 9 * 8 = 58,968 points.
#[derive(ParametrizedSweep, Clone, Debug)]
pub(crate) struct Grid {
    #[sweep]
    packer: Packer,
    #[sweep(pow2(0, 8))]
    threads: u32,
    #[sweep(pow2(8, 16))]
    block: u32,
    #[sweep(bounds(1, 8))]
    depth: u32,
    #[result(direction = "minimize")]
    value: Option<f64>,
}

pub(crate) fn branin(x: &Branin) -> Vec<f64> {
    let (a, b) = (x.a, x.b);
    let bend = b - 5.1 / (4.0 * PI * PI) * a * a + 5.0 / PI * a - 6.0;
    vec![bend.powi(2) + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * a.cos() + 10.0]
}

/// Hartmann's function in six dimensions; least value -3.32237.
pub(crate) fn hartmann(x: &Six) -> Vec<f64> {
    const C: [f64; 4] = [1.0, 1.2, 3.0, 3.2];
    const A: [[f64; 6]; 4] = [
        [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
        [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
        [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
        [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
    ];
    const P: [[f64; 6]; 4] = [
        [1312.0, 1696.0, 5569.0, 124.0, 8283.0, 5886.0],
        [2329.0, 4135.0, 8307.0, 3736.0, 1004.0, 9991.0],
        [2348.0, 1451.0, 3522.0, 2883.0, 3047.0, 6650.0],
        [4047.0, 8828.0, 8732.0, 5743.0, 1091.0, 381.0],
    ];
    let x = [x.a, x.b, x.c, x.d, x.e, x.f];
    let hill = |((c, a), p): ((&f64, &[f64; 6]), &[f64; 6])| {
        let distance = x
            .iter()
            .zip(a)
            .zip(p)
            .map(|((x, a), p)| a * (x - p / 1e4).powi(2));
        c * (-distance.sum::<f64>()).exp()
    };
    vec![-C.iter().zip(&A).zip(&P).map(hill).sum::<f64>()]
}

pub(crate) fn rosenbrock(x: &Valley) -> Vec<f64> {
    let x = [x.a, x.b, x.c, x.d, x.e];
    let step = |pair: &[f64]| match pair {
        [a, b] => 100.0 * (b - a * a).powi(2) + (1.0 - a).powi(2),
        _ => 0.0,
    };
    vec![x.windows(2).map(step).sum()]
}

pub(crate) fn ackley(x: &Ackley) -> Vec<f64> {
    let x = [x.a, x.b, x.c, x.d, x.e, x.f, x.g, x.h, x.i, x.j];
    let moved = |(at, x): (usize, &f64)| x - 16.0 * (1.7 * at as f64 + 1.0).sin();
    let z: Vec<f64> = x.iter().enumerate().map(moved).collect();
    let n = z.len() as f64;
    let length = (z.iter().map(|z| z * z).sum::<f64>() / n).sqrt();
    let waves = z.iter().map(|z| (2.0 * PI * z).cos()).sum::<f64>() / n;
    vec![-20.0 * (-0.2 * length).exp() - waves.exp() + 20.0 + E]
}

pub(crate) fn mixed(x: &Mixed) -> Vec<f64> {
    let mut cost = match x.mode {
        Mode::X => 0.3,
        Mode::Y => 0.0,
        Mode::Z => 0.8,
    };
    cost += match x.algorithm {
        Algorithm::A { level } => 1.0 + 4.0 * (level - 0.7).powi(2),
        Algorithm::B { alpha } => {
            let clash = if x.mode == Mode::Y { 0.5 } else { 0.0 };
            0.6 + 6.0 * (alpha - 0.2).powi(2) + clash
        }
        Algorithm::C => 1.2,
        Algorithm::D => 2.0,
    };
    let (t, b) = (
        f64::from(x.threads).log2() - 4.0,
        f64::from(x.block).log2() - 12.0,
    );
    let load = 0.3 * (x.load.log10() + 2.0).powi(2);
    vec![cost + 0.15 * t * t + 0.05 * (b - 0.5 * t).powi(2) + load]
}

/// The least value, 0, is at Fast (level 13, a middle window), 16 threads, blocks of 4096, depth 3.
pub(crate) fn grid(x: &Grid) -> Vec<f64> {
    let packer = match x.packer {
        Packer::Fast { level, window } => {
            let off = match window {
                Window::Narrow => 0.25,
                Window::Middle => 0.0,
                Window::Wide => 0.1,
            };
            0.01 * (f64::from(level) - 13.0).powi(2) + off
        }
        Packer::Small {
            quality,
            dictionary,
        } => {
            let off = if dictionary { 0.0 } else { 0.3 };
            0.15 + 0.02 * (f64::from(quality) - 5.0).powi(2) + off
        }
        Packer::Raw { stride } => 0.5 + 0.2 * f64::from(stride).log2(),
    };
    let (t, b) = (
        f64::from(x.threads).log2() - 4.0,
        f64::from(x.block).log2() - 12.0,
    );
    vec![
        packer
            + 0.1 * t * t
            + 0.05 * (b - 0.5 * t).powi(2)
            + 0.04 * (f64::from(x.depth) - 3.0).powi(2),
    ]
}

/// Zitzler, Deb and Thiele (2000), the first.
pub(crate) fn zdt1(x: &Six) -> Vec<f64> {
    let g = 1.0 + 9.0 * (x.b + x.c + x.d + x.e + x.f) / 5.0;
    vec![x.a, g * (1.0 - (x.a / g).sqrt())]
}

/// Deb, Thiele, Laumanns and Zitzler (2002), the second, with two objectives.
pub(crate) fn dtlz2(x: &Six) -> Vec<f64> {
    let g: f64 = [x.b, x.c, x.d, x.e, x.f]
        .iter()
        .map(|x| (x - 0.5).powi(2))
        .sum();
    let angle = x.a * PI / 2.0;
    vec![(1.0 + g) * angle.cos(), (1.0 + g) * angle.sin()]
}

/// The area that points dominate, up to a reference point.
pub(crate) fn hypervolume(points: &[Vec<f64>], reference: (f64, f64)) -> f64 {
    let pairs = points.iter().filter_map(|point| match **point {
        [a, b] if a < reference.0 && b < reference.1 => Some((a, b)),
        _ => None,
    });
    let mut pairs: Vec<(f64, f64)> = pairs.collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut least, mut volume) = (reference.1, 0.0);
    for (a, b) in pairs {
        if b < least {
            volume += (reference.0 - a) * (least - b);
            least = b;
        }
    }
    volume
}
