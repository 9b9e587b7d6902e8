//! A picture as its pixels.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// A picture's darkness, a byte for each pixel.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) rows: Vec<Vec<u8>>,
}

impl Picture {
    /// Reads a PNG file of 8 bits a channel, as both renderers write them.
    pub(crate) fn read(path: &Path) -> Self {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(path).unwrap()));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().unwrap();
        let mut raw = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut raw).unwrap();
        let channels = info.color_type.samples();
        // The darkest channel that is a colour.
        let colors = channels - usize::from(channels.is_multiple_of(2));
        let dark = |pixel: &[u8]| 255 - pixel[..colors].iter().min().unwrap();
        let row = |line: &[u8]| line.chunks_exact(channels).map(dark).collect();
        Self {
            width: info.width as usize,
            rows: raw[..info.buffer_size()]
                .chunks_exact(info.line_size)
                .map(row)
                .collect(),
        }
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
