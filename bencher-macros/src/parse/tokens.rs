//! Tokens as such: what identifies some, and how they read.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

/// A number that stands for some tokens (32-bit FNV-1a), whatever the space between them and whichever compiler
/// reads them.
pub(crate) fn fingerprint(tokens: TokenStream) -> u32 {
    let mut hash = Fnv(0x811c_9dc5);
    hash.stream(tokens);
    hash.0
}

struct Fnv(u32);

impl Fnv {
    fn stream(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        // It is none of the user's.
                        Delimiter::None => ("", ""),
                    };
                    self.text(open);
                    self.stream(group.stream());
                    self.text(close);
                }
                other => self.text(&other.to_string()),
            }
        }
    }

    /// A token; its end counts, so that `ab c` is not `a bc`.
    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
}

/// Tokens as one would write them in a name: `Vec<u8>`, with space only between words and after commas.
pub(crate) fn compact(tokens: impl ToTokens) -> String {
    let mut text = String::new();
    for part in tokens.to_token_stream().to_string().split_whitespace() {
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let last = text.chars().last();
        if (is_word(last) && is_word(part.chars().next())) || last == Some(',') {
            text.push(' ');
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn a_fingerprint_sees_tokens_not_space() {
        let of = |text: &str| fingerprint(text.parse().unwrap());
        assert_eq!(of("a+b(c)"), of(" a + b( c )"));
        assert_ne!(of("a + b"), of("a - b"));
        assert_ne!(of("ab c"), of("a bc"));
        assert_ne!(of("(a) b"), of("(a b)"));
        assert_eq!(of(""), 0x811c_9dc5, "the offset of FNV-1a");
    }

    #[test]
    fn types_read_as_they_are_written() {
        assert_eq!(compact(quote!(Vec<u8>)), "Vec<u8>");
        assert_eq!(
            compact(quote!(HashMap<String, Box<dyn Fn() + Send>>)),
            "HashMap<String, Box<dyn Fn()+Send>>"
        );
        assert_eq!(compact(quote!(std::string::String)), "std::string::String");
        assert_eq!(compact(quote!(&'static mut [u8; 4])), "&'static mut[u8;4]");
    }
}
