use bencher::SweepEnum;

#[derive(SweepEnum, Clone)]
enum Nothing {}

#[derive(SweepEnum, Clone)]
struct Point {
    x: f64,
}

#[derive(SweepEnum, Clone)]
enum Generic<'a, T> {
    One,
    Other(&'a T),
}

fn main() {}
