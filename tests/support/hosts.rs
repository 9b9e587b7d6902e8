//! Simulated hosts: a network namespace each on a bridge of their own, with an address and a name.
#![allow(dead_code, reason = "each test program uses some of it")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Hosts n1, n2, … which go with it.
pub(crate) struct Hosts {
    /// The beginning of the names of interfaces and namespaces.
    tag: String,
    /// The first three numbers of the addresses.
    net: String,
    count: usize,
}

impl Hosts {
    /// Makes hosts; none where this user must not, or a tool is missing. Then a message says so.
    pub(crate) fn new(count: usize) -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        // Tests of one program and of several run side by side.
        let number = std::process::id() * 4 + MADE.fetch_add(1, Ordering::Relaxed);
        let hosts = Self {
            tag: format!("b{}", number % 1_000_000),
            net: format!("10.{}.{}", 64 + number % 64, number / 64 % 256),
            count,
        };
        let made = hosts.make();
        if !made {
            eprintln!(
                "\nNOT CHECKED: several hosts on one machine; this needs root, and `ip` (Debian: iproute2)\n"
            );
        }
        made.then_some(hosts)
    }

    fn make(&self) -> bool {
        let (bridge, net) = (self.bridge(), &self.net);
        let mut made = ip(&["link", "add", &bridge, "type", "bridge"])
            && ip(&["addr", "add", &format!("{net}.1/24"), "dev", &bridge])
            && ip(&["link", "set", &bridge, "up"]);
        for host in 1..=self.count {
            let (space, cable) = (self.space(host), self.cable(host));
            let address = format!("{net}.{}/24", 10 + host);
            made = made
                && ip(&["netns", "add", &space])
                && ip(&[
                    "link", "add", &cable, "type", "veth", "peer", "name", "eth0", "netns", &space,
                ])
                && ip(&["link", "set", &cable, "master", &bridge, "up"])
                && ip(&["-n", &space, "addr", "add", &address, "dev", "eth0"])
                && ip(&["-n", &space, "link", "set", "eth0", "up"])
                && ip(&["-n", &space, "link", "set", "lo", "up"]);
        }
        made
    }

    /// The address of this machine, at which all hosts reach it.
    pub(crate) fn hub(&self) -> String {
        format!("{}.1", self.net)
    }

    /// Has a command run on a host: its process stays the one that is started.
    pub(crate) fn on(&self, host: usize, command: &Command) -> Command {
        let mut there = Command::new("nsenter");
        there
            .arg(format!("--net=/run/netns/{}", self.space(host)))
            .args(["unshare", "--uts", "sh", "-c"])
            .arg("hostname \"$0\" && exec \"$@\"")
            .arg(format!("n{host}"))
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(Stdio::null());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => there.env(name, value),
                None => there.env_remove(name),
            };
        }
        there
    }

    /// Makes a program that runs commands on a host, as ssh does: its arguments are an address and a command.
    pub(crate) fn remote_shell(&self, folder: &Path) -> String {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.join("remote-shell");
        let text = format!(
            "#!/bin/sh\nhost=$((${{1##*.}} - 10)); shift\n\
             exec nsenter --net=/run/netns/{}n$host unshare --uts \\\n\
             sh -c 'hostname \"$0\" && exec sh -c \"$1\"' n$host \"$*\"\n",
            self.tag
        );
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
        path.display().to_string()
    }

    /// The address of a host.
    pub(crate) fn address(&self, host: usize) -> String {
        format!("{}.{}", self.net, 10 + host)
    }

    /// Ends everything on a host at once, as a power cut does.
    pub(crate) fn crash(&self, host: usize) {
        let listed = Command::new("ip")
            .args(["netns", "pids", &self.space(host)])
            .output()
            .unwrap();
        for process in String::from_utf8_lossy(&listed.stdout).split_whitespace() {
            // It may have ended by now.
            let _ = Command::new("kill").args(["-KILL", process]).status();
        }
    }

    /// Pulls the cable of a host, or plugs it in again.
    pub(crate) fn plug(&self, host: usize, state: &str) {
        assert!(ip(&["link", "set", &self.cable(host), state]));
    }

    fn bridge(&self) -> String {
        format!("{}br", self.tag)
    }

    fn space(&self, host: usize) -> String {
        format!("{}n{host}", self.tag)
    }

    fn cable(&self, host: usize) -> String {
        format!("{}v{host}", self.tag)
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        for host in 1..=self.count {
            self.crash(host);
            ip(&["netns", "del", &self.space(host)]);
            ip(&["link", "del", &self.cable(host)]);
        }
        ip(&["link", "del", &self.bridge()]);
    }
}

fn ip(args: &[&str]) -> bool {
    let mut command = Command::new("ip");
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Makes a library that has a program see a clock which is an hour ahead, for `LD_PRELOAD`.
pub(crate) fn fast_clock(folder: &Path) -> String {
    const SOURCE: &str = r#"
        unsafe extern "C" { fn syscall(number: i64, ...) -> i64; }
        const NUMBER: i64 = if cfg!(target_arch = "x86_64") { 228 } else { 113 };
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32 {
            let result = unsafe { syscall(NUMBER, clock, time) };
            if clock == 0 && result == 0 { unsafe { (*time)[0] += 3600 } }
            if result == 0 { 0 } else { -1 }
        }
    "#;
    let (source, library) = (folder.join("clock.rs"), folder.join("libclock.so"));
    std::fs::write(&source, SOURCE).unwrap();
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let built = Command::new(rustc)
        .args([
            "--edition",
            "2024",
            "--crate-type",
            "cdylib",
            "-C",
            "panic=abort",
            "-o",
        ])
        .arg(&library)
        .arg(&source)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&built.stderr).into_owned();
    assert!(built.status.success(), "{errors}");
    let mut date = Command::new("date");
    let date = date
        .arg("+%s")
        .env("LD_PRELOAD", &library)
        .output()
        .unwrap();
    let ahead: i64 = String::from_utf8_lossy(&date.stdout)
        .trim()
        .parse()
        .unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap()
        .as_secs();
    assert!(ahead - now.cast_signed() > 3500, "{errors}");
    library.display().to_string()
}
