//! The machine beside its processor: memory, system, and whether it is virtual.

use super::cpu;
use super::source::Source;

/// The memory in bytes, as the kernel has it: a little less than what is built in.
pub(super) fn memory(source: &impl Source) -> Option<u64> {
    let info = source.text("/proc/meminfo")?;
    let total = cpu::field(&info, "MemTotal")?;
    let kibibytes: u64 = total.strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Memory rounded up to a size that is built in, so that machines with the same memory agree though
/// their kernels keep different parts of it: a multiple of a quarter of the power of two below it.
pub(super) fn rounded_memory(bytes: u64) -> u64 {
    let step = (1_u64 << bytes.max(1).ilog2()).div_ceil(4);
    bytes.checked_next_multiple_of(step).unwrap_or(bytes)
}

/// The name of the operating system and its release.
pub(super) fn os(source: &impl Source) -> String {
    let release = source.text("/etc/os-release").unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = name.map(|name| name.trim_matches(['"', '\'']));
    name.filter(|name| !name.is_empty())
        .unwrap_or(std::env::consts::OS)
        .to_owned()
}

/// The virtual machine that this is, by name where it has one.
pub(super) fn virtual_machine(source: &impl Source) -> Option<String> {
    /// What vendors of virtual machines and clouds call theirs.
    const KNOWN: [(&str, &str); 13] = [
        ("qemu", "QEMU"),
        ("kvm", "KVM"),
        ("vmware", "VMware"),
        ("virtualbox", "VirtualBox"),
        ("xen", "Xen"),
        ("bochs", "Bochs"),
        ("parallels", "Parallels"),
        ("bhyve", "bhyve"),
        ("virtual machine", "Hyper-V"),
        ("google compute engine", "Google Compute Engine"),
        ("openstack", "OpenStack"),
        ("apple virtualization", "Apple Virtualization"),
        ("amazon ec2", "Amazon EC2"),
    ];
    let dmi = ["sys_vendor", "product_name", "board_vendor"]
        .map(|name| source.line(&format!("/sys/class/dmi/id/{name}")));
    let text: Vec<String> = dmi.into_iter().flatten().collect();
    let text = text.join(" ").to_lowercase();
    let xen = || source.line("/sys/hypervisor/type");
    let is_virtual = cpu::has_hypervisor(source);
    let named = KNOWN.iter().find(|(part, _)| text.contains(part));
    match named {
        // Whole machines are let under the name of the cloud, too.
        Some((_, "Amazon EC2")) if !is_virtual && text.contains(".metal") => None,
        Some((_, name)) => Some((*name).to_owned()),
        None if is_virtual => Some(xen().unwrap_or_else(|| "unknown hypervisor".to_owned())),
        None => xen().or_else(|| source.line("/proc/device-tree/hypervisor/compatible")),
    }
}

/// The container that this runs in, by the program that made it.
pub(super) fn container(source: &impl Source) -> Option<String> {
    if source.exists("/run/.containerenv") {
        return Some("podman".to_owned());
    }
    if source.exists("/.dockerenv") {
        return Some("docker".to_owned());
    }
    let groups = source.text("/proc/self/cgroup").unwrap_or_default();
    let known = ["kubepods", "docker", "lxc", "libpod"];
    let found = known.into_iter().find(|name| groups.contains(name));
    found.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::rounded_memory;

    #[test]
    fn memory_is_rounded_to_what_is_built_in() {
        const GIB: u64 = 1 << 30;
        for (kibibytes, gibibytes) in [
            (16_074_464, 16),
            (16_266_000, 16),
            (32_780_000, 32),
            (8_007_000, 8),
            (6_100_000, 6),
            (3_884_000, 4),
        ] {
            assert_eq!(rounded_memory(kibibytes * 1024), gibibytes * GIB);
        }
        assert_eq!(rounded_memory(0), 0);
        assert_eq!(rounded_memory(u64::MAX), u64::MAX);
    }
}
