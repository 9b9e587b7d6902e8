//! The commands that launchers run, word by word.

use super::super::local_workers::WorkerCommandLine;
use super::kubernetes::Kubernetes;
use super::slurm::Slurm;
use super::ssh::Ssh;
use super::{Launcher, PlacedWorkers, SiteCommand, launcher, words};
use crate::evaluator::WorkerPlacement;

fn worker() -> WorkerCommandLine {
    WorkerCommandLine {
        program: "/home/me/my sweep".into(),
        args: words(["--repeats", "it's"]),
        environment: vec![
            ("BENCHER_CLUSTER_WORKER", "true".into()),
            ("BENCHER_NATS", "tls://hub:4222".into()),
        ],
    }
}

fn text(command: &SiteCommand) -> String {
    let words = command.words.iter().map(|word| format!("{word:?}"));
    words.collect::<Vec<_>>().join(" ")
}

/// The commands of a placement.
fn commands(placement: &str) -> Vec<String> {
    let placement: WorkerPlacement = placement.parse().unwrap();
    let launcher = launcher(&placement).unwrap();
    let commands = launcher.start(&worker()).unwrap();
    commands.iter().map(text).collect()
}

#[test]
fn mpirun_passes_variables_on_by_their_names() {
    assert_eq!(
        commands("mpirun:6"),
        [
            r#""mpirun" "-n" "6" "--bind-to" "core" "-x" "BENCHER_CLUSTER_WORKER" "-x" "BENCHER_NATS" "/home/me/my sweep" "--repeats" "it's""#
        ]
    );
}

#[test]
fn slurm_gets_an_array_or_tasks_of_the_allocation() {
    let slurm = |in_allocation| Slurm {
        workers: 6,
        options: vec![("partition".to_owned(), "short".to_owned())],
        in_allocation,
    };
    let array = slurm(false).start(&worker()).unwrap();
    assert_eq!(
        text(&array[0]),
        r#""sbatch" "--parsable" "--requeue" "--open-mode=append" "--array=1-6" "--export=ALL" "--job-name=bencher-workers" "--signal=TERM@30" "--partition=short" "--wrap" "exec srun --cpu-bind=cores '/home/me/my sweep' '--repeats' 'it'\\''s'""#
    );
    assert!(!array[0].stays);
    let stop = slurm(false).stop("1234;hub\n").unwrap();
    assert_eq!(text(&stop), r#""scancel" "1234""#);
    assert_eq!(slurm(false).stop("error: no\n"), None);

    let tasks = slurm(true).start(&worker()).unwrap();
    assert_eq!(
        text(&tasks[0]),
        r#""srun" "--no-kill" "--kill-on-bad-exit=0" "--wait=0" "--ntasks=6" "--cpu-bind=cores" "--export=ALL" "--partition=short" "/home/me/my sweep" "--repeats" "it's""#
    );
    assert!(tasks[0].stays);
    assert_eq!(tasks[0].environment, worker().environment);
}

#[test]
fn hyperqueue_gets_an_array() {
    assert_eq!(
        commands("hq:8"),
        [
            r#""hq" "submit" "--output-mode" "quiet" "--array" "1-8" "--pin" "taskset" "--crash-limit" "unlimited" "--stdout" "none" "--stderr" "none" "--env" "BENCHER_CLUSTER_WORKER=true" "--env" "BENCHER_NATS=tls://hub:4222" "--" "/home/me/my sweep" "--repeats" "it's""#
        ]
    );
    let stop = launcher(&"hq:8".parse().unwrap())
        .unwrap()
        .stop("17\n")
        .unwrap();
    assert_eq!(text(&stop), r#""hq" "job" "cancel" "17""#);
}

#[test]
fn ssh_starts_each_worker_of_each_host() {
    let folder = tempfile::tempdir().unwrap();
    let hosts = folder.path().join("hosts.txt");
    let ssh = Ssh {
        hosts: hosts.clone(),
        folder: "/home/me".into(),
    };
    std::fs::write(&hosts, "# two hosts\nn1 2\n\nme@n2  # slow\n").unwrap();
    let commands: Vec<String> = ssh.start(&worker()).unwrap().iter().map(text).collect();
    let on = |host, number: usize| {
        let script = format!(
            "cd '/home/me' && exec env BENCHER_CLUSTER_NUMBER={number} \
             BENCHER_CLUSTER_WORKER='true' BENCHER_NATS='tls://hub:4222' \
             '/home/me/my sweep' '--repeats' 'it'\\''s'"
        );
        format!(r#""ssh" "-o" "BatchMode=yes" "--" "{host}" {script:?}"#)
    };
    assert_eq!(commands, [on("n1", 0), on("n1", 1), on("me@n2", 0)]);
    for (text, reason) in [
        ("", "names no host"),
        ("n1 0", "hosts.txt:1: `0` is no number"),
        (
            "n1\n-oProxyCommand=x",
            "hosts.txt:2: `-oProxyCommand=x` is no host",
        ),
        ("n1 2 3", "`3` stands behind"),
    ] {
        std::fs::write(&hosts, text).unwrap();
        let error = ssh.start(&worker()).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn a_manifest_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let kubernetes = Kubernetes {
        workers: 8,
        image: "hub/me:1 # \"".to_owned(),
        manifest: folder.path().join("workers.yaml"),
    };
    assert!(kubernetes.start(&worker()).unwrap().is_empty());
    let text = std::fs::read_to_string(&kubernetes.manifest).unwrap();
    assert_eq!(
        text,
        r#"apiVersion: batch/v1
kind: Job
metadata:
  generateName: bencher-workers-
spec:
  parallelism: 8
  completions: 8
  backoffLimit: 8
  ttlSecondsAfterFinished: 600
  template:
    spec:
      restartPolicy: OnFailure
      terminationGracePeriodSeconds: 30
      containers:
        - name: worker
          image: "hub/me:1 # \""
          command: ["/home/me/my sweep", "--repeats", "it's"]
          env:
            - name: BENCHER_CLUSTER_WORKER
              value: "true"
            - name: BENCHER_NATS
              value: "tls://hub:4222"
          envFrom:
            - secretRef:
                name: bencher-nats
                optional: true
"#
    );
    let mut with_file = worker();
    let path = "/home/me/.bencher-nats".into();
    with_file
        .environment
        .push(("BENCHER_NATS_CREDENTIALS", path));
    let text = kubernetes.text(&with_file);
    assert!(
        text.ends_with(
            r#"                optional: true
          volumeMounts:
            - name: credentials
              mountPath: "/home/me/.bencher-nats"
              subPath: credentials
      volumes:
        - name: credentials
          secret:
            secretName: bencher-nats
            defaultMode: 0400
"#
        ),
        "{text}"
    );
}

/// A launcher of a program that there is on every system.
struct Shell(&'static str);

impl Launcher for Shell {
    fn start(&self, _: &WorkerCommandLine) -> std::io::Result<Vec<SiteCommand>> {
        Ok(vec![SiteCommand {
            words: words([self.0, "-c", "echo 7; echo no room >&2; exit 3"]),
            environment: Vec::new(),
            stays: false,
        }])
    }

    fn stop(&self, _: &str) -> Option<SiteCommand> {
        None
    }
}

#[test]
fn a_command_that_fails_is_told_in_its_own_words() {
    let error = PlacedWorkers::start(&Shell("sh"), &worker()).unwrap_err();
    assert!(error.to_string().contains("no room"), "{error}");
    let error = PlacedWorkers::start(&Shell("bencher-no-such-program"), &worker()).unwrap_err();
    assert!(error.to_string().contains("is it installed"), "{error}");
}
