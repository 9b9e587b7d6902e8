use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use memchr::memmem;

use super::frame::{HEADER, MAGIC, READ, open};

/// The longest record that is read: a longer one is taken for damage.
const LONGEST: u64 = 1 << 30;

/// The records of a file, one after the other; other bytes are skipped.
#[derive(Debug)]
pub(crate) struct FrameReader {
    file: File,
    len: u64,
    at: u64,
    /// How many stretches were skipped.
    pub(crate) damaged: u64,
    /// How many records have a version that this program does not read.
    pub(crate) other_version: u64,
}

impl FrameReader {
    pub(crate) fn new(file: File) -> std::io::Result<Self> {
        Ok(Self {
            len: file.metadata()?.len(),
            file,
            at: 0,
            damaged: 0,
            other_version: 0,
        })
    }

    /// The bytes of the next whole record.
    pub(crate) fn next(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut lost = false;
        while self.at < self.len {
            if let Some(bytes) = self.read_record()? {
                let length = bytes.len() as u64;
                if let Some(record) = open(&bytes) {
                    self.at += length;
                    if !READ.contains(&record.version) {
                        self.other_version += 1;
                        continue;
                    }
                    return Ok(Some(bytes));
                }
            }
            if !std::mem::replace(&mut lost, true) {
                self.damaged += 1;
            }
            self.at = self.next_magic(self.at + 1)?;
        }
        Ok(None)
    }

    /// The bytes of what looks like a record at this place.
    fn read_record(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut bytes = self.read(self.at, HEADER as u64)?;
        let length = bytes.get(MAGIC.len() + 3..).and_then(<[u8]>::first_chunk);
        let Some(length) = length.map(|length| u64::from(u32::from_le_bytes(*length))) else {
            return Ok(None);
        };
        let payload = self.at + HEADER as u64;
        let fits = bytes.len() == HEADER && length <= LONGEST && length <= self.len - payload;
        if !bytes.starts_with(MAGIC) || !fits {
            return Ok(None);
        }
        bytes.extend(self.read(payload, length)?);
        Ok(Some(bytes))
    }

    /// Where the first bytes of a record stand next, from `from` on; the end if nowhere.
    fn next_magic(&mut self, from: u64) -> std::io::Result<u64> {
        const WINDOW: u64 = 1 << 16;
        let mut from = from;
        while from < self.len {
            let window = self.read(from, WINDOW)?;
            if let Some(at) = memmem::find(&window, MAGIC) {
                return Ok(from + at as u64);
            }
            // The windows overlap, so that none is missed between two.
            from += (window.len() as u64)
                .saturating_sub(MAGIC.len() as u64 - 1)
                .max(1);
        }
        Ok(self.len)
    }

    /// Up to `count` bytes; never more than the file has, whatever a record says.
    fn read(&mut self, at: u64, count: u64) -> std::io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(at))?;
        let mut bytes = Vec::new();
        (&mut self.file).take(count).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
