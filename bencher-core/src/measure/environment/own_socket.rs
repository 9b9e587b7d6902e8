//! The socket that this process is pinned to.

use super::source::{Source, ThisMachine};
use super::{cpu, machine};

/// Finds the socket of this process again and again, since others may pin it while it runs.
#[derive(Debug, Default)]
pub(crate) struct OwnSocket {
    /// The last list of allowed cores, with its socket: the topology of a machine does not change.
    last: Option<(String, Option<u64>)>,
}

impl OwnSocket {
    /// The socket that has all cores which this process may run on. None where there are several, where that is
    /// unknown, and on a virtual machine, whose sockets may be cores of one.
    pub(crate) fn now(&mut self) -> Option<u64> {
        self.read(&ThisMachine)
    }

    fn read(&mut self, source: &impl Source) -> Option<u64> {
        let allowed = cpu::allowed_list(source)?;
        match &self.last {
            Some((list, socket)) if *list == allowed => *socket,
            _ => {
                let is_virtual = machine::virtual_machine(source).is_some();
                let socket = socket_of(source, &allowed).filter(|_| !is_virtual);
                self.last = Some((allowed, socket));
                socket
            }
        }
    }
}

/// The socket that has all cores of a list.
fn socket_of(source: &impl Source, list: &str) -> Option<u64> {
    let mut cores = cpu::core_list(list)?.into_iter();
    let socket = |core: u32| {
        let path = format!("{}/cpu{core}/topology/physical_package_id", cpu::CPUS);
        source.number(&path)
    };
    let first = socket(cores.next()?)?;
    cores
        .all(|core| socket(core) == Some(first))
        .then_some(first)
}

#[cfg(test)]
mod tests {
    use super::super::tests::Machine;
    use super::*;

    /// A machine with two sockets of two cores.
    fn server(allowed: &str) -> Machine {
        let cores = [(0, 0), (1, 1), (2, 0), (3, 1)].into_iter();
        cores
            .fold(Machine::default(), |machine, (core, socket)| {
                let path =
                    format!("/sys/devices/system/cpu/cpu{core}/topology/physical_package_id");
                machine.with(&path, &format!("{socket}\n"))
            })
            .with(
                "/proc/self/status",
                &format!("Cpus_allowed_list:\t{allowed}\n"),
            )
    }

    #[test]
    fn a_process_on_cores_of_one_socket_is_pinned_to_it() {
        let mut own = OwnSocket::default();
        // It is pinned anew while it runs.
        for (allowed, socket) in [
            ("0-3", None),
            ("0,2", Some(0)),
            ("0,2", Some(0)),
            ("3", Some(1)),
            ("2-3", None),
            ("4", None),
        ] {
            assert_eq!(own.read(&server(allowed)), socket, "{allowed}");
        }
        assert_eq!(own.read(&Machine::default()), None, "it says nothing");
    }

    #[test]
    fn sockets_of_a_virtual_machine_are_not_believed() {
        let virtual_machine = server("0,2").with("/sys/class/dmi/id/sys_vendor", "QEMU\n");
        assert_eq!(OwnSocket::default().read(&virtual_machine), None);
    }
}
