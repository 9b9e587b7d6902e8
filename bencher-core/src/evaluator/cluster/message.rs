//! The messages between a coordinator and its workers: each in an envelope with a version and a checksum.
//!
//! A server may be shared, so nothing that comes from it is trusted. A message that is too large, or that is not
//! exactly what it should be, is refused and counted.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::super::outcome::Usage;
use super::super::process::{Bytes, EncodedOutcome, decode, encode};
use super::HostRule;
use crate::measure::Environment;

/// The first bytes of every message.
const MAGIC: [u8; 4] = *b"bnc\x01";
/// Magic number and checksum.
const HEAD: usize = MAGIC.len() + size_of::<u64>();
/// The largest message that is read, in bytes: the largest that a server should be set to.
pub(super) const MOST_BYTES: usize = 64 << 20;

/// What the headers and the other parts of a message may take, in bytes, beside its jobs or results.
pub(super) const ROOM: usize = 4096;
/// The smallest limit of a server for its messages, in bytes: parts of the context, settings and groups of results must
/// fit. By default the limit is 1 MB.
pub(super) const LEAST_PAYLOAD: usize = 512 << 10;

/// The name of a job: the digest of its content, and the number of its submission. The upper half of the number names
/// the coordinator.
pub(super) type JobName = (u128, u64);

/// The request of a worker to take part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Join {
    pub(super) worker: WorkerName,
    /// Its executable.
    pub(super) code: u128,
    /// The sweep that it was started for; `None` accepts any of its program.
    pub(super) sweep: Option<String>,
    /// Its machine.
    pub(super) environment: Environment,
}

/// Which worker sends something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct WorkerName {
    pub(super) host: String,
    /// A random number, new each time that a worker joins. A host and a number of a process would not do: containers
    /// may share both, and a worker may join twice.
    pub(super) instance: u64,
}

/// The answer to a worker that wants to take part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum JoinReply {
    Welcome(Box<Welcome>),
    Refused(Refused),
}

/// A run of the program cannot use a worker; another one may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refused {
    pub(super) sweep: String,
    pub(super) reason: String,
}

/// Everything that a worker must know, but for the context, which has its own messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Welcome {
    pub(super) sweep: String,
    /// The number of the coordinator.
    pub(super) run: u32,
    /// The place at which the worker process runs jobs, and its name for people.
    pub(super) place: String,
    pub(super) title: String,
    /// The command line of the coordinator, without the program.
    pub(super) args: Vec<Vec<u8>>,
    /// The settings in its environment.
    pub(super) environment: Vec<(String, Vec<u8>)>,
    pub(super) time: Option<Duration>,
    pub(super) memory: Option<u64>,
    pub(super) output: u64,
    pub(super) pin: bool,
    /// Which hosts run jobs, and how many at a time.
    pub(super) rule: HostRule,
    /// The data for the place: its length in bytes, and its digest.
    pub(super) context_length: u64,
    pub(super) context_digest: u128,
    /// How long a worker is believed that says nothing about its chunk.
    pub(super) lease: Duration,
}

/// The bytes of the context that one message has.
pub(super) const CONTEXT_PART: usize = 256 << 10;

/// Jobs that travel together.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Chunk {
    /// How many workers were lost while they had these jobs.
    pub(super) losses: u32,
    pub(super) jobs: Vec<ChunkJob>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ChunkJob {
    pub(super) name: JobName,
    pub(super) args: Bytes,
}

/// Results of one worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) worker: WorkerName,
    /// How long its latest jobs took, each.
    pub(super) nanoseconds: u64,
    pub(super) results: Vec<JobResult>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct JobResult {
    pub(super) name: JobName,
    pub(super) end: EncodedOutcome,
    /// Whether it failed because no message could hold its value.
    pub(super) is_oversized: bool,
    pub(super) usage: Option<Usage>,
    /// The class of the machine that ran it.
    pub(super) machine: u128,
}

/// What a worker says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Notice {
    /// It is alive, and runs this number of jobs at the same time.
    Beat(WorkerName, u32),
    /// It was given a chunk that another worker was given before.
    Redelivered(WorkerName),
    /// It cannot take part; the text says why.
    Refused(WorkerName, String),
    /// It waits for its turn to run timed jobs on its host, and who has the turn; none where it waits no longer.
    Waits(WorkerName, Option<String>),
    /// Its machine as it is now.
    Describes(WorkerName, Box<Environment>),
    /// It ends.
    Leaves(WorkerName),
}

/// What a coordinator says to all workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Control {
    /// The coordinator with the number `run` is alive. Workers of an earlier one join again, since its settings may
    /// differ. Where one host measures, its worker is named.
    Alive { run: u32, measuring: Option<u64> },
    /// The worker that measures is to describe its machine.
    Describe,
    /// Jobs that have not begun are cancelled; running jobs are asked to stop.
    Cancel,
    /// Running jobs are ended.
    Expire,
    /// The sweep has ended.
    Ended,
}

/// Why a message was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Oversized,
    Malformed,
}

/// The bytes of a message.
///
/// # Errors
/// Why it has none, in words.
pub(super) fn pack<T: Serialize>(message: &T) -> Result<Vec<u8>, String> {
    let Bytes(body) = encode(message)?;
    let mut bytes = Vec::with_capacity(HEAD + body.len());
    bytes.extend(MAGIC);
    bytes.extend(xxh3_64(&body).to_le_bytes());
    bytes.extend(body);
    Ok(bytes)
}

/// The message that these bytes are.
///
/// # Errors
/// Where they are too many, or no such message.
pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    if bytes.len() > MOST_BYTES {
        return Err(Refusal::Oversized);
    }
    let rest = bytes.strip_prefix(&MAGIC).ok_or(Refusal::Malformed)?;
    let (sum, body) = rest.split_first_chunk().ok_or(Refusal::Malformed)?;
    if u64::from_le_bytes(*sum) != xxh3_64(body) {
        return Err(Refusal::Malformed);
    }
    decode(&Bytes(body.to_vec())).map_err(|_| Refusal::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice() -> Notice {
        let worker = WorkerName {
            host: "n1\n</script>".to_owned(),
            instance: 7,
        };
        Notice::Beat(worker, 2)
    }

    #[test]
    fn a_message_is_read_back() {
        let bytes = pack(&notice()).unwrap();
        assert_eq!(unpack::<Notice>(&bytes), Ok(notice()));
    }

    #[test]
    fn every_changed_cut_or_longer_message_is_refused() {
        let bytes = pack(&notice()).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x40;
            assert_eq!(
                unpack::<Notice>(&changed),
                Err(Refusal::Malformed),
                "byte {at}"
            );
            assert_eq!(
                unpack::<Notice>(&bytes[..at]),
                Err(Refusal::Malformed),
                "cut at {at}"
            );
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(unpack::<Notice>(&longer), Err(Refusal::Malformed));
        assert_eq!(
            unpack::<Notice>(&vec![0; MOST_BYTES + 1]),
            Err(Refusal::Oversized)
        );
    }

    #[test]
    fn a_message_of_another_type_is_refused() {
        let bytes = pack(&Control::Ended).unwrap();
        assert_eq!(unpack::<Join>(&bytes), Err(Refusal::Malformed));
    }

    #[test]
    fn a_length_that_lies_takes_no_memory() {
        // A list of 2^60 jobs, as postcard would write its length.
        let mut body = vec![0];
        body.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(xxh3_64(&body).to_le_bytes());
        bytes.extend(body);
        assert!(unpack::<Chunk>(&bytes).is_err());
    }
}
