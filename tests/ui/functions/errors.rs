use bencher::bench_sweep;

struct NoError;

#[bench_sweep]
fn fails_with_what_is_no_error() -> Result<(), NoError> {
    Err(NoError)
}

fn main() {}
