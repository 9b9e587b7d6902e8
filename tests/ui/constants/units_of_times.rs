use std::time::Duration;

use bencher::ParametrizedSweep;

type Span = Duration;

#[derive(ParametrizedSweep, Clone)]
struct Aliases {
    #[sweep(values(Duration::from_millis(1)))]
    right: Span,
    #[result(units = "ms")]
    lag: Option<Span>,
}

fn main() {
    let _ = Aliases::baseline();
}
