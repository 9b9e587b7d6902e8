//! Environments of several machines, from the texts that their files hold.

use std::collections::BTreeMap;

use super::source::Source;
use super::*;

/// A machine made of texts.
#[derive(Default)]
pub(super) struct Machine {
    files: BTreeMap<String, String>,
    git: Option<String>,
}

impl Machine {
    pub(super) fn with(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The same file for each core.
    fn each(mut self, cores: u32, name: &str, text: &str) -> Self {
        for core in 0..cores {
            self = self.with(&format!("/sys/devices/system/cpu/cpu{core}/{name}"), text);
        }
        self
    }

    fn read(&self) -> Environment {
        Environment::read(self)
    }
}

impl Source for Machine {
    fn text(&self, path: &str) -> Option<String> {
        self.files.get(path).cloned()
    }

    fn exists(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let inside = self.files.keys().filter_map(|path| {
            let path = path.strip_prefix(folder)?.strip_prefix('/')?;
            path.split('/').next().map(str::to_owned)
        });
        inside.collect()
    }

    fn git_status(&self) -> Option<String> {
        self.git.clone()
    }
}

fn laptop() -> Machine {
    Machine::default()
        .with(
            "/proc/cpuinfo",
            "processor\t: 0\nmodel name\t: 12th Gen Intel(R) Core(TM)  i7-1260P\n\
             flags\t\t: fpu vme de pse tsc constant_tsc nonstop_tsc\n\
             processor\t: 1\nmodel name\t: 12th Gen Intel(R) Core(TM)  i7-1260P\n",
        )
        .with("/sys/devices/system/cpu/online", "0-15\n")
        .with(
            "/proc/self/status",
            "Name:\tbench\nCpus_allowed:\tff\nCpus_allowed_list:\t0-7\n",
        )
        .each(16, "cpufreq/scaling_governor", "powersave\n")
        .each(16, "thermal_throttle/core_throttle_count", "2\n")
        .each(16, "thermal_throttle/package_throttle_count", "1\n")
        .with("/sys/devices/system/cpu/intel_pstate/no_turbo", "0\n")
        .with(
            "/proc/meminfo",
            "MemTotal:       16074464 kB\nMemFree:  1 kB\n",
        )
        .with("/sys/class/dmi/id/sys_vendor", "LENOVO\n")
        .with("/sys/class/dmi/id/product_name", "21CB\n")
        .with("/proc/sys/kernel/osrelease", "6.8.0-45-generic\n")
        .with("/proc/sys/kernel/hostname", "thinkpad\n")
        .with(
            "/etc/os-release",
            "NAME=\"Ubuntu\"\nPRETTY_NAME=\"Ubuntu 24.04.1 LTS\"\n",
        )
        .with("/proc/loadavg", "9.50 4.10 2.00 3/1200 4711\n")
}

fn cloud() -> Machine {
    Machine::default()
        .with(
            "/proc/cpuinfo",
            "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Processor\n\
             flags\t\t: fpu tsc hypervisor lahf_lm\n",
        )
        .with("/sys/devices/system/cpu/online", "0-1\n")
        .with("/proc/self/status", "Cpus_allowed_list:\t0-1\n")
        .with("/proc/meminfo", "MemTotal:        8148644 kB\n")
        .with("/sys/class/dmi/id/sys_vendor", "Amazon EC2\n")
        .with("/sys/class/dmi/id/product_name", "m7i.large\n")
        .with("/.dockerenv", "")
        .with("/proc/loadavg", "0.10 0.10 0.10 1/90 77\n")
}

fn board() -> Machine {
    Machine::default()
        .with(
            "/proc/cpuinfo",
            "processor\t: 0\nBogoMIPS\t: 108.00\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n\n\
             processor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n\n\
             Hardware\t: BCM2835\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n",
        )
        .with(
            "/proc/device-tree/model",
            "Raspberry Pi 4 Model B Rev 1.4\0",
        )
        .each(2, "cpufreq/scaling_governor", "ondemand\n")
        .with("/proc/meminfo", "MemTotal:        3884204 kB\n")
}

/// The warnings, without the one for the build of the tests themselves.
fn warnings(environment: &Environment) -> Vec<String> {
    let mut warnings = environment.warnings();
    warnings.retain(|warning| !warning.starts_with("debug build"));
    warnings
}

#[test]
fn a_laptop_is_read_and_warned_about() {
    let read = Machine {
        git: Some(format!(
            "# branch.oid {}\n1 .M N... src/lib.rs\n",
            "a1".repeat(20)
        )),
        ..laptop()
    }
    .read();
    assert_eq!(
        read.cpu.as_deref(),
        Some("12th Gen Intel(R) Core(TM) i7-1260P")
    );
    assert_eq!((read.cores, read.cores_allowed), (Some(16), Some(8)));
    assert_eq!(read.governor.as_deref(), Some("powersave"));
    assert_eq!(
        (read.turbo, read.activity.throttled),
        (Some(true), Some(48))
    );
    assert_eq!(
        (read.virtual_machine.as_ref(), read.container.as_ref()),
        (None, None)
    );
    assert_eq!(read.os, "Ubuntu 24.04.1 LTS");
    assert_eq!(
        (read.load, read.running, read.host.as_deref()),
        (Some(9.5), Some(3), Some("thinkpad"))
    );
    assert!(read.git.as_ref().is_some_and(|git| git.dirty));

    let warnings = warnings(&read);
    let [busy, governor, turbo] = &warnings[..] else {
        panic!("three warnings: {warnings:#?}");
    };
    assert!(governor.contains("`powersave`") && governor.contains("cpupower"));
    assert!(turbo.starts_with("turbo is on") && turbo.contains("no_turbo"));
    assert!(busy.contains("load 9.50 on 16 cores"));

    let facts = read.facts();
    for fact in [
        ("Cores", "16, 8 for this process"),
        ("Memory", "15.33 GiB"),
        ("Turbo", "on"),
        (
            "Commit",
            "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1, with changes",
        ),
        ("Load", "9.50 at the start"),
    ] {
        assert!(
            facts.contains(&(fact.0, fact.1.to_owned())),
            "{fact:?} in {facts:#?}"
        );
    }
}

#[test]
fn a_load_that_is_over_is_no_warning() {
    let idle = laptop().with("/proc/loadavg", "9.50 4.10 2.00 1/1200 4711\n");
    assert_eq!(warnings(&idle.read()).len(), 2, "governor and turbo");
    let unknown = laptop().with("/proc/loadavg", "9.50");
    assert_eq!(warnings(&unknown.read()).len(), 3);
}

#[test]
fn a_machine_made_ready_has_no_warning() {
    let ready = laptop()
        .each(16, "cpufreq/scaling_governor", "performance\n")
        .with("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n")
        .with("/proc/loadavg", "0.20 0.10 0.10 2/1200 4711\n");
    assert_eq!(warnings(&ready.read()), [""; 0]);
    let one_left = ready.with(
        "/sys/devices/system/cpu/cpu3/cpufreq/scaling_governor",
        "schedutil",
    );
    let governor = one_left.read().governor;
    assert_eq!(governor.as_deref(), Some("performance, schedutil"));
}

#[test]
fn a_virtual_machine_is_told_from_the_metal_of_the_same_cloud() {
    let read = cloud().read();
    assert_eq!(read.virtual_machine.as_deref(), Some("Amazon EC2"));
    assert_eq!(read.container.as_deref(), Some("docker"));
    assert_eq!(
        (read.governor.as_ref(), read.turbo, read.activity.throttled),
        (None, None, None)
    );
    let found = warnings(&read);
    assert!(
        found.len() == 1 && found[0].starts_with("virtual machine (Amazon EC2)"),
        "{found:?}"
    );

    let metal = cloud()
        .with("/sys/class/dmi/id/product_name", "m7i.metal-24xl")
        .with(
            "/proc/cpuinfo",
            "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Processor\nflags\t: fpu tsc\n",
        )
        .read();
    assert_eq!(metal.virtual_machine, None);
    assert_ne!(metal.class(), read.class());

    let unnamed = Machine::default().with("/proc/cpuinfo", "flags : fpu hypervisor\n");
    let unnamed = unnamed.read().virtual_machine;
    assert_eq!(unnamed.as_deref(), Some("unknown hypervisor"));
}

#[test]
fn an_arm_board_is_known_by_its_parts() {
    let read = board().read();
    assert_eq!(
        read.cpu.as_deref(),
        Some("0x41/0xd08 (Raspberry Pi 4 Model B Rev 1.4)")
    );
    assert_eq!(
        (read.cores, read.governor.as_deref()),
        (Some(2), Some("ondemand"))
    );
}

#[test]
fn a_machine_that_says_nothing_gives_what_the_build_knows() {
    let read = Machine::default().read();
    assert_eq!(
        (read.cores, read.memory_bytes, read.load),
        (None, None, None)
    );
    assert_eq!(warnings(&read), [""; 0]);
    assert_eq!(read.warnings_since(&read), [""; 0]);
    let names: Vec<&str> = read.facts().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["System", "Architecture", "Compiler", "Build"]);
}

