//! What a patch may cost: work that grows faster than the patch itself is counted, and bounded.

use serde_json::Value;

use crate::kubernetes::failure::Failure;

/// The most steps that a patch may take: elements that are looked at, moved or put into an index. An object of the
/// largest size has some hundred thousand; this is a fraction of a second.
const MOST_STEPS: usize = 2_000_000;

/// How many bytes of a text are written or compared in the time of one step.
const BYTES_AT_ONCE: usize = 64;

/// The steps that a patch has taken.
#[derive(Debug, Default)]
pub(super) struct Effort(usize);

impl Effort {
    /// Counts steps before they are taken.
    ///
    /// # Errors
    /// The patch has taken as many as a patch may: 413, as API servers refuse patches of too many operations.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Failure> {
        self.0 = self.0.saturating_add(steps);
        if self.0 > MOST_STEPS {
            return Err(Failure::entity_too_large(&format!(
                "the sandbox takes at most {MOST_STEPS} steps for a patch: change less in one request, and name no \
                 element of a list more than once"
            )));
        }
        Ok(())
    }

    /// Counts a text that is written or looked up, by its length: names may be megabytes long.
    ///
    /// # Errors
    /// As [`Self::spend`].
    pub(super) fn spend_text(&mut self, text: &str) -> Result<(), Failure> {
        self.spend(1 + text.len() / BYTES_AT_ONCE)
    }

    /// A value written down, by which it is told apart from others.
    ///
    /// # Errors
    /// As [`Self::spend`].
    pub(super) fn written(&mut self, value: &Value) -> Result<String, Failure> {
        let text = value.to_string();
        self.spend_text(&text)?;
        Ok(text)
    }
}
