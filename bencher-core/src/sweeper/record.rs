//! The lines of the journal and of the files beside it.
//!
//! A line is `VERSION CHECKSUM KIND FIELDS`. The checksum is the XXH3-64, in 16 hexadecimal digits, of the rest of the
//! line, with the version as its seed. A line of an element has all information on it, and the last readable line
//! counts. A damaged line therefore affects nothing else, and a snapshot consists of the last line of each element.

use std::io::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::transition::ElementState;

/// The version of lines that this program writes.
const VERSION: u32 = 1;

/// The content of a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line {
    /// The state of an element.
    Element(ElementRecord),
    /// The owner of claims.
    Owner(OwnerRecord),
    /// A heartbeat.
    Heartbeat(Heartbeat),
    /// An element itself, as JSON.
    Saved(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ElementRecord {
    pub(super) id: u128,
    pub(super) state: ElementState,
    /// How often it was claimed.
    pub(super) attempts: u32,
    /// The handle of the last transition.
    pub(super) owner: u64,
    /// When, in milliseconds since 1970.
    pub(super) at: u64,
    pub(super) note: Option<Box<Note>>,
}

/// The data of an element beside its state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Note {
    /// The reason of its last return or skip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// Its result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) result: Option<Json>,
}

/// One handle on a sweep.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OwnerRecord {
    /// A random number.
    pub(super) key: u64,
    /// When it began, in milliseconds since 1970.
    pub(super) since: u64,
    pub(super) process: u32,
    /// The identity of its host.
    pub(super) host: u64,
    /// The host's name.
    pub(super) name: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heartbeat {
    pub(super) number: u64,
    /// When, in milliseconds since 1970.
    pub(super) at: u64,
}

/// Why a line is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineError {
    /// Not a record, cut short, or changed.
    Damaged,
    /// A record of a later version of this program.
    Newer(u32),
}

/// Appends a line, with its end.
pub(super) fn write_line(line: &Line, to: &mut Vec<u8>) {
    let start = to.len();
    // Writing into a vector cannot fail; a note that has no JSON was refused before.
    let _ = match line {
        Line::Element(element) => write!(
            to,
            "1 0000000000000000 {} {:032x} {} {:016x} {}",
            letter(element.state),
            element.id,
            element.attempts,
            element.owner,
            element.at
        ),
        Line::Owner(owner) => write!(
            to,
            "1 0000000000000000 o {:016x} {} {} {:016x} {}",
            owner.key,
            owner.since,
            owner.process,
            owner.host,
            Json::from(owner.name.as_str())
        ),
        // Of one length always, so that it is written over the one before.
        Line::Heartbeat(beat) => write!(
            to,
            "1 0000000000000000 b {:016x} {:016x}",
            beat.number, beat.at
        ),
        Line::Saved(json) => write!(to, "1 0000000000000000 e {json}"),
    };
    if let Line::Element(ElementRecord {
        note: Some(note), ..
    }) = line
    {
        to.push(b' ');
        let _ = serde_json::to_writer(&mut *to, note);
    }
    let digits = checksum(VERSION, to.get(start + HEAD..).unwrap_or_default());
    if let Some(place) = to.get_mut(start + 2..start + HEAD - 1) {
        place.copy_from_slice(&hexadecimal(digits));
    }
    to.push(b'\n');
}

/// The bytes before what the checksum is of.
const HEAD: usize = 2 + 16 + 1;

/// Reads a line, without its end.
pub(super) fn read_line(line: &[u8]) -> Result<Line, LineError> {
    let (version, rest) = split(line).ok_or(LineError::Damaged)?;
    let (check, body) = split(rest).ok_or(LineError::Damaged)?;
    let version: u32 = number(version).ok_or(LineError::Damaged)?;
    if check.len() != 16 || from_hex(check) != Some(u128::from(checksum(version, body))) {
        return Err(LineError::Damaged);
    }
    if version != VERSION {
        return Err(LineError::Newer(version));
    }
    read_body(body).ok_or(LineError::Damaged)
}

fn read_body(body: &[u8]) -> Option<Line> {
    let (kind, rest) = split(body)?;
    let state = match kind {
        b"t" => ElementState::Todo,
        b"g" => ElementState::InProgress,
        b"d" => ElementState::Done,
        b"s" => ElementState::Skipped,
        b"o" => return read_owner(rest),
        b"b" => {
            let (number, at) = split(rest)?;
            let (number, at) = (short(from_hex(number)?)?, short(from_hex(at)?)?);
            return Some(Line::Heartbeat(Heartbeat { number, at }));
        }
        b"e" => return Some(Line::Saved(std::str::from_utf8(rest).ok()?.to_owned())),
        _ => return None,
    };
    let (id, rest) = split(rest)?;
    let (attempts, rest) = split(rest)?;
    let (owner, rest) = split(rest)?;
    let (at, note) = match split(rest) {
        Some((at, note)) => (at, Some(serde_json::from_slice(note).ok()?)),
        None => (rest, None),
    };
    Some(Line::Element(ElementRecord {
        id: from_hex(id)?,
        state,
        attempts: number(attempts)?,
        owner: short(from_hex(owner)?)?,
        at: number(at)?,
        note,
    }))
}

fn read_owner(rest: &[u8]) -> Option<Line> {
    let (key, rest) = split(rest)?;
    let (since, rest) = split(rest)?;
    let (process, rest) = split(rest)?;
    let (host, name) = split(rest)?;
    Some(Line::Owner(OwnerRecord {
        key: short(from_hex(key)?)?,
        since: number(since)?,
        process: number(process)?,
        host: short(from_hex(host)?)?,
        name: serde_json::from_slice(name).ok()?,
    }))
}

