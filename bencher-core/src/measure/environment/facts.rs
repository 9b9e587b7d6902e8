use super::Environment;
use crate::dataset::quantity;

impl Environment {
    /// The known facts, as names and texts for a reader, in display order.
    ///
    /// ```
    /// use bencher_core::measure::Environment;
    /// let environment = Environment { memory_bytes: Some(16 << 30), ..Environment::capture() };
    /// assert!(environment.facts().contains(&("Memory", "16 GiB".to_owned())));
    /// ```
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let seconds = |s: f64| quantity(s, "s");
        let all = [
            ("Processor", self.cpu.clone()),
            ("Cores", self.cores_text()),
            ("Governor", self.governor.clone()),
            ("Turbo", self.turbo.map(|on| yes(on, "on", "off"))),
            ("Memory", self.memory_bytes.map(bytes)),
            ("Virtual machine", self.virtual_machine.clone()),
            ("Container", self.container.clone()),
            ("Host", self.host.clone()),
            ("System", Some(self.os.clone())),
            ("Kernel", self.kernel.clone()),
            ("Architecture", Some(self.architecture.clone())),
            ("Compiler", Some(self.build.rustc.clone())),
            ("Build", Some(self.build_text())),
            ("Commit", self.git.as_ref().map(ToString::to_string)),
            (
                "Load",
                self.load.map(|load| format!("{load:.2} at the start")),
            ),
            ("Clock's precision", self.clock_precision_s.map(seconds)),
            ("Overhead of a loop", self.loop_overhead_s.map(seconds)),
        ];
        all.into_iter()
            .filter_map(|(name, text)| text.map(|text| (name, text)))
            .filter(|(_, text)| !text.is_empty())
            .collect()
    }

    fn cores_text(&self) -> Option<String> {
        let cores = self.cores?;
        Some(match self.cores_allowed {
            Some(allowed) if allowed < cores => format!("{cores}, {allowed} for this process"),
            _ => cores.to_string(),
        })
    }

    fn build_text(&self) -> String {
        let build = &self.build;
        let kind = yes(build.debug_assertions, "debug", "release");
        let mut text = format!("{kind}, opt-level {}", build.opt_level);
        if !build.features.is_empty() {
            text.push_str(", features ");
            text.push_str(&build.features.join(", "));
        }
        text
    }
}

fn yes(on: bool, yes: &str, no: &str) -> String {
    if on { yes } else { no }.to_owned()
}

fn bytes(bytes: u64) -> String {
    quantity(bytes as f64, "B")
}
