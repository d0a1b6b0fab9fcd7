//! Who reads a policy's text, and how it is written.

/// Who reads the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// `gcloud container binauthz policy import`: a YAML or JSON file, fields in camel case.
    #[default]
    Gcloud,
    /// The body of a PUT: JSON, fields in camel case or snake case (proto3's JSON mapping).
    Rest,
}

/// How the text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// The text is read by the rules of YAML 1.1, as gcloud reads it.
    #[default]
    Yaml,
    Json,
}

impl Format {
    /// JSON where the text is an object by the grammar of JSON; it may be a flow of YAML otherwise.
    pub fn detect(text: &str) -> Self {
        let object = text.trim_start().starts_with('{');
        let json = object && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        if json { Self::Json } else { Self::Yaml }
    }
}
