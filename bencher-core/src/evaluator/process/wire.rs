//! The messages between a program and its worker processes: frames of a head and a postcard message.

use std::io::{self, Read, Write};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::panics;

/// The version of this protocol; both ends are the same executable, so it guards against a worker that is not.
pub(super) const VERSION: u32 = 4;

/// The first message to a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    pub(super) version: u32,
    /// How much memory the worker may map.
    pub(super) memory: Option<u64>,
    /// Which of the workers it is, from 0.
    pub(super) number: usize,
    /// The number of the worker whose core it stays on.
    pub(super) core: Option<usize>,
    /// How long a job may take.
    pub(super) time: Option<Duration>,
    /// The data for the place that it works for.
    pub(super) context: Vec<u8>,
    /// The name of its place for people.
    pub(super) title: String,
}

/// A message to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum WorkerCommand {
    /// The role of the worker; the first message.
    Hello(Hello),
    /// Jobs, to be run one after the other.
    Jobs(Vec<EncodedJob>),
    /// Return the jobs that have not begun.
    Return,
    /// The jobs are cancelled: ask the running job to stop.
    Cancel,
    /// There are no more jobs: release everything and end.
    Close,
}

/// One job, with its arguments in a form of their own: arguments that cannot be read back concern no other job.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EncodedJob {
    pub(super) id: u64,
    pub(super) args: Bytes,
}

/// How arguments become bytes, and bytes become results.
#[derive(Debug)]
pub(super) struct Codec<A, R> {
    pub(super) encode: fn(&A) -> Result<Bytes, String>,
    pub(super) decode: fn(Bytes) -> Result<R, String>,
}

impl<A, R> Clone for Codec<A, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, R> Copy for Codec<A, R> {}

impl<A: Serialize, R: DeserializeOwned> Codec<A, R> {
    /// Their postcard forms.
    pub(super) const POSTCARD: Self = Self {
        encode,
        decode: |bytes| decode(&bytes),
    };
}

#[cfg(feature = "cluster")]
impl Codec<Bytes, Bytes> {
    /// Bytes that others encode and decode.
    pub(super) const RELAY: Self = Self {
        encode: |bytes| Ok(bytes.clone()),
        decode: Ok,
    };
}

/// The postcard form of something that only the end which needs it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Bytes(pub(in super::super) Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        from.deserialize_bytes(Visitor)
    }
}

/// A message from a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum WorkerMessage {
    /// The worker has reached its place.
    Ready,
    /// The worker has reached its place and cannot work; the text gives the reason.
    Refused(String),
    /// A job has ended.
    Ended {
        /// Its number.
        id: u64,
        /// Its outcome.
        end: EncodedOutcome,
        /// Time on cores, in nanoseconds.
        cpu: u64,
        /// The most memory in RAM, in bytes.
        peak: Option<u64>,
    },
    /// This number of jobs at the end of its queue will not run here.
    Returned(usize),
}

/// How a job ended in a worker; a result has a form of its own, like the arguments.
#[derive(Debug, Serialize, Deserialize)]
pub(in super::super) enum EncodedOutcome {
    Done(Bytes),
    Failed(String),
    TimedOut,
    Cancelled,
}

/// The binary form of arguments or of a result.
///
/// # Errors
/// Why there is none, in words.
pub(in super::super) fn encode<T: Serialize>(value: &T) -> Result<Bytes, String> {
    let encoded = panics::catch(AssertUnwindSafe(|| postcard::to_extend(value, Vec::new())))?;
    encoded.map(Bytes).map_err(|error| error.to_string())
}

/// Decodes the arguments or the result from these bytes, which must be used completely.
///
/// # Errors
/// Why they cannot be read back, in words.
pub(in super::super) fn decode<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, String> {
    const HINT: &str = "its `Deserialize` does not read what its `Serialize` writes; binary formats do not support \
                        `skip_serializing_if`, `flatten` or `untagged`";
    let decoded = panics::catch(AssertUnwindSafe(|| postcard::take_from_bytes(&bytes.0)))?;
    match decoded {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(format!(
            "{} of {} bytes are left over: {HINT}",
            rest.len(),
            bytes.0.len()
        )),
        Err(error) => Err(format!("{error}: {HINT}")),
    }
}

/// Messages on their way out, each a frame with a number and two checksums.
///
/// A job is foreign code, which may write to a descriptor that is not its own. Bytes that such code puts between
/// frames, and frames that it takes away, are noticed by the other end.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    frames: Vec<u8>,
    /// The message that is being made.
    body: Vec<u8>,
    /// How many bytes at the start of `frames` are sent.
    sent: usize,
    /// The number of the next frame.
    number: u32,
}