const fn letter(state: ElementState) -> char {
    match state {
        ElementState::Todo => 't',
        ElementState::InProgress => 'g',
        ElementState::Done => 'd',
        ElementState::Skipped => 's',
    }
}

fn checksum(version: u32, body: &[u8]) -> u64 {
    xxh3_64_with_seed(body, u64::from(version))
}

/// The parts before and after the first space.
fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b' ', text)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn number<N: std::str::FromStr>(digits: &[u8]) -> Option<N> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn short(number: u128) -> Option<u64> {
    u64::try_from(number).ok()
}

fn from_hex(digits: &[u8]) -> Option<u128> {
    let (head, tail) = digits.split_at_checked(digits.len().saturating_sub(16))?;
    let tail = from_short_hex(tail).filter(|_| !tail.is_empty())?;
    Some(u128::from(from_short_hex(head)?) << 64 | u128::from(tail))
}

/// Up to 16 digits.
fn from_short_hex(digits: &[u8]) -> Option<u64> {
    let (mut number, mut seen) = (0, 0);
    for digit in digits {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            // No digit: looked at once, behind the loop.
            _ => u8::MAX,
        };
        number = number << 4 | u64::from(value & 15);
        seen |= value;
    }
    (seen < 16 && digits.len() <= 16).then_some(number)
}

fn hexadecimal(number: u64) -> [u8; 16] {
    let mut digits = [b'0'; 16];
    for (at, digit) in digits.iter_mut().enumerate() {
        let value = (number >> (60 - 4 * at) & 15) as u8;
        *digit = if value < 10 {
            b'0' + value
        } else {
            b'a' + value - 10
        };
    }
    digits
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in super::super) fn element(id: u128, state: ElementState) -> ElementRecord {
        ElementRecord {
            id,
            state,
            attempts: 1,
            owner: 7,
            at: 1_780_000_000_000,
            note: None,
        }
    }

    fn lines() -> Vec<Line> {
        let noted = ElementRecord {
            note: Some(Box::new(Note {
                error: Some("no\nspace \"left\"".to_owned()),
                result: Some(serde_json::json!({"seconds": 0.25})),
            })),
            ..element(u128::MAX, ElementState::Skipped)
        };
        vec![
            Line::Element(element(1, ElementState::Todo)),
            Line::Element(element(0, ElementState::InProgress)),
            Line::Element(element(u128::MAX, ElementState::Done)),
            Line::Element(noted),
            Line::Owner(OwnerRecord {
                key: u64::MAX,
                since: 1,
                process: 12,
                host: 3,
                name: "a host\u{2028}\n".to_owned(),
            }),
            Line::Heartbeat(Heartbeat { number: 1, at: 2 }),
            Line::Saved(r#"{"a b":"\n"}"#.to_owned()),
        ]
    }

    fn written(line: &Line) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_line(line, &mut bytes);
        assert_eq!(bytes.pop(), Some(b'\n'));
        assert!(!bytes.contains(&b'\n'));
        bytes
    }

    #[test]
    fn lines_come_back() {
        for line in lines() {
            assert_eq!(read_line(&written(&line)), Ok(line));
        }
        let line = written(&lines().remove(0));
        assert_eq!(
            String::from_utf8(line).unwrap(),
            "1 f52a07e227666e03 t 00000000000000000000000000000001 1 0000000000000007 1780000000000"
        );
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen() {
        for line in lines() {
            let bytes = written(&line);
            for bit in 0..bytes.len() * 8 {
                let mut damaged = bytes.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(read_line(&damaged), Err(LineError::Damaged), "bit {bit}");
            }
            for length in 0..bytes.len() {
                assert_eq!(read_line(&bytes[..length]), Err(LineError::Damaged));
            }
        }
    }

    #[test]
    fn a_later_version_is_named() {
        let body = b"whatever it says";
        let mut line = format!("2 {:016x} ", checksum(2, body)).into_bytes();
        line.extend_from_slice(body);
        assert_eq!(read_line(&line), Err(LineError::Newer(2)));
    }

    /// A body with the checksum that belongs to it.
    fn sealed(body: &[u8]) -> Vec<u8> {
        let mut line = format!("1 {:016x} ", checksum(1, body)).into_bytes();
        line.extend_from_slice(body);
        line
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_line(&bytes);
            let _ = read_line(&sealed(&bytes));
        }

        #[test]
        fn no_change_of_a_record_makes_reading_panic(
            which in 0..7_usize,
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut body = written(&lines()[which]).split_off(HEAD);
            // Where a line ends is seen before it is read.
            for (at, byte) in changes.into_iter().filter(|(_, byte)| *byte != b'\n') {
                *at.get_mut(&mut body) = byte;
            }
            if let Ok(line) = read_line(&sealed(&body)) {
                // A record that was read is written in a form that can be read.
                let bytes = written(&line);
                prop_assert_eq!(read_line(&bytes), Ok(line));
            }
            body.truncate(cut.index(body.len()));
            let _ = read_line(&sealed(&body));
        }

        #[test]
        fn records_come_back(
            id: u128, attempts: u32, owner: u64, at: u64, error in prop::option::of(".*"),
        ) {
            let note = error.map(|error| Box::new(Note { error: Some(error), result: None }));
            let record = ElementRecord { id, attempts, owner, at, note, state: ElementState::Done };
            let line = Line::Element(record);
            prop_assert_eq!(read_line(&written(&line)), Ok(line));
        }
    }
}
