//! The client certificates of the people, which stand for them at the clusters' API servers and nowhere
//! else: `get-credentials` writes them into a kubeconfig where gcloud is told to use them.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;

use super::authority::{Authority, Client};
use super::{Files, StartError, files};
use crate::people::{PEOPLE, Person};

/// Those of all people.
#[derive(Debug, Clone)]
pub(crate) struct Clients(Arc<[(&'static Person, Client)]>);

impl Clients {
    /// Those that are kept; made where there is none, or where another authority made it.
    pub(super) fn open(files: &Files, authority: &Authority) -> Result<Self, StartError> {
        let client = |person: &'static Person| {
            let path = files.certificate_of(person);
            let stored = files::read_or_make::<StartError>(&path, || Ok(authority.generate_client(person.name)?))?;
            if let Some(client) = authority.parse_client(&stored)? {
                return Ok((person, client));
            }
            let new = authority.generate_client(person.name)?;
            files::replace(&path, new.as_bytes())?;
            let client = authority.parse_client(&new)?.ok_or(super::AuthorityError::NoCertificate)?;
            Ok::<_, StartError>((person, client))
        };
        Ok(Self(PEOPLE.iter().map(client).collect::<Result<_, _>>()?))
    }

    /// Whose certificate this is. That the client has its key was seen by TLS.
    pub(super) fn shown_by(&self, certificate: &CertificateDer<'_>) -> Option<&'static Person> {
        self.0.iter().find(|(_, client)| client.is(certificate)).map(|(person, _)| *person)
    }

    /// The certificate and the key of somebody, PEM.
    pub(crate) fn of(&self, person: &Person) -> Option<(&str, &str)> {
        let (_, client) = self.0.iter().find(|(of, _)| *of == person)?;
        Some((&client.certificate_pem, &client.key_pem))
    }
}
