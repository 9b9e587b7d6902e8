//! A picture as its pixels.

use std::fs;
use std::io::Read;
use std::path::Path;

/// A picture's darkness, a byte for each pixel.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) rows: Vec<Vec<u8>>,
}

impl Picture {
    /// Reads a PNG file of 8 bits a channel, as both renderers write them.
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let (width, height) = (number(16), number(20));
        assert_eq!(bytes[24], 8, "bits");
        let channels = match bytes[25] {
            0 => 1,
            2 => 3,
            6 => 4,
            other => panic!("colours of sort {other}"),
        };
        let mut packed = Vec::new();
        let mut at = 8;
        while at + 8 < bytes.len() {
            let length = number(at);
            if &bytes[at + 4..at + 8] == b"IDAT" {
                packed.extend(&bytes[at + 8..at + 8 + length]);
            }
            at += length + 12;
        }
        let mut raw = Vec::new();
        let mut unpacked = flate2::read::ZlibDecoder::new(packed.as_slice());
        unpacked.read_to_end(&mut raw).unwrap();
        let line = width * channels;
        let mut before = vec![0_u8; line];
        let mut rows = Vec::new();
        for coded in raw.chunks(line + 1).take(height) {
            let mut row = coded[1..].to_vec();
            for n in 0..line {
                let left = if n >= channels { row[n - channels] } else { 0 };
                let corner = if n >= channels {
                    before[n - channels]
                } else {
                    0
                };
                let guess = match coded[0] {
                    0 => 0,
                    1 => left,
                    2 => before[n],
                    3 => u8::midpoint(left, before[n]),
                    _ => paeth(left, before[n], corner),
                };
                row[n] = row[n].wrapping_add(guess);
            }
            let light = |pixel: &[u8]| pixel.iter().take(3).copied().min().unwrap();
            rows.push(
                row.chunks(channels)
                    .map(|pixel| 255 - light(pixel))
                    .collect(),
            );
            before = row;
        }
        Self { width, rows }
    }

    /// The share of pixels that are not nearly white.
    pub(crate) fn ink(&self) -> f64 {
        let dark = self
            .rows
            .iter()
            .flatten()
            .filter(|dark| **dark > 100)
            .count();
        dark as f64 / (self.width * self.rows.len()) as f64
    }

    /// How many stretches of columns have ink, between two heights from the top in percent.
    pub(crate) fn columns(&self, from: usize, to: usize) -> usize {
        let row = |percent: usize| percent * self.rows.len() / 100;
        let rows = &self.rows[row(from)..row(to)];
        let inked: Vec<bool> = (0..self.width)
            .map(|x| rows.iter().any(|row| row[x] > 100))
            .collect();
        // The dot of an i stands a few pixels from its stroke.
        let (mut stretches, mut blank) = (0, usize::MAX);
        for inked in inked {
            if inked {
                stretches += usize::from(blank > 6);
                blank = 0;
            } else {
                blank = blank.saturating_add(1);
            }
        }
        stretches
    }

    /// The shades, from 0 for white, that cover at least a fiftieth of the picture each: those of areas.
    pub(crate) fn areas(&self) -> Vec<u8> {
        let mut counts = [0; 256];
        for dark in self.rows.iter().flatten() {
            counts[usize::from(*dark)] += 1;
        }
        let least = self.width * self.rows.len() / 50;
        (0..=255)
            .filter(|dark| counts[usize::from(*dark)] >= least)
            .collect()
    }

    /// Whether a border of the picture has ink.
    pub(crate) fn touches_its_border(&self) -> bool {
        let dark = |dark: &u8| *dark > 100;
        let sides = |row: &Vec<u8>| dark(&row[0]) || dark(&row[self.width - 1]);
        self.rows.iter().any(sides)
            || self.rows.first().unwrap().iter().any(dark)
            || self.rows.last().unwrap().iter().any(dark)
    }
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i32::from);
    let guess = a + b - c;
    let nearest = [a, b, c].into_iter().min_by_key(|x| (guess - x).abs());
    u8::try_from(nearest.unwrap()).unwrap()
}
