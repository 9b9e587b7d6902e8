//! The characters of the installed fonts.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::render::glyphs::{MISSING, Ranges};

/// The replacement for a character that no font has.
const REPLACEMENTS: [char; 2] = [MISSING, '?'];

/// The characters that gnuplot can draw at the size of the text around them.
pub(super) struct Fonts {
    /// Those that a font with outlines has; `None` where fontconfig does not answer.
    outlines: Option<Ranges>,
    /// Those that a font of coloured pictures has, which cairo may draw at the size of the whole picture.
    pictures: Ranges,
}

impl Fonts {
    /// The fonts of this machine; asked once per process.
    pub(super) fn installed() -> &'static Self {
        static INSTALLED: OnceLock<Fonts> = OnceLock::new();
        INSTALLED.get_or_init(|| Self {
            outlines: ask(":color=false:scalable=true"),
            pictures: ask(":color=true").unwrap_or_default(),
        })
    }

    /// The character, or what stands for it where no font has it: the box of pango is as large as the
    /// whole picture.
    pub(super) fn drawn(&self, c: char) -> char {
        if self.has(c) {
            return c;
        }
        let known = REPLACEMENTS.into_iter().find(|c| self.has(*c));
        known.unwrap_or(' ')
    }

    fn has(&self, c: char) -> bool {
        if c.is_ascii_graphic() || c == ' ' {
            return true;
        }
        match &self.outlines {
            Some(outlines) => outlines.has(c) && !self.pictures.has(c),
            None => is_common(c),
        }
    }
}

/// The characters that nearly every font has: Latin, Greek and Cyrillic letters, and a few signs.
fn is_common(c: char) -> bool {
    matches!(u32::from(c), 0xa1..=0xac | 0xae..=0x17f | 0x391..=0x3a9 | 0x3b1..=0x3c9 | 0x401..=0x45f
        | 0x2013 | 0x2014 | 0x2018..=0x201e | 0x2026 | 0x2212 | 0x2264 | 0x2265)
}

/// The characters of all fonts that fit a pattern.
fn ask(pattern: &str) -> Option<Ranges> {
    let output = Command::new("fc-list")
        .args(["--format=%{charset}\n", pattern, "charset"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(Ranges::of(&text)).filter(|ranges| !ranges.is_empty() || pattern.contains("true:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_font_draws_at_its_size_is_drawn() {
        let fonts = Fonts {
            outlines: Some(Ranges::of("20-7e a0-2cd 25a1\n20-7e 3b1-3c9 1f600\n")),
            pictures: Ranges::of("23 1f600-1f64f\n"),
        };
        let drawn: String = "aµα#日😀🙂".chars().map(|c| fonts.drawn(c)).collect();
        assert_eq!(drawn, "aµα#□□□");
        let fonts = Fonts {
            outlines: Some(Ranges::of("20-7e")),
            ..fonts
        };
        assert_eq!(fonts.drawn('µ'), '?');
        let silent = Fonts {
            outlines: None,
            pictures: Ranges::default(),
        };
        let drawn: String = "aµω…日".chars().map(|c| silent.drawn(c)).collect();
        assert_eq!(drawn, "aµω…?");
    }

    #[test]
    fn fontconfig_answers() {
        let fonts = Fonts::installed();
        assert!(fonts.outlines.is_some(), "this test needs fontconfig");
        assert_eq!(fonts.drawn('µ'), 'µ');
        assert_eq!(fonts.drawn('\u{10_fffd}'), '□');
    }
}
