//! What a program and its worker processes say to each other: frames of a length and a postcard message.

use std::io::{self, Read, Write};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The version of this protocol; both ends are the same executable, so it guards against a worker that is not.
pub(super) const VERSION: u32 = 3;

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
    /// What the place that it works for is given.
    pub(super) context: Vec<u8>,
    /// What people are told of the place where it works.
    pub(super) title: String,
}

/// What a worker is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// What it is there for; the first of all.
    Hello(Hello),
    /// Jobs, to be run one after the other.
    Jobs { count: usize, list: Bytes },
    /// Give back the jobs that are not begun.
    Return,
    /// The jobs are called off: tell the one that runs.
    CallOff,
    /// There are no more jobs: let go of everything and end.
    Close,
}

/// The postcard form of something that only the end which needs it reads.
#[derive(Debug)]
pub(super) struct Bytes(pub(super) Vec<u8>);

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

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer<R> {
    /// It is where its jobs are run.
    Ready,
    /// It is where it should be and cannot work; the text says why.
    Refused(String),
    /// The job that ran has ended.
    Ended {
        /// How.
        end: End<R>,
        /// Time on cores, in nanoseconds.
        cpu: u64,
        /// The most memory in RAM, in bytes.
        peak: Option<u64>,
    },
    /// So many jobs at the end of its queue will not run here.
    Returned(usize),
}

/// How a job ended in a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum End<R> {
    Done(R),
    Failed(String),
    TimedOut,
    Cancelled,
}

/// Writes a message as one frame, in one write.
pub(super) fn send<T: Serialize>(
    to: &mut impl Write,
    buffer: &mut Vec<u8>,
    message: &T,
) -> io::Result<()> {
    buffer.clear();
    buffer.extend([0; HEAD]);
    let written = postcard::to_extend(message, std::mem::take(buffer));
    *buffer = written.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let length = u32::try_from(buffer.len() - HEAD)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a message of more than 4 GiB"))?;
    if let Some(head) = buffer.first_chunk_mut::<HEAD>() {
        *head = length.to_le_bytes();
    }
    to.write_all(buffer)
}

const HEAD: usize = 4;

/// Frames as they come in.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    buffer: Vec<u8>,
    /// Where the first message that was not taken begins.
    start: usize,
}

impl Incoming {
    /// The next whole message that is here already.
    pub(super) fn take<T: DeserializeOwned>(&mut self) -> Option<io::Result<T>> {
        let here = self.buffer.get(self.start..)?;
        let (head, rest) = here.split_first_chunk::<HEAD>()?;
        let length = usize::try_from(u32::from_le_bytes(*head)).ok()?;
        let body = rest.get(..length)?;
        let message = postcard::from_bytes(body)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error));
        self.start += HEAD + length;
        Some(message)
    }

    /// Reads what there is, at least one byte; 0 at the end.
    pub(super) fn fill(&mut self, from: &mut impl Read) -> io::Result<usize> {
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
    pub(super) fn next<T: DeserializeOwned>(&mut self, from: &mut impl Read) -> io::Result<T> {
        loop {
            if let Some(message) = self.take() {
                return message;
            }
            if self.fill(from)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// How much is read at once.
const READ: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_through_in_pieces_of_any_size() {
        let mut bytes = Vec::new();
        let mut buffer = Vec::new();
        let (count, list) = (2, Bytes(vec![1, 2]));
        send(&mut bytes, &mut buffer, &Order::Jobs { count, list }).unwrap();
        send(&mut bytes, &mut buffer, &Order::Return).unwrap();
        for size in 1..bytes.len() {
            let mut incoming = Incoming::default();
            let mut seen = Vec::new();
            for mut piece in bytes.chunks(size) {
                incoming.fill(&mut piece).unwrap();
                while let Some(order) = incoming.take::<Order>() {
                    seen.push(format!("{:?}", order.unwrap()));
                }
            }
            assert_eq!(seen, ["Jobs { count: 2, list: Bytes([1, 2]) }", "Return"]);
        }
    }

    #[test]
    fn what_is_no_message_is_an_error_and_a_short_one_waits() {
        let mut incoming = Incoming::default();
        incoming.fill(&mut &[1, 0, 0, 0, 99][..]).unwrap();
        assert!(incoming.take::<Order>().unwrap().is_err());
        incoming.fill(&mut &[200, 0, 0, 0, 1][..]).unwrap();
        assert!(incoming.take::<Order>().is_none());
        assert!(incoming.next::<Order>(&mut &[][..]).is_err(), "the end");
    }
}
