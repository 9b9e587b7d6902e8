use bencher::ParametrizedSweep;

#[derive(ParametrizedSweep, Clone)]
struct Sorting<'a> {
    #[sweep]
    presorted: bool,
    data: &'a [u8],
    #[result]
    elapsed: Option<f64>,
}

fn main() {
    let _ = Sorting::baseline();
}