#[test]
fn the_class_is_that_of_the_machine_alone() {
    let here = laptop().read();
    let later = laptop()
        .with("/proc/meminfo", "MemTotal:       16266000 kB\n")
        .with("/proc/sys/kernel/hostname", "other")
        .with("/proc/sys/kernel/osrelease", "6.11.0\n")
        .each(16, "cpufreq/scaling_governor", "performance\n")
        .read();
    assert_eq!(here.class(), later.class());
    for other in [
        laptop().with("/sys/devices/system/cpu/online", "0-7\n"),
        laptop().with("/proc/meminfo", "MemTotal:       32266000 kB\n"),
        laptop().with("/proc/cpuinfo", "model name : another\n"),
        laptop().with("/sys/class/dmi/id/sys_vendor", "QEMU\n"),
    ] {
        assert_ne!(other.read().class(), here.class());
    }
    let allowed = |list: &str| {
        let status = format!("Cpus_allowed_list:\t{list}\n");
        laptop().with("/proc/self/status", &status).read().class()
    };
    let classes = [allowed("0-15"), allowed("0-7"), allowed("3")];
    assert_eq!(classes[1], here.class());
    assert_eq!(allowed("8-15"), here.class(), "as many cores");
    assert!(classes[0] != classes[1] && classes[1] != classes[2] && classes[0] != classes[2]);
    let mut foreign = here.clone();
    foreign.architecture.push('x');
    assert_ne!(foreign.class(), here.class());
}

