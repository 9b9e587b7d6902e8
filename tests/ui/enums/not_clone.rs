use bencher::SweepEnum;

#[derive(SweepEnum)]
enum Codec {
    Raw,
}

fn main() {}
