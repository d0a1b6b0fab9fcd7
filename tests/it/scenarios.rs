//! What goes wrong in the field, one after the other in the sandbox: each refusal comes about by the real
//! path, is explained from its event with the right cause first, and is mended by the top fix, applied in
//! the workbench; then the same pod runs.

mod bench;
mod lab;

use countersign::domain::cause::CauseKind;
use countersign::domain::fix::Kind;

use bench::Bench;
use lab::Defect;

/// What is wrong, the cause that is told first, and the fix that stands at the top.
const SCENARIOS: [(Defect, CauseKind, Kind); 27] = [
    (Defect::DefaultDenies, CauseKind::RuleDeniesAll, Kind::AllowImage),
    (Defect::ClusterDenies, CauseKind::RuleDeniesAll, Kind::AllowImage),
    (Defect::NamespaceDenies, CauseKind::RuleDeniesAll, Kind::AllowImage),
    (Defect::ServiceAccountDenies, CauseKind::RuleDeniesAll, Kind::AllowImage),
    (Defect::PatternOneOff, CauseKind::PatternMisses, Kind::AllowImage),
    (Defect::StarBeforeSlash, CauseKind::PatternMisses, Kind::AllowImage),
    (Defect::Tag, CauseKind::Tag, Kind::DeployByDigest),
    (Defect::NotAttested, CauseKind::NoAttestation, Kind::Attest),
    (Defect::OtherDigestAttested, CauseKind::OtherDigest, Kind::Attest),
    (Defect::OtherNote, CauseKind::NoAttestation, Kind::Attest),
    (Defect::UnknownKey, CauseKind::KeyId, Kind::AddKey),
    (Defect::LowerCaseKeyId, CauseKind::KeyId, Kind::CorrectKeyId),
    (Defect::ShortKeyId, CauseKind::KeyId, Kind::CorrectKeyId),
    (Defect::MailAsKeyId, CauseKind::KeyId, Kind::CorrectKeyId),
    (Defect::OtherSigner, CauseKind::Signature, Kind::Resign),
    (Defect::NoPgp, CauseKind::Signature, Kind::Resign),
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
