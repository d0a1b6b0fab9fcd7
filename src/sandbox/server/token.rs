//! The bearer token that every request must carry.

use std::fmt;
use std::io;

use aws_lc_rs::hmac;
use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::people::Person;

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
    fn tunnels_have_a_password_of_their_own() {
        let token = Token::from_stored("secret");
        let password = token.proxy_password();
        let basic = |pair: String| format!("Basic {}", STANDARD.encode(pair));
        assert!(token.opens_tunnels_for(basic(format!("countersign:{}", *password)).as_bytes()));
        for wrong in [
            basic("countersign:secret".to_owned()),
            basic(password.to_string()),
            String::new(),
            "Bearer secret".to_owned(),
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
        assert_eq!(format!("{:?}", Token::from_stored(&token)), "Token(…)");
    }
}
