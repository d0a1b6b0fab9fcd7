//! The name that was probably meant.

use strsim::osa_distance;

/// Longer texts are no misspelt name of ours.
const MAX_CHARACTERS: usize = 80;

/// The candidate with the fewest edits from `text`, case and separators aside; `None` where too much
/// differs to be a slip.
pub(crate) fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if text.len() > MAX_CHARACTERS {
        return None;
    }
    let typed = folded(text);
    let length = typed.chars().count();
    // A third of the letters may be wrong; of long names no more than six, or anything would be near.
    let allowed = (length / 3).clamp(1, 6);
    let score = |candidate: &'a str| {
        let wanted = folded(candidate);
        // Each character more or less is an edit.
        let near = wanted.chars().count().abs_diff(length) <= allowed;
        near.then(|| (osa_distance(&typed, &wanted), candidate)).filter(|(distance, _)| *distance <= allowed)
    };
    candidates.into_iter().filter_map(score).min_by_key(|(distance, _)| *distance).map(|(_, best)| best)
}

/// `; did you mean …?`, or nothing.
pub(crate) fn suggestion(best: Option<&str>) -> String {
    best.map(|best| format!("; did you mean `{best}`?")).unwrap_or_default()
}

/// The text without what a slip often gets wrong: case, and the separators of words.
fn folded(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NAMES: [&str; 3] = ["evaluationMode", "enforcementMode", "requireAttestationsBy"];

    #[rstest]
    #[case("evaluationMod", Some("evaluationMode"))]
    #[case("evalautionMode", Some("evaluationMode"))]
    #[case("enforcement_mode", Some("enforcementMode"))]
    #[case("requiredAttestationsBy", Some("requireAttestationsBy"))]
    #[case("mode", None)]
    #[case("description", None)]
    #[case("", None)]
    fn finds_slips_and_nothing_else(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(nearest(text, NAMES), expected);
    }

    #[rstest]
    #[case("abcd", "abdc", 1)]
    #[case("kitten", "sitting", 3)]
    fn a_swap_is_one_edit(#[case] from: &str, #[case] to: &str, #[case] edits: usize) {
        assert_eq!(osa_distance(from, to), edits);
    }
}
