use super::*;
use crate::document::{Dialect, Document, Format};

/// The codes that come up in an example; `None` for one in words.
fn codes(example: Example) -> Option<Vec<Code>> {
    let text = example.whole();
    let document = match example {
        Example::Policy(_) => Document::parse(&text, Dialect::Gcloud),
        Example::Json(_) => Document::parse_as(&text, Dialect::Gcloud, Format::Json),
        Example::Asked(kind, _) => Document::parse_kind(&text, Dialect::Gcloud, Format::Yaml, Some(kind)),
        Example::InProject(..) | Example::Words(_) => return None,
    };
    Some(document.diagnostics.iter().map(|problem| problem.code).collect())
}

#[test]
fn every_code_has_a_page() {
    for code in Code::ALL {
        let page = page(*code);
        assert!(page.why.ends_with('.') && page.source.ends_with('.'), "{code}");
        assert_ne!(page.title, code.as_str());
        assert!(page.to_text().contains(code.help()), "{code}");
    }
}

#[test]
fn the_wrong_examples_fire_and_the_right_ones_do_not() {
    for code in Code::ALL {
        let page = page(*code);
        if let Some(found) = codes(page.wrong) {
            assert!(found.contains(code), "{code}: {found:?}\n{}", page.wrong.whole());
        }
        if let Some(found) = codes(page.right) {
            assert!(!found.contains(code), "{code}\n{}", page.right.whole());
        }
    }
}

#[test]
fn what_is_right_is_right_in_every_way() {
    for code in Code::ALL.iter().filter(|code| code.severity() == crate::diagnostic::Severity::Error) {
        let errors = codes(page(*code).right).into_iter().flatten();
        let errors: Vec<Code> = errors.filter(|code| code.severity() == crate::diagnostic::Severity::Error).collect();
        assert_eq!(errors, [], "{code}");
    }
}
