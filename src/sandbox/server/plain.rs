//! Requests without TLS: tunnels, which need the proxy's password, and the refusal of everything else.

use super::token::Token;
use super::{door, hosts};

/// The most headers of a `CONNECT` that are read; clients send a handful.
const MAX_HEADERS: usize = 64;

/// What a request without TLS is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Tunnel,
    /// The request came without the proxy's password.
    NoCredentials,
    /// A tunnel to another port than 443.
    OtherPort,
    /// A tunnel to a host that the sandbox does not stand for.
    OtherHost(String),
    /// Nobody but the process itself is served now, which needs no tunnel.
    Closed,
    NoTunnel,
    /// It says twice what it may say once.
    Malformed,
}

impl Plain {
    /// The whole answer. Many clients show the reason of its first line and nothing else, so that it
    /// says what is wrong.
    pub(super) fn head(&self) -> String {
        let (code, reason, header) = match self {
            Self::Tunnel => return "HTTP/1.1 200 Connection established\r\n\r\n".to_owned(),
            Self::NoCredentials => (
                407,
                "The Countersign sandbox wants the password that `countersign sandbox env` prints".to_owned(),
                "Proxy-Authenticate: Basic realm=\"Countersign sandbox\"\r\n",
            ),
            Self::OtherPort => (403, "The Countersign sandbox only opens tunnels to port 443".to_owned(), ""),
            Self::OtherHost(host) => (403, hosts::refusal(host), ""),
            Self::Closed => (403, door::CLOSED.to_owned(), ""),
            Self::Malformed => (400, "A request has one Host and one Proxy-Authorization at most".to_owned(), ""),
            Self::NoTunnel => (
                400,
                "This is the Countersign sandbox. It speaks HTTPS, directly or through CONNECT; \
                 `countersign sandbox env` prints how to point a client at it"
                    .to_owned(),
                "",
            ),
        };
        // The reason, a line end, and no more.
        let length = reason.len() + 2;
        format!(
            "HTTP/1.1 {code} {reason}\r\n{header}Content-Type: text/plain; charset=utf-8\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{reason}.\n"
        )
    }
}

/// `CONNECT host:443 HTTP/1.1` opens a tunnel (RFC 9110, section 9.3.6).
pub(super) fn answer(head: &[u8], token: &Token, is_open: bool) -> Plain {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let whole = request.parse(head).is_ok_and(|status| status.is_complete());
    let (true, Some("CONNECT"), Some(target)) = (whole, request.method, request.path) else { return Plain::NoTunnel };
    let named =
        |name: &'static str| request.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
    if ["host", "proxy-authorization"].iter().any(|name| named(name).count() > 1) {
        return Plain::Malformed;
    }
    if !named("proxy-authorization").next().is_some_and(|header| token.opens_tunnels_for(header.value)) {
        return Plain::NoCredentials;
    }
    let (host, port) = target.rsplit_once(':').unwrap_or((target, ""));
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    match port {
        _ if !is_open => Plain::Closed,
        _ if !hosts::stands_for(&host) => Plain::OtherHost(host),
        "443" => Plain::Tunnel,
        _ => Plain::OtherPort,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn answered(line: &str, with_password: bool) -> Plain {
        let token = Token::parse(&Token::generate().unwrap()).unwrap();
        let credentials = STANDARD.encode(format!("countersign:{}", *token.proxy_password()));
        let header =
            if with_password { format!("proxy-authorization: basic {credentials}\r\n") } else { String::new() };
        answer(format!("{line}\r\n{header}\r\n").as_bytes(), &token, true)
    }

    #[rstest::rstest]
    #[case("CONNECT gcr.io:443 HTTP/1.1\r\nHost: gcr.io:443", Plain::Tunnel)]
    #[case("CONNECT GCR.io.:443 HTTP/1.0", Plain::Tunnel)]
    #[case("CONNECT gcr.io:80 HTTP/1.1", Plain::OtherPort)]
    #[case("CONNECT gcr.io HTTP/1.1", Plain::OtherPort)]
    #[case("CONNECT example.com:443 HTTP/1.1", Plain::OtherHost("example.com".into()))]
    #[case("CONNECT compute.googleapis.com:443 HTTP/1.1", Plain::OtherHost("compute.googleapis.com".into()))]
    #[case("GET / HTTP/1.1", Plain::NoTunnel)]
    #[case("CONNECT gcr.io:443 HTTP/1.1\r\nHost: gcr.io\r\nHost: example.com", Plain::Malformed)]
    #[case("CONNECT gcr.io:443 HTTP/1.1\r\nProxy-Authorization: Basic eDp5", Plain::Malformed)]
    #[case("CONNECT", Plain::NoTunnel)]
    #[case("", Plain::NoTunnel)]
    fn plain_requests(#[case] line: &str, #[case] answer: Plain) {
        assert_eq!(answered(line, true), answer);
    }

    #[test]
    fn without_the_password_nothing_is_told_of_hosts() {
        for target in ["gcr.io:443", "gcr.io:80", "example.com:443"] {
            assert_eq!(answered(&format!("CONNECT {target} HTTP/1.1"), false), Plain::NoCredentials);
        }
    }

    #[test]
    fn what_is_said_is_one_line_and_a_body_of_the_right_length() {
        let others = Plain::OtherHost("a\u{7f}b".into());
        for answer in [Plain::NoCredentials, Plain::OtherPort, others, Plain::NoTunnel] {
            let text = answer.head();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("Content-Length: {}", body.len())), "{text}");
        }
    }
}
