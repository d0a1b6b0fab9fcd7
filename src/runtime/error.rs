//! Why the runtime could not do something: any error that it meets, as the report that a person reads.
//!
//! Uses the error types of the other crates, none of the runtime's modules.

use app::shell::report::Report;

/// A report made of an error, so that `?` makes it. It leaves the runtime as the [`Report`] that it holds.
///
/// The report itself belongs to `app`, which knows neither the client nor the keyring; hence a type of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Report>);

impl Error {
    /// Adds what to do about the error.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self(Box::new(self.0.with_hint(hint)))
    }
}

impl From<Report> for Error {
    fn from(report: Report) -> Self {
        Self(Box::new(report))
    }
}

impl From<Error> for Report {
    fn from(error: Error) -> Self {
        *error.0
    }
}

/// Takes over the hint that the client has, and whether the resource had changed.
impl From<client::Error> for Error {
    fn from(error: client::Error) -> Self {
        let report = Report {
            hint: error.hint(),
            conflict: error.is_already_there() || error.is_stale(),
            ..Report::from_error(&error)
        };
        report.into()
    }
}

/// Errors whose sentences and sources are all there is to say.
macro_rules! reported {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Report::from_error(&error).into()
            }
        })+
    };
}

reported! {
    domain::image::ImageError,
    domain::key::FingerprintError,
    domain::name::NameError,
    sandbox::server::StartError,
    signing::GenerateError,
    signing::keyring::KeyringError,
    signing::keyring::SignError,
    std::io::Error,
    tokio::task::JoinError,
    files::inventory::InventoryError,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_client_keeps_its_hint() {
        let fault = client::Fault::Connect { host: "gcr.io".to_owned(), reason: "refused".to_owned() };
        let error = client::Error { method: "GET".to_owned(), url: "https://gcr.io/v2/".to_owned(), fault };
        let report = Report::from(Error::from(error.clone()));
        assert_eq!((report.title, report.hint), (error.to_string(), error.hint()));
    }

    #[test]
    fn the_sources_of_an_error_follow_it() {
        let inner = std::io::Error::from(std::io::ErrorKind::NotFound);
        let report = Report::from(Error::from(std::io::Error::other(inner)));
        assert_eq!(report.title, "entity not found");
    }
}
