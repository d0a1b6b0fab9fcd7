//! The bearer token that every request must carry.

use std::fmt;
use std::io;

use aws_lc_rs::hmac;
use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::people::Person;

/// How many random bytes a token has: 43 characters of base64.
const BYTES: usize = 32;

/// A text has not the form of a token. It is not told: it may have been one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it holds no token: one has 43 characters of the URL-safe base64 alphabet")]
pub(super) struct NotAToken;

/// A secret of 256 random bits, as text that may stand in a header, a file or a variable.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    pub(super) fn generate() -> io::Result<Zeroizing<String>> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        aws_lc_rs::rand::fill(bytes.as_mut_slice()).map_err(|_unspecified| io::Error::other("no random numbers"))?;
        Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
    }

    /// The token of a file's text, if it has the form of one: an empty file, or one that a person wrote, would let in
    /// whoever guesses it. White space may stand around it.
    pub(super) fn parse(text: &str) -> Result<Self, NotAToken> {
        let token = text.trim_ascii();
        let decoded = URL_SAFE_NO_PAD.decode(token).map(Zeroizing::new).map_err(|_damaged| NotAToken)?;
        if decoded.len() == BYTES { Ok(Self(Zeroizing::new(token.to_owned()))) } else { Err(NotAToken) }
    }

    /// The text itself, for a header or a file that only its owner can read.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether an `Authorization` header shows this token, as a bearer or as a password (which is
    /// how the clients of registries send it). Takes as long for a wrong token as for the right one.
    pub(super) fn is_shown_by(&self, header: &HeaderValue) -> bool {
        let Some((scheme, value)) = header.to_str().ok().and_then(|text| text.split_once(' ')) else { return false };
        if scheme.eq_ignore_ascii_case("bearer") {
            return equal(&self.0, value.trim().as_bytes());
        }
        password_of(scheme, value).is_some_and(|password| equal(&self.0, &password))
    }

    /// What the proxy wants to be shown before it opens a tunnel. It follows from the token, and is no
    /// use for anything else, so that the variable that names the proxy does not hold the token.
    pub fn proxy_password(&self) -> Zeroizing<String> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes());
        let tag = hmac::sign(&key, b"countersign sandbox proxy");
        Zeroizing::new(URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }

    /// Whether a `Proxy-Authorization` header shows the proxy's password, with whatever user.
    pub(super) fn opens_tunnels_for(&self, header: &[u8]) -> bool {
        let Some((scheme, value)) = std::str::from_utf8(header).ok().and_then(|text| text.trim().split_once(' '))
        else {
            return false;
        };
        password_of(scheme, value).is_some_and(|password| equal(&self.proxy_password(), &password))
    }
}

/// The password of `Basic` credentials (RFC 7617).
fn password_of(scheme: &str, value: &str) -> Option<Zeroizing<Vec<u8>>> {
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = Zeroizing::new(STANDARD.decode(value.trim()).ok()?);
    let colon = pair.iter().position(|b| *b == b':')?;
    pair.get(colon + 1..).map(|password| Zeroizing::new(password.to_vec()))
}

fn equal(secret: &str, candidate: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(secret.as_bytes(), candidate).is_ok()
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The tokens of all people.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    owner: Token,
    all: Vec<(&'static Person, Token)>,
}

impl Tokens {
    /// `all` may hold the owner's as well.
    pub(super) fn new(owner: Token, all: Vec<(&'static Person, Token)>) -> Self {
        Self { owner, all }
    }

    /// Who shows its token in this header. All are compared, whichever it is.
    pub(super) fn shown_by(&self, header: &HeaderValue) -> Option<(&'static Person, &Token)> {
        let shown = |found, (person, token): &'_ (&'static Person, Token)| {
            if token.is_shown_by(header) { Some(*person) } else { found }
        };
        let person = self.all.iter().fold(None, shown)?;
        Some((person, self.token_of(person)))
    }

    pub(super) fn token_of(&self, person: &Person) -> &Token {
        self.all.iter().find(|(of, _)| *of == person).map_or(&self.owner, |(_, token)| token)
    }

    pub(super) fn owner(&self) -> &Token {
        &self.owner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U";

    fn token() -> Token {
        Token::parse(&format!("{SECRET}\n")).unwrap()
    }

    #[rstest::rstest]
    #[case("Bearer SECRET", true)]
    #[case("bearer SECRET", true)]
    #[case("Bearer SECRET2", false)]
    #[case("Bearer ", false)]
    #[case("SECRET", false)]
    #[case("Basic oauth2accesstoken:SECRET", true)]
    #[case("Basic SECRET", false)] // without a user
    #[case("Basic x:", false)]
    #[case("Basic !", false)]
    #[case("Digest SECRET", false)]
    fn which_headers_show_it(#[case] header: &str, #[case] shown: bool) {
        let header = header.replace("SECRET", SECRET);
        let header = match header.split_once(' ') {
            Some(("Basic", pair)) if pair != "!" => format!("Basic {}", STANDARD.encode(pair)),
            _ => header,
        };
        assert_eq!(token().is_shown_by(&HeaderValue::from_str(&header).unwrap()), shown);
    }

    #[rstest::rstest]
    #[case("")]
    #[case("\n")]
    #[case("short")]
    #[case("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2")] // 42 characters
    #[case("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2Vj")] // 44
    #[case("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=")]
    #[case("c2VjcmV0c2VjcmV0+2VjcmV0c2VjcmV0c2VjcmV0c2U")] // the other alphabet
    #[case("c2VjcmV0c2VjcmV0 2VjcmV0c2VjcmV0c2VjcmV0c2U")]
    #[case("c2VjcmV0c2VjcmV0\0c2VjcmV0c2VjcmV0c2VjcmV0c2U")]
    fn what_has_not_its_form_is_no_token(#[case] text: &str) {
        assert_eq!(Token::parse(text).unwrap_err(), NotAToken);
    }

    #[test]
    fn tunnels_have_a_password_of_their_own() {
        let token = token();
        let password = token.proxy_password();
        let basic = |pair: String| format!("Basic {}", STANDARD.encode(pair));
        assert!(token.opens_tunnels_for(basic(format!("countersign:{}", *password)).as_bytes()));
        for wrong in [
            basic(format!("countersign:{SECRET}")),
            basic(password.to_string()),
            String::new(),
            format!("Bearer {SECRET}"),
        ] {
            assert!(!token.opens_tunnels_for(wrong.as_bytes()), "{wrong}");
        }
        let bearer = HeaderValue::from_str(&format!("Bearer {}", *password)).unwrap();
        assert!(!token.is_shown_by(&bearer), "it opens tunnels and nothing else");
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let token = Token::generate().unwrap();
        assert_eq!(token.len(), 43);
        assert_ne!(token, Token::generate().unwrap());
        assert_eq!(format!("{:?}", Token::parse(&token).unwrap()), "Token(…)");
    }
}
