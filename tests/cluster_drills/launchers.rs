//! Starts workers with the programs of a site: a real Slurm, a real mpirun, and a stand-in for ssh, on three simulated
//! hosts. One host of Slurm crashes.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cluster::{PATIENCE, Site, cells, serial, start};
use crate::hosts::Hosts;

const USER: &str = "authorization { user: \"me\", password: \"secret\" }";
const SECRET: &str = "user = me\npassword = secret\n";

/// Whether programs are there; otherwise a message says what is not checked.
fn are_there(what: &str, programs: &[&str], packages: &str) -> bool {
    let missing = programs.iter().find(|program| {
        let mut command = Command::new(program);
        command
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_err()
    });
    if let Some(program) = missing {
        eprintln!("\nNOT CHECKED: {what}; `{program}` is missing (Debian: {packages})\n");
    }
    missing.is_none()
}

/// Without these, mpirun starts nothing as root.
const AS_ROOT: [(&str, &str); 3] = [
    ("NUMBERS_PAUSE", "40"),
    ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
    ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
];

#[test]
fn mpirun_starts_workers() {
    if !are_there("workers that mpirun starts", &["mpirun"], "openmpi-bin") {
        return;
    }
    let (store, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let args = ["--executor", "cluster", "--launch", "mpirun:3"];
    let Some(hosts) = Hosts::new(3) else {
        let here = [&AS_ROOT[..], &[("OMPI_MCA_rmaps_base_oversubscribe", "1")]].concat();
        let mut run = start(store.path(), &here, &args);
        assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
        assert_eq!(cells(&run.text("stdout")), serial(&[]));
        return;
    };
    let site = Site::start_on(&hosts.hub(), true, USER, SECRET);
    let list = [1, 2, 3].map(|host| format!("{} slots=1\n", hosts.address(host)));
    let list_path = folder.path().join("hosts").display().to_string();
    std::fs::write(&list_path, list.concat()).unwrap();
    let (shell, net) = (
        hosts.remote_shell(folder.path()),
        format!("{}/24", hosts.hub()),
    );
    let there = [
        ("OMPI_MCA_orte_default_hostfile", &*list_path),
        ("OMPI_MCA_plm_rsh_agent", &*shell),
        ("OMPI_MCA_oob_tcp_if_include", &*net),
    ];
    let mut run = site.run(store.path(), &[&AS_ROOT[..], &there].concat(), &args);
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    let stdout = run.text("stdout");
    assert_eq!(cells(&stdout), serial(&[]));
    let state = run.last_state();
    let names: Vec<&str> = (state["hosts"].as_array().unwrap().iter())
        .filter_map(|host| host["host"].as_str())
        .collect();
    assert_eq!(names, ["n1", "n2", "n3"]);
}

/// A stand-in for ssh in a folder: as a real one, it joins its words, has the shell of the host read them, and passes no
/// variable on. Without simulated hosts, this machine is each of them.
fn make_ssh(folder: &Path, hosts: Option<&Hosts>) {
    use std::os::unix::fs::PermissionsExt;
    let shell = match hosts {
        Some(hosts) => format!(
            "exec env -i PATH=\"$PATH\" {} \"$host\" \"$*\"",
            hosts.remote_shell(folder)
        ),
        None => "exec env -i PATH=\"$PATH\" sh -c \"$*\"".to_owned(),
    };
    let text = format!(
        "#!/bin/sh\n[ \"$1 $2 $3\" = '-o BatchMode=yes --' ] || exit 99\nhost=$4; shift 4\n{shell}\n"
    );
    let path = folder.join("ssh");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn ssh_starts_workers_on_the_hosts_of_a_file() {
    let (store, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let hosts = Hosts::new(3);
    make_ssh(folder.path(), hosts.as_ref());
    // A shell would split the name of this file, and end at its quote.
    let list = folder.path().join("the site's hosts");
    let address = |host| match &hosts {
        Some(hosts) => hosts.address(host),
        None => format!("host{host}"),
    };
    let lines = format!("{} 2\n# {}\n{}\n", address(1), address(2), address(3));
    std::fs::write(&list, lines).unwrap();
    let path = format!(
        "{}:{}",
        folder.path().display(),
        std::env::var("PATH").unwrap()
    );
    let hub = hosts.as_ref().map_or("127.0.0.1".to_owned(), Hosts::hub);
    let site = Site::start_on(&hub, hosts.is_some(), USER, SECRET);
    let launch = format!("ssh:{}", list.display());
    let args = ["--executor", "cluster", "--launch", &launch];
    let mut run = site.run(
        store.path(),
        &[("PATH", &path), ("NUMBERS_PAUSE", "40")],
        &args,
    );
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    assert_eq!(cells(&run.text("stdout")), serial(&[]));
    let state = run.last_state();
    let hosts_seen = state["hosts"].as_array().unwrap().iter();
    let seen: Vec<(&str, u64)> = hosts_seen
        .filter_map(|host| Some((host["host"].as_str()?, host["jobs"].as_u64()?)))
        .collect();
    match hosts {
        Some(_) => assert_eq!([seen[0].0, seen[1].0], ["n1", "n3"], "{seen:?}"),
        None => assert_eq!(seen.len(), 1, "{seen:?}"),
    }
    assert!(seen.iter().all(|(_, jobs)| *jobs > 0), "{seen:?}");
}

#[test]
fn a_launcher_that_ends_without_workers_ends_the_sweep_in_its_own_words() {
    use std::os::unix::fs::PermissionsExt;
    let (store, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = folder.path().join("mpirun");
    std::fs::write(&path, "#!/bin/sh\necho 'there is no room' >&2\nexit 3\n").unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    let here = folder.path().display().to_string();
    let paths = format!("{here}:{}", std::env::var("PATH").unwrap());
    let args = ["--executor", "cluster", "--launch", "mpirun:2"];
    let mut run = start(store.path(), &[("PATH", &paths)], &args);
    assert_eq!(run.end(), Some(1), "{}", run.text("stderr"));
    let printed = run.text("stdout") + &run.text("stderr");
    for part in [
        "the launcher has ended",
        "exit status: 3",
        "there is no room",
    ] {
        assert!(printed.contains(part), "{printed}");
    }
    run.leaves_nothing();
}

/// A Slurm with its own configuration and state: the daemons end with it.
struct SlurmCluster {
    folder: tempfile::TempDir,
    daemons: Vec<std::process::Child>,
}

impl Drop for SlurmCluster {
    fn drop(&mut self) {
        for daemon in &mut self.daemons {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

impl SlurmCluster {
    fn start(hosts: &Hosts, count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut slurm = Self {
            folder,
            daemons: Vec::new(),
        };
        let path = slurm.folder.path().display().to_string();
        let name = Command::new("hostname").output().unwrap();
        let name = String::from_utf8_lossy(&name.stdout).trim().to_owned();
        let mut text = format!(
            "ClusterName=drill\nSlurmctldHost={name}({})\nSlurmctldPort=17817\nSlurmdPort=17818\n\
             AuthType=auth/munge\nAuthInfo=socket={path}/munge.socket\nCredType=cred/munge\n\
             SlurmUser=root\nSlurmdUser=root\nStateSaveLocation={path}/state\n\
             SlurmdSpoolDir={path}/spool.%n\nSlurmctldPidFile={path}/slurmctld.pid\n\
             SlurmdPidFile={path}/slurmd.%n.pid\nProctrackType=proctrack/linuxproc\n\
             TaskPlugin=task/none\nJobAcctGatherType=jobacct_gather/none\n\
             AccountingStorageType=accounting_storage/none\nMpiDefault=none\nReturnToService=2\n\
             SelectType=select/cons_tres\nSelectTypeParameters=CR_CPU\n\
             SchedulerParameters=sched_interval=1,batch_sched_delay=0\nSlurmdTimeout=20\n\
             KillWait=2\nSlurmdParameters=config_overrides\n",
            hosts.hub()
        );
        for host in 1..=count {
            let address = hosts.address(host);
            let _ = writeln!(
                text,
                "NodeName=n{host} NodeAddr={address} NodeHostname=n{host} CPUs=2 RealMemory=4000"
            );
            std::fs::create_dir(slurm.folder.path().join(format!("spool.n{host}"))).unwrap();
        }
        let _ = writeln!(
            text,
            "PartitionName=main Nodes=n[1-{count}] Default=YES MaxTime=INFINITE"
        );
        std::fs::create_dir(slurm.folder.path().join("state")).unwrap();
        std::fs::write(slurm.conf(), text).unwrap();
        slurm.start_munge(&path);
        let mut controller = Command::new("slurmctld");
        controller.arg("-D");
        slurm.launch(controller);
        for host in 1..=count {
            let mut daemon = Command::new("slurmd");
            daemon.args(["-D", "-N", &format!("n{host}")]);
            slurm.launch(hosts.on(host, &daemon));
        }
        slurm.until("all hosts are idle", |slurm| {
            let idle = slurm.ask("sinfo", &["-h", "-t", "idle", "-o", "%D"]);
            idle.trim() == count.to_string()
        });
        slurm
    }

    /// The service by which the daemons know each other, with a key and a socket of its own.
    fn start_munge(&mut self, path: &str) {
        let key = self.folder.path().join("munge.key");
        let random: Vec<u8> = (0..1024_u32).map(|n| (n * n % 251) as u8).collect();
        std::fs::write(&key, random).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&key, private).unwrap();
        let mut munge = Command::new("munged");
        munge.args(["--foreground", "--force"]);
        for (option, file) in [
            ("key-file", "munge.key"),
            ("socket", "munge.socket"),
            ("pid-file", "munge.pid"),
            ("log-file", "munge.log"),
            ("seed-file", "munge.seed"),
        ] {
            munge.arg(format!("--{option}={path}/{file}"));
        }
        self.launch(munge);
        let socket = self.folder.path().join("munge.socket");
        self.until("munge listens", |_| socket.exists());
    }

    fn conf(&self) -> std::path::PathBuf {
        self.folder.path().join("slurm.conf")
    }

    fn launch(&mut self, mut command: Command) {
        let number = self.daemons.len();
        let log = self.folder.path().join(format!("daemon-{number}.log"));
        let log = std::fs::File::create(log).unwrap();
        command
            .env("SLURM_CONF", self.conf())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        self.daemons.push(command.spawn().unwrap());
    }

    fn ask(&self, program: &str, args: &[&str]) -> String {
        let mut command = Command::new(program);
        let done = command.args(args).env("SLURM_CONF", self.conf()).output();
        String::from_utf8_lossy(&done.unwrap().stdout).into_owned()
    }

    fn until(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !is_so(self) {
            let logs = (0..self.daemons.len()).map(|number| {
                let log = self.folder.path().join(format!("daemon-{number}.log"));
                std::fs::read_to_string(log).unwrap_or_default()
            });
            assert!(Instant::now() < end, "{what}\n{}", logs.collect::<String>());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn slurm_starts_workers_whose_host_may_crash_and_cancels_them() {
    const PROGRAMS: [&str; 5] = ["slurmctld", "slurmd", "sbatch", "srun", "munged"];
    if !are_there("workers that Slurm starts", &PROGRAMS, "slurm-wlm, munge") {
        return;
    }
    let Some(hosts) = Hosts::new(3) else { return };
    let slurm = SlurmCluster::start(&hosts, 3);
    let site = Site::start_on(&hosts.hub(), true, USER, SECRET);
    let store = tempfile::tempdir().unwrap();
    let conf = slurm.conf().display().to_string();
    let output = slurm.folder.path().join("job-%a.out").display().to_string();
    let launch = format!("slurm:n=3,mem=200M,exclusive=user,nodes=1,output={output}");
    let environment = [("NUMBERS_PAUSE", "150"), ("SLURM_CONF", &conf)];
    let args = ["--executor", "cluster", "--launch", &launch];
    let mut run = site.run(store.path(), &environment, &args);
    run.until_done(10);
    // As at the end of its time: all processes of the job get the signal, and the worker ends its sample before it
    // leaves.
    let jobs = slurm.ask("squeue", &["-h", "-w", "n1", "-o", "%i"]);
    let jobs: Vec<&str> = jobs.split_whitespace().collect();
    slurm.ask("scancel", &["--signal=TERM", jobs[0]]);
    run.until("a worker of n1 has left", |run| {
        let state = run.last_state();
        let mut hosts = state["hosts"].as_array()?.iter();
        let host = hosts.find(|host| host["host"] == "n1")?;
        (host["alive"] == jobs.len() - 1).then_some(())
    });
    hosts.crash(2);
    assert_eq!(run.end(), Some(0), "{}", run.text("stderr"));
    let stdout = run.text("stdout");
    assert_eq!(cells(&stdout), serial(&[]));
    let state = run.last_state();
    assert!(state["hosts"].as_array().unwrap().len() > 1, "{state}");
    let left = |slurm: &SlurmCluster| slurm.ask("squeue", &["-h", "-t", "PD,R", "-o", "%i"]);
    slurm.until("no job is left", |slurm| left(slurm).trim().is_empty());
    assert!(Path::new(&conf).exists());
}
