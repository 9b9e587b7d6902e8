//! Warnings about conditions that make times unreliable, with a remedy.

use super::Environment;

/// The load for each core above which a machine is busy.
const BUSY_LOAD: f64 = 0.5;
/// The part of one core that others may take while a sweep runs.
const OTHERS: f64 = 0.25;
/// The part of all cores that a hypervisor may take while a sweep runs.
const STOLEN: f64 = 0.01;
/// A shorter time is not judged: the kernel counts in hundredths of a second.
const SHORTEST_S: f64 = 0.5;

impl Environment {
    /// Warnings about conditions that make later times unreliable, each with a remedy.
    ///
    /// A machine is busy where the load of the last minute is above a half for each core, and another program runs at
    /// this moment. The load alone may come from an earlier compilation.
    ///
    /// ```
    /// use bencher_core::measure::Environment;
    /// let laptop = Environment { governor: Some("powersave".to_owned()), ..Environment::capture() };
    /// let warnings = laptop.warnings();
    /// let warning = warnings.iter().find(|warning| warning.contains("governor")).ok_or("none")?;
    /// assert!(warning.contains("cpupower frequency-set"), "what to do");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.start_warnings();
        warnings.extend(self.standing_warnings());
        warnings
    }

    /// Those about this run: of its build, and of what the machine does besides.
    pub(crate) fn start_warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.build.debug_assertions {
            warnings.push(
                "debug build: the times are not those of optimized code; run with --release"
                    .to_owned(),
            );
        }
        if let Some(load) = self.load
            && load > BUSY_LOAD * f64::from(self.cores.unwrap_or(1))
            && self.running.is_none_or(|running| running > 1)
        {
            let cores = self
                .cores
                .map_or_else(String::new, |cores| format!(" on {cores} cores"));
            warnings.push(format!(
                "the machine was busy at the start (load {load:.2}{cores}): end other programs, or \
                 wait for them, and measure again"
            ));
        }
        warnings
    }

    /// Those about the machine, which every run on it has.
    pub(crate) fn standing_warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(governor) = self.governor.as_ref().filter(|name| *name != "performance") {
            warnings.push(format!(
                "the frequency governor `{governor}` lowers the cores' frequency at times, so the \
                 times vary; run `sudo cpupower frequency-set --governor performance`"
            ));
        }
        if self.turbo == Some(true) {
            warnings.push(
                "turbo is on: the frequency, and so the times, depend on heat and on the load of \
                 other cores; switch it off in the firmware, or with `echo 1 | sudo tee \
                 /sys/devices/system/cpu/intel_pstate/no_turbo` (Intel) or `echo 0 | sudo tee \
                 /sys/devices/system/cpu/cpufreq/boost` (others)"
                    .to_owned(),
            );
        }
        if let Some(name) = &self.virtual_machine {
            warnings.push(format!(
                "virtual machine ({name}): other programs on its host may disturb the times; \
                 measure on a machine of your own, or take more repeats and compare only times of \
                 this machine"
            ));
        }
        warnings
    }

    /// Warnings about disturbances since `start`, each with a remedy: heat, other programs, and the hypervisor.
    ///
    /// Other programs and the hypervisor are considered after half a second. The thresholds are a quarter of a core for
    /// other programs, and a hundredth of the machine for a hypervisor.
    ///
    /// ```
    /// use bencher_core::measure::Environment;
    /// let start = Environment::capture();
    /// let mut end = start.clone();
    /// end.activity.throttled = Some(start.activity.throttled.unwrap_or(0) + 3);
    /// assert_eq!(start.warnings_since(&start), [""; 0]);
    /// assert!(end.warnings_since(&start)[0].starts_with("cores were slowed down because of heat"));
    /// ```
    pub fn warnings_since(&self, start: &Self) -> Vec<String> {
        let (now, then) = (&self.activity, &start.activity);
        let mut warnings = Vec::new();
        let throttled = now.throttled.unwrap_or(0);
        let throttled = throttled.saturating_sub(then.throttled.unwrap_or(0));
        if throttled > 0 {
            warnings.push(format!(
                "cores were slowed down because of heat ({throttled} times), so some times are too \
                 long: let the machine cool, cool it better, or switch turbo off, and measure \
                 again"
            ));
        }
        let all = now.all_s - then.all_s;
        let elapsed = all / f64::from(self.cores.unwrap_or(1).max(1));
        if elapsed < SHORTEST_S {
            return warnings;
        }
        let others = ((now.busy_s - then.busy_s) - (now.own_s - then.own_s)) / elapsed;
        if others > OTHERS {
            warnings.push(format!(
                "other programs used {others:.1} cores while this ran: end them, and measure again"
            ));
        }
        let stolen = (now.stolen_s - then.stolen_s) / all;
        if stolen > STOLEN {
            warnings.push(format!(
                "the hypervisor gave {:.0} % of this machine's time to others: measure again at \
                 another time, or on another machine",
                stolen * 100.0
            ));
        }
        warnings
    }
}
