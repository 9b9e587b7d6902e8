use std::fmt;
use std::io::{self, ErrorKind, Read};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::Value;

/// A 128-bit identity: XXH3-128 over canonical bytes, the same on every machine.
///
/// It prints as 32 hexadecimal digits.
///
/// ```
/// use bencher_core::value::Digest;
/// let digest = Digest::of(b"bencher");
/// assert_eq!(digest, Digest::of(b"bencher"));
/// assert_eq!(digest.to_string().len(), 32);
/// assert_eq!(Digest(1).to_bytes()[15], 1);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest(pub u128);

impl Digest {
    /// Computes the digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(xxh3_128(bytes))
    }

    /// Computes the digest of everything that a reader has, in pieces of 64 KiB.
    ///
    /// ```
    /// use bencher_core::value::Digest;
    /// assert_eq!(Digest::of_reader(&mut &b"bencher"[..])?, Digest::of(b"bencher"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// The first error of the reader.
    pub fn of_reader(reader: &mut dyn Read) -> io::Result<Self> {
        const PIECE: usize = 1 << 16;
        let (mut hash, mut buffer) = (Xxh3::new(), vec![0; PIECE]);
        loop {
            let count = match reader.read(&mut buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            match buffer.get(..count) {
                Some([]) | None => return Ok(Self(hash.digest128())),
                Some(bytes) => hash.update(bytes),
            }
        }
    }

    /// The digest as part of a key: big-endian, which keeps the order.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Writes canonical bytes. Every part has a tag and its length, so that two different lists of parts never have the
/// same bytes.
///
/// ```
/// use bencher_core::value::{KeyWriter, Value};
/// let key = |a: &str, b: &str| {
///     let mut key = KeyWriter::default();
///     key.text(a);
///     key.text(b);
///     key.digest()
/// };
/// assert_ne!(key("ab", "c"), key("a", "bc"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct KeyWriter {
    bytes: Vec<u8>,
}

impl KeyWriter {
    /// Appends a text.
    pub fn text(&mut self, text: &str) {
        self.bytes.push(b't');
        self.length(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Appends a whole number.
    pub fn number(&mut self, number: u128) {
        self.bytes.push(b'n');
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    /// Appends a value.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Bool(b) => self.bytes.extend_from_slice(&[b'b', u8::from(*b)]),
            Value::Int(i) => {
                self.bytes.push(b'i');
                self.bytes.extend_from_slice(&i.to_le_bytes());
            }
            Value::Big(u) => {
                self.bytes.push(b'u');
                self.bytes.extend_from_slice(&u.to_le_bytes());
            }
            Value::Float(x) => {
                self.bytes.push(b'f');
                self.float(*x);
            }
            Value::Text(text) => self.text(text),
            Value::Vector(items) => {
                self.bytes.push(b'v');
                self.length(items.len());
                for x in items.iter() {
                    self.float(*x);
                }
            }
            Value::DateTime(nanoseconds) => {
                self.bytes.push(b'd');
                self.bytes.extend_from_slice(&nanoseconds.to_le_bytes());
            }
            Value::Item(item) => {
                self.bytes.push(b'o');
                self.length(item.parts().len());
                self.text(item.name());
                for (name, part) in item.parts() {
                    self.text(name);
                    self.value(part);
                }
            }
            Value::Payload(payload) => {
                self.bytes.push(b'p');
                self.text(payload.name());
                self.text(payload.media_type());
                self.number(payload.digest().0);
            }
        }
    }

    /// The bytes written so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The identity of the bytes written so far.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// Removes everything behind the first `length` bytes, so that the bytes before can be reused.
    ///
    /// ```
    /// use bencher_core::value::{KeyWriter, Value};
    /// let mut key = KeyWriter::default();
    /// key.text("len");
    /// let (name, length) = (key.digest(), key.bytes().len());
    /// key.value(&Value::from(16));
    /// assert_ne!(key.digest(), name);
    /// key.truncate(length);
    /// assert_eq!(key.digest(), name);
    /// ```
    pub fn truncate(&mut self, length: usize) {
        self.bytes.truncate(length);
    }

    fn length(&mut self, length: usize) {
        self.bytes.extend_from_slice(&(length as u64).to_le_bytes());
    }

    fn float(&mut self, x: f64) {
        let bits = if x.is_nan() {
            f64::NAN.to_bits() & !(1 << 63)
        } else {
            x.to_bits()
        };
        self.bytes.extend_from_slice(&bits.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_digest() {
        // The empty input's XXH3-128, seed 0, from the specification's own test suite.
        assert_eq!(
            Digest::of(b"").to_string(),
            "99aa06d3014798d86001c324468d497f"
        );
    }

    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from(ErrorKind::OutOfMemory))
        }
    }

    #[test]
    fn a_reader_has_the_digest_of_its_bytes_at_every_length_and_its_errors_are_passed_on() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        for length in [0, 1, 240, 241, 65_535, 65_536, 65_537, 200_000] {
            let bytes = &bytes[..length];
            assert_eq!(Digest::of_reader(&mut &*bytes).unwrap(), Digest::of(bytes));
        }
        let error = Digest::of_reader(&mut Broken).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfMemory);
    }

    #[test]
    fn equal_values_equal_bytes() {
        let digest = |value: Value| {
            let mut key = KeyWriter::default();
            key.value(&value);
            key.digest()
        };
        assert_ne!(digest(Value::Float(-0.0)), digest(Value::Float(0.0)));
        assert_eq!(
            digest(Value::Float(f64::NAN)),
            digest(Value::Float(-f64::NAN))
        );
        assert_ne!(digest(Value::Float(1.0)), digest(Value::Int(1)));
        assert_ne!(digest(Value::Bool(true)), digest(Value::Int(1)));
    }
}
