/// Bytes as text that an address can carry (RFC 4648, with padding).
pub(super) fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    let digit = |sextet: u8| {
        DIGITS
            .get(usize::from(sextet & 63))
            .copied()
            .unwrap_or(b'=')
    };
    for chunk in bytes.chunks(3) {
        let (a, b, c) = match *chunk {
            [a, b, c] => (a, Some(b), Some(c)),
            [a, b] => (a, Some(b), None),
            [a] => (a, None, None),
            _ => break,
        };
        let (second, third) = (b.unwrap_or(0), c.unwrap_or(0));
        text.push(char::from(digit(a >> 2)));
        text.push(char::from(digit(a << 4 | second >> 4)));
        text.push(b.map_or('=', |b| char::from(digit(b << 2 | third >> 6))));
        text.push(c.map_or('=', |c| char::from(digit(c))));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_usual_one() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v")] {
            assert_eq!(encode(bytes.as_bytes()), text);
        }
    }
}
