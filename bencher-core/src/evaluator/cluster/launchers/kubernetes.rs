//! Workers as a job of Kubernetes: the manifest is written out, and the user applies it.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use super::super::error::failed;
use super::super::local_workers::WorkerCommandLine;
use super::{Launcher, SiteCommand, program};
use crate::console::error_line;

/// A manifest with this number of workers of an image.
#[derive(Debug)]
pub(super) struct Kubernetes {
    pub(super) workers: usize,
    /// The image, which has the program at the same path as here.
    pub(super) image: String,
    pub(super) manifest: PathBuf,
}

impl Launcher for Kubernetes {
    fn start(&self, worker: &WorkerCommandLine) -> io::Result<Vec<SiteCommand>> {
        let path = self.manifest.display();
        let written = std::fs::write(&self.manifest, self.text(worker));
        written.map_err(|error| failed(&format!("the manifest {path}"), error))?;
        error_line!(
            "the workers are described in {path}; start them by `kubectl create -f {path}`"
        );
        Ok(Vec::new())
    }

    fn stop(&self, _: &str) -> Option<SiteCommand> {
        None
    }
}

impl Kubernetes {
    /// The manifest. Credentials come from the secret `bencher-nats`: its file `credentials` is at the path that the
    /// options name, and the others are variables.
    pub(super) fn text(&self, worker: &WorkerCommandLine) -> String {
        // JSON strings are strings of YAML.
        let quoted = |text: &std::ffi::OsStr| {
            serde_json::Value::from(text.to_string_lossy().into_owned()).to_string()
        };
        let command: Vec<String> = program(worker).map(|word| quoted(&word)).collect();
        let mut variables = String::new();
        for (name, value) in &worker.environment {
            // Writing to a text never fails.
            let _ = write!(
                variables,
                "\n            - name: {name}\n              value: {}",
                quoted(value)
            );
        }
        let credentials = worker
            .environment
            .iter()
            .find(|(name, _)| *name == "BENCHER_NATS_CREDENTIALS");
        let (mounts, volumes) = match credentials {
            None => (String::new(), ""),
            Some((_, path)) => (
                format!(
                    "
          volumeMounts:
            - name: credentials
              mountPath: {}
              subPath: credentials",
                    quoted(path)
                ),
                "
      volumes:
        - name: credentials
          secret:
            secretName: bencher-nats
            defaultMode: 0400",
            ),
        };
        let image = serde_json::Value::from(self.image.clone());
        let workers = self.workers;
        format!(
            "apiVersion: batch/v1
kind: Job
metadata:
  generateName: bencher-workers-
spec:
  parallelism: {workers}
  completions: {workers}
  backoffLimit: {workers}
  ttlSecondsAfterFinished: 600
  template:
    spec:
      restartPolicy: OnFailure
      terminationGracePeriodSeconds: 30
      containers:
        - name: worker
          image: {image}
          command: [{}]
          env:{variables}
          envFrom:
            - secretRef:
                name: bencher-nats
                optional: true{mounts}{volumes}
",
            command.join(", ")
        )
    }
}
