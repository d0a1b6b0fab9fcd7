//! The bearer token that every request must carry.

use std::fmt;
use std::io;

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// A secret of 256 random bits, as text that may stand in a header, a file or a variable.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    pub(super) fn generate() -> io::Result<Zeroizing<String>> {
        let mut bytes = Zeroizing::new([0; 32]);
        aws_lc_rs::rand::fill(bytes.as_mut_slice()).map_err(|_unspecified| io::Error::other("no random numbers"))?;
        Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
    }

    pub(super) fn from_stored(text: &str) -> Self {
        Self(Zeroizing::new(text.trim().to_owned()))
    }

    /// The text itself, for a header or a file that only its owner can read.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether an `Authorization` header shows this token, as a bearer or as a password (which is
    /// how the clients of registries send it). Takes as long for a wrong token as for the right one.
    pub(super) fn is_shown_by(&self, header: &HeaderValue) -> bool {
        let Some((scheme, value)) = header.to_str().ok().and_then(|text| text.split_once(' ')) else { return false };
        let value = value.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return self.equals(value.as_bytes());
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return false;
        }
        let Ok(pair) = STANDARD.decode(value).map(Zeroizing::new) else { return false };
        let colon = pair.iter().position(|b| *b == b':').unwrap_or(pair.len());
        pair.get(colon + 1..).is_some_and(|password| self.equals(password))
    }

    fn equals(&self, candidate: &[u8]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(self.0.as_bytes(), candidate).is_ok()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("Bearer secret", true)]
    #[case("bearer secret", true)]
    #[case("Bearer secret2", false)]
    #[case("Bearer ", false)]
    #[case("secret", false)]
    #[case("Basic b2F1dGgyYWNjZXNzdG9rZW46c2VjcmV0", true)] // oauth2accesstoken:secret
    #[case("Basic c2VjcmV0", false)] // secret, without a user
    #[case("Basic !", false)]
    #[case("Digest secret", false)]
    fn which_headers_show_it(#[case] header: &str, #[case] shown: bool) {
        let token = Token::from_stored("secret\n");
        assert_eq!(token.is_shown_by(&HeaderValue::from_str(header).unwrap()), shown);
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let token = Token::generate().unwrap();
        assert_eq!(token.len(), 43);
        assert_ne!(token, Token::generate().unwrap());
        assert_eq!(format!("{:?}", Token::from_stored(&token)), "Token(…)");
    }
}
