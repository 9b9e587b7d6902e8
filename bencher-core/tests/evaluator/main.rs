//! The evaluator as users have it: serial, on threads, in asynchronous jobs. Those in processes have a
//! program of their own.

mod callbacks;
#[path = "../evaluator_common/mod.rs"]
mod evaluator_common;
mod returned;
mod running;
mod storage;
mod timeouts;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use bencher_core::evaluator::{Evaluator, EvaluatorOptions, IntoObjective, RunningJob};

type Options = EvaluatorOptions<u64>;

/// A future on a thread of its own: the least that is a runtime.
mod runtime {
    use bencher_core::evaluator::BoxedFuture;
    use std::sync::Arc;
    use std::task::{Context, Wake, Waker};
    use std::thread::Thread;

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    pub(crate) fn spawn(mut job: BoxedFuture) {
        std::thread::spawn(move || {
            let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
            let mut context = Context::from_waker(&waker);
            while job.as_mut().poll(&mut context).is_pending() {
                std::thread::park();
            }
        });
    }
}

fn create<T: IntoObjective + 'static>(
    kind: &str,
    run: impl Fn(&RunningJob<'_, u64>) -> T + Send + Sync + 'static,
    options: Options,
) -> Evaluator<u64> {
    match kind {
        "async" => {
            let run = Arc::new(run);
            let run = move |job: RunningJob<'static, u64>| {
                let run = Arc::clone(&run);
                async move { run(&job) }
            };
            Evaluator::create_async(run, runtime::spawn, options).unwrap()
        }
        name => Evaluator::create(name, run, options).unwrap(),
    }
}

const ALL: [&str; 3] = ["serial", "threads", "async"];
const PARALLEL: [&str; 2] = ["threads", "async"];

fn two() -> Options {
    Options::default().workers(2)
}

fn gate() -> (Sender<()>, Arc<Mutex<Receiver<()>>>) {
    let (open, gate) = channel();
    (open, Arc::new(Mutex::new(gate)))
}

fn hang() -> ! {
    loop {
        std::thread::park();
    }
}