#[test]
fn what_happens_meanwhile_is_seen() {
    let at = |stat: &str, own: u64, throttled: &str| {
        cloud()
            .with("/proc/stat", stat)
            .with(
                "/proc/self/stat",
                &format!("9 (bench) R 1 9 9 0 -1 0 5 0 0 0 {own} 0 0 0 20 0 1 0 9 1"),
            )
            .each(1, "thermal_throttle/core_throttle_count", throttled)
            .read()
    };
    let start = at("cpu  1000 0 0 9000 0 0 0 0 0 0\n", 500, "4");
    // Ten seconds of two cores; this program took half of them.
    let quiet = at("cpu  2000 0 0 10000 0 0 0 0 0 0\n", 1500, "4");
    assert_eq!(quiet.warnings_since(&start), [""; 0]);

    let busy = at("cpu  2000 0 0 9960 0 0 0 40 0 0\n", 500, "7");
    let warnings = busy.warnings_since(&start);
    let [heat, others, stolen] = &warnings[..] else {
        panic!("three warnings: {warnings:#?}");
    };
    assert!(heat.contains("(3 times)"), "{heat}");
    assert!(others.contains("used 1.0 cores"), "{others}");
    assert_eq!(busy.warnings_since(&busy), [""; 0]);
    assert!(stolen.contains("gave 2 %"), "{stolen}");

    let short = at("cpu  1090 0 0 9000 0 0 0 0 0 0\n", 500, "4");
    assert_eq!(
        short.warnings_since(&start),
        [""; 0],
        "too short to be judged"
    );
}

#[test]
fn the_time_of_living_descendants_is_its_own() {
    let stat = |ticks: u64| format!("9 (bench) R 1 9 9 0 -1 0 5 0 0 0 {ticks} 0 0 0 20 0 1 0 9 1");
    let family = Machine::default()
        .with("/proc/stat", "cpu  1000 0 0 9000 0 0 0 0 0 0\n")
        .with("/proc/self/stat", &stat(100))
        .with("/proc/self/task/9/children", "10 11 ")
        .with("/proc/self/task/12/children", "13 ")
        .with("/proc/10/stat", &stat(20))
        .with("/proc/13/stat", &stat(3))
        // A grandchild.
        .with("/proc/13/task/13/children", "14 ")
        .with("/proc/14/stat", &stat(4));
    // Process 11 has ended since.
    let own = family.read().activity.own_s;
    assert!((own - 1.27).abs() < 1e-9, "{own}");
    // Children that are listed again and again end the search.
    let round = family.with("/proc/14/task/14/children", "13 ");
    assert!(round.read().activity.own_s > 1.27);
}

#[test]
fn it_is_kept_in_every_form() {
    let environment = laptop().read();
    let bytes = postcard::to_stdvec(&environment).unwrap();
    assert_eq!(
        postcard::from_bytes::<Environment>(&bytes).unwrap(),
        environment
    );
    let json = serde_json::to_string(&environment).unwrap();
    assert_eq!(
        serde_json::from_str::<Environment>(&json).unwrap(),
        environment
    );
}

/// Where the tests run on Linux, something must be found.
#[cfg(target_os = "linux")]
#[test]
fn this_machine_is_read() {
    let here = Environment::capture();
    assert!(here.cores.is_some_and(|cores| cores > 0));
    assert!(here.cores_allowed.is_some_and(|cores| cores > 0));
    assert!(here.memory_bytes.is_some_and(|bytes| bytes > 1 << 20));
    assert!(here.kernel.is_some() && here.load.is_some());
    assert!(here.activity.all_s > 0.0 && here.activity.busy_s <= here.activity.all_s);
}