impl Outgoing {
    /// Adds a message to those that are to be sent.
    pub(super) fn add<T: Serialize>(&mut self, message: &T) -> io::Result<()> {
        let invalid = |reason: String| io::Error::new(io::ErrorKind::InvalidInput, reason);
        self.body.clear();
        let body = postcard::to_extend(message, std::mem::take(&mut self.body));
        self.body = body.map_err(|error| invalid(error.to_string()))?;
        let head = Head {
            length: u32::try_from(self.body.len())
                .map_err(|_| invalid("a message of more than 4 GiB".to_owned()))?,
            number: self.number,
            body: checksum(&self.body, self.number),
        };
        if self.is_empty() {
            self.frames.clear();
            self.sent = 0;
        }
        self.frames.extend(head.bytes());
        self.frames.append(&mut self.body);
        self.number = self.number.wrapping_add(1);
        Ok(())
    }

    /// Whether everything is sent.
    pub(super) const fn is_empty(&self) -> bool {
        self.sent == self.frames.len()
    }

    /// The bytes that are not sent yet.
    pub(super) fn unsent(&self) -> &[u8] {
        self.frames.get(self.sent..).unwrap_or_default()
    }

    /// Records that this number of further bytes is sent.
    pub(super) fn advance(&mut self, count: usize) {
        self.sent = (self.sent + count).min(self.frames.len());
    }

    /// Sends everything, however long it takes.
    pub(super) fn send_all(&mut self, mut to: impl Write) -> io::Result<()> {
        let sent = to.write_all(self.unsent());
        // A partly sent message cannot be taken back or sent again.
        self.advance(self.frames.len());
        sent
    }
}

/// The head of every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    /// How many bytes the message has.
    length: u32,
    /// How many messages came before it on this way.
    number: u32,
    /// The checksum of the message.
    body: u64,
}

const HEAD: usize = 24;

impl Head {
    fn bytes(&self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        let (start, end) = bytes.split_at_mut(HEAD - 8);
        for (place, byte) in start.iter_mut().zip(self.fields()) {
            *place = byte;
        }
        end.copy_from_slice(&checksum(start, self.number).to_le_bytes());
        bytes
    }

    fn fields(&self) -> impl Iterator<Item = u8> {
        let (length, number) = (self.length.to_le_bytes(), self.number.to_le_bytes());
        length
            .into_iter()
            .chain(number)
            .chain(self.body.to_le_bytes())
    }

    /// The head of the message of this number, if these bytes are that.
    fn read(bytes: &[u8; HEAD], number: u32) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (_, rest) = rest.split_first_chunk::<4>()?;
        let head = Self {
            length: u32::from_le_bytes(*length),
            number,
            body: u64::from_le_bytes(*rest.first_chunk::<8>()?),
        };
        (head.bytes() == *bytes).then_some(head)
    }
}

fn checksum(bytes: &[u8], number: u32) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(bytes, number.into())
}

/// Frames as they come in.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    buffer: Vec<u8>,
    start: usize,
    /// The number of the next message.
    number: u32,
}

impl Incoming {
    /// The next whole message that is here already.
    ///
    /// After an error nothing that comes can be trusted, and every further call is an error, too.
    pub(super) fn take<T: DeserializeOwned>(&mut self) -> Option<io::Result<T>> {
        let broken = || Some(Err(io::Error::new(io::ErrorKind::InvalidData, BROKEN)));
        let here = self.buffer.get(self.start..)?;
        let (head, rest) = here.split_first_chunk::<HEAD>()?;
        let Some(head) = Head::read(head, self.number) else {
            return broken();
        };
        let length = usize::try_from(head.length).ok()?;
        let body = rest.get(..length)?;
        if checksum(body, head.number) != head.body {
            return broken();
        }
        match postcard::take_from_bytes(body) {
            Ok((message, [])) => {
                self.start += HEAD + length;
                self.number = self.number.wrapping_add(1);
                Some(Ok(message))
            }
            _ => broken(),
        }
    }

