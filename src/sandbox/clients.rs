//! The client certificates of the people, which stand for them at the clusters' API servers and nowhere
//! else: `get-credentials` writes them into a kubeconfig where gcloud is told to use them.
//!
//! The server makes and keeps them (`server::authority`); this module only holds them. May use `people`.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

use crate::people::Person;

/// The client certificates of all people.
#[derive(Debug, Clone)]
pub(crate) struct Clients(Arc<[(&'static Person, Client)]>);

impl FromIterator<(&'static Person, Client)> for Clients {
    fn from_iter<I: IntoIterator<Item = (&'static Person, Client)>>(clients: I) -> Self {
        Self(clients.into_iter().collect())
    }
}

impl Clients {
    /// Whose certificate this is. That the client has its key was seen by TLS.
    pub(crate) fn shown_by(&self, certificate: &CertificateDer<'_>) -> Option<&'static Person> {
        self.0.iter().find(|(_, client)| client.is(certificate)).map(|(person, _)| *person)
    }

    /// The certificate and the key of a person, both PEM.
    pub(crate) fn client_of(&self, person: &Person) -> Option<(&str, &str)> {
        let (_, client) = self.0.iter().find(|(of, _)| *of == person)?;
        Some((&client.certificate_pem, &client.key_pem))
    }
}

/// A certificate that stands for one of the people, with its key, both PEM.
pub(crate) struct Client {
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: Zeroizing<String>,
    pub(crate) der: CertificateDer<'static>,
}

impl Client {
    /// Whether this is the certificate that a client has shown.
    pub(crate) fn is(&self, shown: &CertificateDer<'_>) -> bool {
        self.der.as_ref() == shown.as_ref()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
