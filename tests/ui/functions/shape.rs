use bencher::bench_sweep;

#[bench_sweep]
unsafe fn dangerous() {}

#[bench_sweep]
extern "C" fn foreign() {}

#[bench_sweep]
fn borrows<'a>(#[sweep(values("a"))] name: &'a str) {}

#[bench_sweep]
#[test]
fn twice() {}

#[bench_sweep]
#[should_panic]
fn panics() {}

#[bench_sweep]
async fn without_runtime() {}

#[bench_sweep(runtime = std::convert::identity)]
fn not_async() {}

#[bench_sweep]
struct NoFunction;

struct Methods;

impl Methods {
    #[bench_sweep]
    fn method(&self) {}
}

fn main() {}