    /// Reads what there is, at least one byte; 0 at the end.
    pub(super) fn fill(&mut self, mut from: impl Read) -> io::Result<usize> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let held = self.buffer.len();
        self.buffer.resize(held + READ, 0);
        let read = loop {
            match from.read(self.buffer.get_mut(held..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let got = *read.as_ref().unwrap_or(&0);
        self.buffer.truncate(held + got);
        read
    }

    /// The next message, however long it takes.
    pub(super) fn next<T: DeserializeOwned>(&mut self, mut from: impl Read) -> io::Result<T> {
        loop {
            if let Some(message) = self.take() {
                return message;
            }
            if self.fill(&mut from)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// The error of a connection that carried other data than messages.
pub(super) const BROKEN: &str = "the connection between the program and its worker process carried bytes that are \
                                 not messages of bencher: code of a job wrote to a file descriptor that is not its \
                                 own, or read from it";

/// How much is read at once.
const READ: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;

    fn commands() -> [WorkerCommand; 2] {
        let job = |id, args: &[u8]| EncodedJob {
            id,
            args: Bytes(args.to_vec()),
        };
        [
            WorkerCommand::Jobs(vec![job(7, &[1, 2]), job(8, &[])]),
            WorkerCommand::Return,
        ]
    }

    fn frames() -> Vec<u8> {
        let mut outgoing = Outgoing::default();
        for command in commands() {
            outgoing.add(&command).unwrap();
        }
        outgoing.unsent().to_vec()
    }

    /// All messages of some bytes, in words; the last is an error where there is one.
    fn read(bytes: &[u8], size: usize) -> Vec<String> {
        let mut incoming = Incoming::default();
        let mut seen = Vec::new();
        for mut piece in bytes.chunks(size) {
            incoming.fill(&mut piece).unwrap();
            while let Some(command) = incoming.take::<WorkerCommand>() {
                match command {
                    Ok(command) => seen.push(format!("{command:?}")),
                    Err(_) => return [seen, vec!["broken".to_owned()]].concat(),
                }
            }
        }
        seen
    }

    #[test]
    fn messages_come_through_in_pieces_of_any_size() {
        let bytes = frames();
        let expected = commands().map(|command| format!("{command:?}"));
        for size in 1..=bytes.len() {
            assert_eq!(read(&bytes, size), expected, "pieces of {size} bytes");
        }
    }

    #[test]
    fn a_changed_bit_a_foreign_byte_and_a_lost_message_are_noticed() {
        let bytes = frames();
        let first = format!("{:?}", commands()[0]);
        let is_noticed = |changed: &[u8], what: &str| {
            let seen = read(changed, usize::MAX);
            let cut = seen.last().is_none_or(|last| last != "broken");
            // A message that misses its end is waited for; none that is wrong is handed out.
            assert!(!cut || seen.len() < 2, "{what}: {seen:?}");
            assert!(
                seen.iter().all(|text| *text == first || text == "broken"),
                "{what}: {seen:?}"
            );
        };
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                is_noticed(&changed, &format!("bit {bit} of byte {at}"));
            }
            let mut changed = bytes.clone();
            changed.insert(at, 0);
            is_noticed(&changed, &format!("a byte before {at}"));
            changed = bytes.clone();
            changed.remove(at);
            is_noticed(&changed, &format!("without byte {at}"));
        }
        let mut outgoing = Outgoing::default();
        outgoing.add(&commands()[0]).unwrap();
        let length = outgoing.unsent().len();
        assert_eq!(
            read(&bytes[length..], usize::MAX),
            ["broken"],
            "the first is gone"
        );
        let twice = [&bytes[..length], &bytes[..length]].concat();
        assert_eq!(
            read(&twice, usize::MAX),
            [first.clone(), "broken".to_owned()],
            "the first came twice"
        );
        for foreign in [&[b'x'; 4096][..], &[0; 4096]] {
            let seen = read(&[&bytes[..length], foreign].concat(), usize::MAX);
            assert_eq!(seen, [first.clone(), "broken".to_owned()]);
        }
    }

    #[test]
    fn a_message_that_has_no_form_leaves_no_trace() {
        let mut outgoing = Outgoing::default();
        assert!(outgoing.add(&(1, Unwritable)).is_err());
        outgoing.add(&WorkerCommand::Close).unwrap();
        assert_eq!(read(outgoing.unsent(), 3), ["Close"]);
    }

    struct Unwritable;

    impl Serialize for Unwritable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no form"))
        }
    }

    /// Writes fewer fields than it reads.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Uneven {
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<u8>,
        value: u64,
    }

    #[test]
    fn what_cannot_be_read_back_is_an_error() {
        let whole = Uneven {
            note: Some(3),
            value: 1,
        };
        assert_eq!(decode(&encode(&whole).unwrap()), Ok(whole));
        // The value is read as whether there is a note: one byte is missing, or left over.
        for value in [0, 1, 2, 300, u64::MAX] {
            let error =
                decode::<Uneven>(&encode(&Uneven { note: None, value }).unwrap()).unwrap_err();
            assert!(error.contains("skip_serializing_if"), "{error}");
        }
        assert!(
            decode::<u8>(&encode(&[1_u8, 2]).unwrap())
                .unwrap_err()
                .starts_with("1 of 2 bytes")
        );
        assert_eq!(
            encode(&Unwritable).unwrap_err(),
            "Serde Serialization Error"
        );
    }
}
