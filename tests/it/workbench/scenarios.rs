//! What goes wrong in the field, one after the other in the sandbox: each refusal comes about by the real
//! path, is explained from its event with the right cause first, and is mended by the top fix, applied in
//! the workbench; then the same pod runs.

mod bench;
mod keys;
mod lab;
mod mending;

use std::time::Duration;

use countersign::domain::admission::Outcome;
use countersign::domain::explain::cause::CauseKind;
use countersign::domain::fix::FixKind;
use jiff::{SignedDuration, Timestamp};

use bench::Bench;
use lab::Defect;

/// What is wrong, the cause that is told first, and the fix that stands at the top.
const SCENARIOS: [(Defect, CauseKind, FixKind); 33] = [
    (Defect::DefaultDenies, CauseKind::RuleDeniesAll, FixKind::AllowImage),
    (Defect::ClusterDenies, CauseKind::RuleDeniesAll, FixKind::AllowImage),
    (Defect::NamespaceDenies, CauseKind::RuleDeniesAll, FixKind::AllowImage),
    (Defect::ServiceAccountDenies, CauseKind::RuleDeniesAll, FixKind::AllowImage),
    (Defect::PatternOneOff, CauseKind::PatternMisses, FixKind::AllowImage),
    (Defect::StarBeforeSlash, CauseKind::PatternMisses, FixKind::AllowImage),
    (Defect::Tag, CauseKind::Tag, FixKind::DeployByDigest),
    (Defect::NotAttested, CauseKind::NoAttestation, FixKind::Attest),
    (Defect::OtherDigestAttested, CauseKind::OtherDigest, FixKind::Attest),
    (Defect::OtherNote, CauseKind::OtherNote, FixKind::CopyAttestation),
    (Defect::OtherAttestorsNote, CauseKind::OtherNote, FixKind::CopyAttestation),
    (Defect::UnknownKey, CauseKind::KeyId, FixKind::AddKey),
    (Defect::LowerCaseKeyId, CauseKind::KeyId, FixKind::CorrectKeyId),
    (Defect::ShortKeyId, CauseKind::KeyId, FixKind::CorrectKeyId),
    (Defect::MailAsKeyId, CauseKind::KeyId, FixKind::CorrectKeyId),
    (Defect::OtherSigner, CauseKind::Signature, FixKind::Resign),
    (Defect::NoPgp, CauseKind::Signature, FixKind::Resign),
    (Defect::RevokedKey, CauseKind::KeyRevoked, FixKind::Resign),
    (Defect::OnlyJwt, CauseKind::NotSigned, FixKind::Attest),
    (Defect::Unsigned, CauseKind::NotSigned, FixKind::Attest),
    (Defect::PayloadOfOtherDigest, CauseKind::OtherDigest, FixKind::Resign),
    (Defect::PayloadLaidOutAnew, CauseKind::Payload, FixKind::Resign),
    (Defect::PayloadNotJson, CauseKind::Payload, FixKind::Resign),
    (Defect::NoKeys, CauseKind::NoKeys, FixKind::AddKey),
    (Defect::NoKeysAndNothing, CauseKind::NoKeys, FixKind::AddKey),
    (Defect::NoAttestor, CauseKind::AttestorMissing, FixKind::RestoreAttestor),
    (Defect::NoGrant, CauseKind::Grant, FixKind::GrantRole),
    (Defect::NoNote, CauseKind::NoteMissing, FixKind::RestoreNote),
    (Defect::OneOfTwoAttestors, CauseKind::NoAttestation, FixKind::CopyAttestation),
    (Defect::OneOfTwoImages, CauseKind::OtherDigest, FixKind::Attest),
    (Defect::InitContainer, CauseKind::OtherDigest, FixKind::Attest),
    (Defect::OneOfTwoImagesUnsigned, CauseKind::NoAttestation, FixKind::Attest),
    (Defect::InitContainerUnsigned, CauseKind::NoAttestation, FixKind::Attest),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refusal_is_explained_and_mended() {
    let mut bench = Bench::start().await;
    let mut wrong = Vec::new();
    for (number, (defect, cause, fix)) in SCENARIOS.into_iter().enumerate() {
        let scene = bench.lab.prepare(defect, number).await;
        let refusal = bench.lab.refusal(&format!("broken-{number}"), &scene.images).await;
        let explained = bench.lab.first_cause(&refusal, &scene).await;
        let mended = bench.mend(&scene).await;
        let images = bench.images();
        bench.lab.runs(&format!("mended-{number}"), &images).await;
        if (explained, mended) != (cause, fix) {
            wrong.push(format!("{defect:?}: {explained:?} and {mended:?}, expected {cause:?} and {fix:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The service does not look at expiry (inferred), and the workbench says what it would find: of a key that
/// has expired, of one that will have at another time, and of one that is taken to have.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_key_counts_and_is_told() {
    let mut bench = Bench::start().await;
    let scene = bench.lab.attested_by_expiring("old", Duration::from_secs(60)).await;
    bench.lab.runs("by-an-expired-key", &scene.images).await;
    let (outcome, tree) = bench.ask(&scene).await;
    assert!(outcome == Outcome::Admit && tree.contains("the key expired at 20"), "{tree}");

    let scene = bench.lab.attested_by_expiring("young", Duration::from_secs(24 * 3600)).await;
    bench.lab.runs("by-a-key-that-expires", &scene.images).await;
    let (outcome, tree) = bench.ask(&scene).await;
    assert!(outcome == Outcome::Admit && !tree.contains("expired"), "{tree}");
    let (outcome, tree) = bench.what_if("key expired", None);
    assert!(outcome == Outcome::Admit && tree.contains("the key is taken to have expired"), "{tree}");
    let later = Timestamp::now() + SignedDuration::from_hours(25);
    let (outcome, tree) = bench.what_if("at another time", Some(&later.to_string()));
    assert!(outcome == Outcome::Admit && tree.contains("the key expired at 20"), "{tree}");
}
