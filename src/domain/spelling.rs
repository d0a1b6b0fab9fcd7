//! The name that was probably meant.

/// Longer texts are no misspelt name of ours.
const MAX_CHARACTERS: usize = 80;

/// The candidate with the fewest edits from `text`, case and separators aside; `None` where too much
/// differs to be a slip.
pub(crate) fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if text.len() > MAX_CHARACTERS {
        return None;
    }
    let typed = folded(text);
    let allowed = (typed.len() / 3).clamp(1, 6);
    let score = |candidate: &'a str| {
        let wanted = folded(candidate);
        // Each character more or less is an edit.
        let near = wanted.len().abs_diff(typed.len()) <= allowed;
        near.then(|| (distance(&typed, &wanted), candidate)).filter(|(distance, _)| *distance <= allowed)
    };
    candidates.into_iter().filter_map(score).min_by_key(|(distance, _)| *distance).map(|(_, best)| best)
}

/// `; did you mean …?`, or nothing.
pub(crate) fn suggestion(best: Option<&str>) -> String {
    best.map(|best| format!("; did you mean `{best}`?")).unwrap_or_default()
}

fn folded(text: &str) -> Vec<char> {
    text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, typed) in from.iter().enumerate() {
        let mut next = vec![at + 1];
        for (column, wanted) in to.iter().enumerate() {
            let replaced = row[column] + usize::from(typed != wanted);
            let mut best = replaced.min(row[column + 1] + 1).min(next[column] + 1);
            let swapped = at > 0 && column > 0 && from[at - 1] == *wanted && to[column - 1] == *typed;
            if swapped {
                best = best.min(before[column - 1] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[to.len()]
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

    #[test]
    fn a_swap_is_one_edit() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&chars("abcd"), &chars("abdc")), 1);
        assert_eq!(distance(&chars("kitten"), &chars("sitting")), 3);
    }
}
