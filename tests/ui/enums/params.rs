use bencher::SweepEnum;

#[derive(SweepEnum, Clone)]
enum Codec {
    Zstd {
        #[sweep(bounds(9, 1))]
        level: u8,
        #[result]
        ratio: Option<f64>,
        #[sweep(flatten)]
        more: u8,
        #[sweep]
        window: u32,
    },
    Brotli {
        #[sweep(bounds(LOW, 1))]
        quality: u8,
    },
}

const LOW: u8 = 3;

fn main() {}
