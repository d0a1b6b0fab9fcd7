//! Whether one attestation counts.

use super::Words;
use crate::attestation::{AttestationFault, PAYLOAD_TYPE, Stage};
use crate::text::clip;

/// A check about one attestation, or about a signature of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttestationCheck {
    /// Everything about one attestation, by the name of its occurrence.
    Attestation {
        name: String,
    },
    /// Everything about one signature of it.
    Signature {
        key_id: String,
    },
    Stage {
        stage: Stage,
        result: StageResult,
    },
    /// What the payload calls the image, which decides nothing.
    DockerReference(Option<String>),
    /// The payload's type where it is not the usual one, which decides nothing.
    PayloadType(Option<String>),
    /// What the verifier remarks about a signature that holds, in its words.
    Warning(String),
}

/// What came of one stage of looking at an attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StageResult {
    /// The stage passed; with the value that was looked at, where there is one.
    Passed(Option<String>),
    Failed(Box<AttestationFault>),
    /// An earlier stage failed.
    Skipped,
}

impl AttestationCheck {
    pub(super) fn words(&self) -> Words {
        let decides_nothing =
            |label, value: Option<&String>| Words::new(label).with_found(clip(value.map_or("none", String::as_str)));
        match self {
            Self::Attestation { name } => Words::new(format!("attestation {}", clip(name))),
            Self::Signature { key_id } => Words::new(format!("signature by {}", clip(key_id))),
            Self::Stage { stage, result } => stage_words(*stage, result),
            Self::DockerReference(reference) => {
                decides_nothing("docker-reference, which decides nothing", reference.as_ref())
            }
            Self::PayloadType(kind) => {
                decides_nothing("type, which decides nothing", kind.as_ref()).with_expected(PAYLOAD_TYPE)
            }
            Self::Warning(warning) => Words::new(warning.clone()),
        }
    }
}

fn stage_words(stage: Stage, result: &StageResult) -> Words {
    let words = Words::new(stage.label());
    match result {
        StageResult::Skipped | StageResult::Passed(None) => words,
        StageResult::Passed(Some(value)) => words.with_found(clip(value)),
        StageResult::Failed(fault) => {
            let (expected, found) = fault.expected_and_found();
            let words = words.with_found(found);
            match expected {
                Some(expected) => words.with_expected(expected),
                None => words,
            }
        }
    }
}
