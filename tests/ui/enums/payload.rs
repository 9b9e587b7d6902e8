use bencher::{ParametrizedSweep, SweepEnum};

#[derive(SweepEnum, Clone)]
enum Codec {
    Raw,
    Zstd(u8),
    Custom { window: u32 },
}

#[derive(ParametrizedSweep, Clone)]
struct Packing {
    #[sweep(values(Codec::Raw))]
    codec: Codec,
    #[result]
    size: Option<u64>,
}

fn main() {}
