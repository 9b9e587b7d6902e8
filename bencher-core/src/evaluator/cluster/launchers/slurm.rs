//! Workers as tasks of Slurm and of `HyperQueue`.

use std::io;

use super::super::local_workers::WorkerCommandLine;
use super::{Launcher, SiteCommand, program, shell_word, words};

/// Tasks of Slurm: of the allocation that the program runs in, else of a job array.
#[derive(Debug)]
pub(super) struct Slurm {
    pub(super) workers: usize,
    /// Further options of `sbatch` or `srun`, such as the partition.
    pub(super) options: Vec<(String, String)>,
    pub(super) in_allocation: bool,
}

impl Launcher for Slurm {
    fn start(&self, worker: &WorkerCommandLine) -> io::Result<Vec<SiteCommand>> {
        let further = self.options.iter();
        let further = further.map(|(name, value)| format!("--{name}={value}").into());
        let mut command;
        if self.in_allocation {
            // The loss of a task or a node must not end the others.
            command = words(["srun", "--no-kill", "--kill-on-bad-exit=0", "--wait=0"]);
            command.push(format!("--ntasks={}", self.workers).into());
            command.extend(words(["--cpu-bind=cores", "--export=ALL"]));
            command.extend(further);
            command.extend(program(worker));
        } else {
            command = words(["sbatch", "--parsable", "--requeue", "--open-mode=append"]);
            command.push(format!("--array=1-{}", self.workers).into());
            command.extend(words(["--export=ALL", "--job-name=bencher-workers"]));
            // Workers end their sample and give back the others when their time is nearly over.
            command.push("--signal=TERM@30".into());
            command.extend(further);
            let line: Vec<String> = program(worker).map(|word| shell_word(&word)).collect();
            let script = format!("exec srun --cpu-bind=cores {}", line.join(" "));
            command.extend(words(["--wrap", &script]));
        }
        Ok(vec![SiteCommand {
            words: command,
            environment: worker.environment.clone(),
            stays: self.in_allocation,
        }])
    }

    fn stop(&self, output: &str) -> Option<SiteCommand> {
        // `sbatch --parsable` prints the number of the job, and in a federation the name of the cluster behind it.
        let job = output.trim().split(';').next()?;
        cancel(["scancel"].as_slice(), job)
    }
}

/// Tasks of `HyperQueue`.
#[derive(Debug)]
pub(super) struct HyperQueue(pub(super) usize);

impl Launcher for HyperQueue {
    fn start(&self, worker: &WorkerCommandLine) -> io::Result<Vec<SiteCommand>> {
        let mut command = words(["hq", "submit", "--output-mode", "quiet", "--array"]);
        command.push(format!("1-{}", self.0).into());
        command.extend(words(["--pin", "taskset", "--crash-limit", "unlimited"]));
        command.extend(words(["--stdout", "none", "--stderr", "none"]));
        for (name, value) in &worker.environment {
            command.push("--env".into());
            let mut variable = std::ffi::OsString::from(format!("{name}="));
            variable.push(value);
            command.push(variable);
        }
        command.push("--".into());
        command.extend(program(worker));
        Ok(vec![SiteCommand {
            words: command,
            environment: Vec::new(),
            stays: false,
        }])
    }

    fn stop(&self, output: &str) -> Option<SiteCommand> {
        cancel(["hq", "job", "cancel"].as_slice(), output.trim())
    }
}

/// Cancels a job by its number; output that is no number cancels nothing.
fn cancel(command: &[&str], job: &str) -> Option<SiteCommand> {
    let is_number = !job.is_empty() && job.chars().all(|c| c.is_ascii_digit());
    let words = command.iter().copied().chain([job]);
    is_number.then(|| SiteCommand {
        words: words.map(Into::into).collect(),
        environment: Vec::new(),
        stays: false,
    })
}
