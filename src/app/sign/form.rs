//! The form of the codelab's *do it for me*, which asks for the passphrase.

use crate::job::Job;
use crate::model::Model;
use crate::shell::form::{Form, PassphraseField, fields};
use crate::submission::{Submission, Submit};
use crate::work::Purpose;
use domain::attestation;

#[derive(Debug)]
pub(crate) struct SignForm {
    intro: String,
    passphrase: PassphraseField,
}

impl SignForm {
    pub(crate) fn new(model: &Model) -> Self {
        let key = model.session.remotes.signing_keys().first().map(|key| key.user_id.clone()).unwrap_or_default();
        let passphrase = PassphraseField::new("Passphrase", "of the private key");
        Self { intro: format!("With {key}."), passphrase }
    }
}

impl Form for SignForm {
    fields!(passphrase);

    fn title(&self) -> &'static str {
        "Sign payload.json"
    }

    fn intro(&self) -> &str {
        &self.intro
    }
}

impl Submit<Model> for SignForm {
    fn take(&mut self, model: &mut Model) -> Submission {
        let field = &mut self.passphrase;
        let key = model.session.remotes.signing_keys().first().map(|key| key.fingerprint.clone());
        let fingerprint = key.ok_or_else(|| field.refuse("this machine has no key that can sign"))?;
        let image = model.session.image.as_ref().and_then(|image| Some(attestation::payload(image, image.digest()?)));
        let payload = image.ok_or_else(|| field.refuse("no image is chosen by its digest"))?;
        let passphrase = field.passphrase();
        if passphrase.is_empty() {
            return Err(field.refuse("the private key is encrypted: its passphrase is needed"));
        }
        Ok(model.run(vec![Job::Sign { fingerprint, passphrase, payload }], Purpose::GuideSign))
    }
}
