//! What goes wrong in the field, one after the other in the sandbox: each refusal comes about by the real
//! path, is explained from its event with the right cause first, and is mended by the top fix, applied in
//! the workbench; then the same pod runs.

mod bench;
mod keys;
mod lab;

use std::time::Duration;

use countersign::domain::admission::Outcome;
use countersign::domain::explain::cause::CauseKind;
use countersign::domain::fix::Kind;
use jiff::{SignedDuration, Timestamp};

use bench::Bench;
use lab::Defect;

/// What is wrong, the cause that is told first, and the fix that stands at the top.
const SCENARIOS: [(Defect, CauseKind, Kind); 33] = [
    (Defect::DefaultDenies, CauseKind::RuleDeniesAll, Kind::AllowImage),
    (Defect::ClusterDenies, CauseKind::RuleDeniesAll, Kind::AllowImage),
    (Defect::NamespaceDenies, CauseKind::RuleDeniesAll, Kind::AllowImage),
    (Defect::ServiceAccountDenies, CauseKind::RuleDeniesAll, Kind::AllowImage),
    (Defect::PatternOneOff, CauseKind::PatternMisses, Kind::AllowImage),
    (Defect::StarBeforeSlash, CauseKind::PatternMisses, Kind::AllowImage),
    (Defect::Tag, CauseKind::Tag, Kind::DeployByDigest),
    (Defect::NotAttested, CauseKind::NoAttestation, Kind::Attest),
    (Defect::OtherDigestAttested, CauseKind::OtherDigest, Kind::Attest),
    (Defect::OtherNote, CauseKind::OtherNote, Kind::Attest),
    (Defect::OtherAttestorsNote, CauseKind::OtherNote, Kind::Attest),
    (Defect::UnknownKey, CauseKind::KeyId, Kind::AddKey),
    (Defect::LowerCaseKeyId, CauseKind::KeyId, Kind::CorrectKeyId),
    (Defect::ShortKeyId, CauseKind::KeyId, Kind::CorrectKeyId),
    (Defect::MailAsKeyId, CauseKind::KeyId, Kind::CorrectKeyId),
    (Defect::OtherSigner, CauseKind::Signature, Kind::Resign),
    (Defect::NoPgp, CauseKind::Signature, Kind::Resign),
    (Defect::RevokedKey, CauseKind::KeyRevoked, Kind::Resign),
    (Defect::OnlyJwt, CauseKind::NotSigned, Kind::Attest),
    (Defect::Unsigned, CauseKind::NotSigned, Kind::Attest),
    (Defect::PayloadOfOtherDigest, CauseKind::OtherDigest, Kind::Resign),
    (Defect::PayloadLaidOutAnew, CauseKind::Payload, Kind::Resign),
    (Defect::PayloadNotJson, CauseKind::Payload, Kind::Resign),
    (Defect::NoKeys, CauseKind::NoKeys, Kind::AddKey),
    (Defect::NoKeysAndNothing, CauseKind::NoKeys, Kind::AddKey),
    (Defect::NoAttestor, CauseKind::AttestorMissing, Kind::RestoreAttestor),
    (Defect::NoGrant, CauseKind::Grant, Kind::GrantRole),
    (Defect::NoNote, CauseKind::NoteMissing, Kind::RestoreNote),
    (Defect::OneOfTwoAttestors, CauseKind::NoAttestation, Kind::Attest),
    (Defect::OneOfTwoImages, CauseKind::OtherDigest, Kind::Attest),
    (Defect::InitContainer, CauseKind::OtherDigest, Kind::Attest),
    (Defect::OneOfTwoImagesUnsigned, CauseKind::NoAttestation, Kind::Attest),
    (Defect::InitContainerUnsigned, CauseKind::NoAttestation, Kind::Attest),
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
