use bencher::SweepEnum;

#[derive(SweepEnum, Clone)]
#[sweep(name = "codec")]
enum Codec {
    #[sweep(name = "Zstd")]
    Raw,
    Zstd,
    #[sweep(name = "")]
    Empty,
    #[sweep(name = 3)]
    Number,
    #[sweep(rename = "x")]
    Renamed,
}

fn main() {}
