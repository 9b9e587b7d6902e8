/// Bytes as text that a script element can carry: every four as five digits, the first one highest, and the last n bytes
/// as n + 1 digits. It is a sixteenth shorter than base64. The build script packs plotly.js with this same file.
pub(super) fn encode(bytes: &[u8]) -> String {
    // As in Z85, without the sign that begins a tag.
    const DIGITS: &[u8; 85] =
        b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&~>()[]{}@%$#";
    let mut text = String::with_capacity(bytes.len().div_ceil(4) * 5);
    for chunk in bytes.chunks(4) {
        let mut word = [0; 4];
        for (slot, byte) in word.iter_mut().zip(chunk) {
            *slot = *byte;
        }
        let word = u32::from_be_bytes(word);
        let powers = [85_u32.pow(4), 85_u32.pow(3), 85_u32.pow(2), 85, 1];
        for power in powers.into_iter().take(chunk.len() + 1) {
            let digit = usize::try_from(word / power % 85).unwrap_or(0);
            text.push(char::from(DIGITS.get(digit).copied().unwrap_or(b'0')));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_z85_but_for_one() {
        // The test vector of ZeroMQ's RFC 32.
        let bytes = [0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b];
        assert_eq!(encode(&bytes), "HelloWorld");
        assert_eq!(encode(&[0xff; 4]), "%nSc0");
        assert_eq!(
            [0, 1, 2, 3, 4, 5].map(|n| encode(&[7; 5][..n]).len()),
            [0, 2, 3, 4, 5, 7]
        );
        let all: String = (0..=u16::MAX).map(|n| encode(&n.to_be_bytes())).collect();
        assert!(!all.contains('<') && all.is_ascii());
    }
}
