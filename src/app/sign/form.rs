//! The form of the codelab's *do it for me*, which asks for the passphrase.

use crate::job::Job;
use crate::model::Model;
use crate::shell::form::{Form, FormKind};
use crate::submission::Submission;
use crate::work::Purpose;
use domain::attestation;

pub(crate) fn sign_passphrase(model: &Model) -> Form {
    let key = model.session.remotes.signing_keys().first().map(|key| key.user_id.clone()).unwrap_or_default();
    Form::new(FormKind::SignPassphrase, "Sign payload.json", format!("With {key}.")).secret(
        "passphrase",
        "Passphrase",
        "of the private key",
    )
}

pub(crate) fn take_sign(model: &mut Model, form: &Form) -> Submission {
    let key = model.session.remotes.signing_keys().first().map(|key| key.fingerprint.clone());
    let fingerprint = key.ok_or(("passphrase", "this machine has no key that can sign".to_owned()))?;
    let image = model.session.image.as_ref().and_then(|image| Some(attestation::payload(image, image.digest()?)));
    let payload = image.ok_or(("passphrase", "no image is chosen by its digest".to_owned()))?;
    let passphrase = form.secret_value("passphrase");
    if passphrase.is_empty() {
        return Err(("passphrase", "the private key is encrypted: its passphrase is needed".to_owned()));
    }
    Ok(model.run(vec![Job::Sign { fingerprint, passphrase, payload }], Purpose::GuideSign))
}
