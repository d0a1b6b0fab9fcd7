//! An error as a person reads it: what happened, why, and what to do.

/// Made where an error is met; shown in a pane, a notice or an overlay, and written to the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What happened, in one sentence.
    pub title: String,
    /// The causes, outermost first.
    pub chain: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The write was refused because the resource had changed since it was read.
    pub conflict: bool,
}

impl Report {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Makes a report of an error and its sources.
    pub fn from_error(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut chain = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            chain.push(cause.to_string());
            source = cause.source();
        }
        Self { title: error.to_string(), chain, ..Self::default() }
    }

    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The report in one line, for a notice.
    pub fn line(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}: {hint}", self.title),
            None => self.title.clone(),
        }
    }
}
