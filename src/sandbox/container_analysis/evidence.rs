//! What the checks of platform policies ask of the occurrences of one project: attestations, builds,
//! and scans for vulnerabilities (grafeas/v1 `build.proto`, `discovery.proto`, `vulnerability.proto`).

use rusqlite::Transaction;
use serde_json::Value;

use super::occurrences::of_digest;
use crate::decode::snake;
use crate::store::StoreError;
use domain::attestation::Attestation;
use domain::image::Digest;
use domain::platform_evaluation::{Build, Scan, Severity, Vulnerability};
use wire::container_analysis::{ATTESTATION, Occurrence};

/// The attestations on a digest that lie in this project.
pub(crate) fn attestations_in(
    tx: &Transaction<'_>,
    project: &str,
    digest: &Digest,
) -> Result<Vec<Attestation>, StoreError> {
    let mut found = Vec::new();
    for occurrence in of_digest(tx, project, ATTESTATION, digest)? {
        let occurrence: Occurrence = serde_json::from_value(occurrence)?;
        // Its note's name was checked when it was made.
        found.extend(Attestation::try_from(occurrence).ok());
    }
    Ok(found)
}

/// The builds of a digest whose provenance lies in this project. The signature of the provenance,
/// which only Google can make, is not looked at.
pub(crate) fn builds_in(tx: &Transaction<'_>, project: &str, digest: &Digest) -> Result<Vec<Build>, StoreError> {
    Ok(of_digest(tx, project, "BUILD", digest)?.iter().map(build).collect())
}

/// A field by its name, or by the same name in snake case.
fn get<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or_else(|| &value[snake(name)])
}

fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, name| get(value, name))
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What a build occurrence says, in whichever of the forms of provenance that Cloud Build writes.
fn build(occurrence: &Value) -> Build {
    let build = get(occurrence, "build");
    let statement = get(build, "intotoStatement");
    let v1 = at(build, &["inTotoSlsaProvenanceV1", "predicate"]);
    let old = get(build, "intotoProvenance");
    let predicate = [get(statement, "slsaProvenance"), get(statement, "provenance"), old]
        .into_iter()
        .find(|predicate| predicate.is_object())
        .unwrap_or(&Value::Null);
    let builders = [
        at(v1, &["runDetails", "builder", "id"]),
        at(predicate, &["builder", "id"]),
        at(predicate, &["builderConfig", "id"]),
    ];
    let sources = [at(v1, &["buildDefinition", "resolvedDependencies"]), get(predicate, "materials")];
    let uri = |source: &Value| text(source).or_else(|| text(get(source, "uri"))).map(str::to_owned);
    Build {
        builder: builders.into_iter().find_map(text).unwrap_or_default().to_owned(),
        sources: sources.into_iter().flat_map(list).filter_map(uri).collect(),
        config_based: is_config_based(v1, predicate),
    }
}

/// Whether the build's steps come from a file in the repository: inferred from the types that Cloud
/// Build writes for builds with and without one.
fn is_config_based(v1: &Value, predicate: &Value) -> bool {
    let source = at(v1, &["buildDefinition", "externalParameters", "buildConfigSource"]);
    let recipe = text(at(predicate, &["recipe", "type"])).unwrap_or_default();
    source.is_object() || recipe.contains("CloudBuildYaml")
}

/// What this project knows of the vulnerabilities of a digest: a discovery says that it was scanned.
pub(crate) fn scan_in(tx: &Transaction<'_>, project: &str, digest: &Digest) -> Result<Scan, StoreError> {
    let discoveries = of_digest(tx, project, "DISCOVERY", digest)?;
    let statuses: Vec<&str> = discoveries.iter().filter_map(status).collect();
    let is_finished = |status: &&&str| ["FINISHED_SUCCESS", "COMPLETE"].contains(*status);
    match (statuses.iter().find(is_finished), statuses.last()) {
        (Some(_), _) => {}
        (None, Some(status)) => return Ok(Scan::Unfinished((*status).to_owned())),
        (None, None) => return Ok(Scan::Missing),
    }
    let found = of_digest(tx, project, "VULNERABILITY", digest)?;
    Ok(Scan::Finished(found.iter().map(vulnerability).collect()))
}

fn status(discovery: &Value) -> Option<&str> {
    text(at(discovery, &["discovery", "analysisStatus"]))
}

fn vulnerability(occurrence: &Value) -> Vulnerability {
    let details = get(occurrence, "vulnerability");
    let severity = text(get(details, "effectiveSeverity")).or_else(|| text(get(details, "severity")));
    let note = text(get(occurrence, "noteName")).unwrap_or_default();
    let fixable = |issue: &Value| get(issue, "fixAvailable").as_bool() == Some(true);
    Vulnerability {
        id: note.rsplit('/').next().unwrap_or_default().to_owned(),
        severity: severity.map_or(Severity::Unspecified, Severity::parse),
        fixable: fixable(details) || list(get(details, "packageIssue")).iter().any(fixable),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[rstest::rstest]
    #[case(json!({"build": {"intotoStatement": {"slsaProvenance": {
        "builder": {"id": "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3"},
        "recipe": {"type": "https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1"},
        "materials": [{"uri": "https://github.com/me/app"}]}}}}))]
    #[case(json!({"build": {"inTotoSlsaProvenanceV1": {"predicate": {
        "buildDefinition": {"externalParameters": {"buildConfigSource": {}},
            "resolvedDependencies": [{"uri": "https://github.com/me/app"}]},
        "runDetails": {"builder": {"id": "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3"}}}}}}))]
    #[case(json!({"build": {"intoto_provenance": {
        "builder_config": {"id": "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3"},
        "recipe": {"type": "https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1"},
        "materials": ["https://github.com/me/app"]}}}))]
    fn the_forms_of_provenance(#[case] occurrence: Value) {
        let expected = Build {
            builder: "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3".to_owned(),
            sources: vec!["https://github.com/me/app".to_owned()],
            config_based: true,
        };
        assert_eq!(build(&occurrence), expected);
    }

    #[test]
    fn a_vulnerability_and_its_fix() {
        let occurrence = json!({"noteName": "projects/goog-vulnz/notes/CVE-2021-20305", "vulnerability":
            {"effectiveSeverity": "HIGH", "severity": "LOW", "packageIssue": [{"fixAvailable": true}]}});
        let expected = Vulnerability { id: "CVE-2021-20305".to_owned(), severity: Severity::High, fixable: true };
        assert_eq!(vulnerability(&occurrence), expected);
    }
}
