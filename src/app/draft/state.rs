//! The Policy Creator's draft: its text, what it means, and where it came from.

use crate::draft::Effect;
use crate::draft::complete::list::ProposalList;
use crate::draft::file::state::{DraftFile, FileText};
use crate::draft::find::state::Finder;
use crate::draft::project_facts::{Basis, Ground};
use crate::session::Session;
use crate::shell::editor::{Editor, EditorCommand, Motion};
use domain::admission::Evidence;
use domain::attestation::Verify;
use domain::diagnostic::{Diagnostic, Severity};
use domain::document::{Dialect, Document};
use domain::policy::Policy;
use domain::project_lint::check_project;
use domain::quick_fix::QuickFix;

/// The longest text, in bytes, that is read between a key and its frame: some 600 lines, and 1 to 2 ms.
/// A longer one is read beside, and its problems go along with the text meanwhile.
const AT_ONCE: usize = 32 << 10;

#[derive(Debug)]
pub struct Draft {
    pub editor: Editor,
    pub document: Document,
    /// What is wrong with the document, and with it in the project, in the order of the text.
    problems: Vec<Diagnostic>,
    /// The reading of the text and of the project that the problems stand on.
    checked: Option<(u64, Basis)>,
    /// The revision of the editor that the document was made from.
    parsed: u64,
    /// The revision that is being read beside.
    parsing: Option<u64>,
    /// The last line that each problem or one before it is about.
    reach: Vec<usize>,
    /// The text as it was last taken from the project or imported: what differs from it is unsaved.
    pub baseline: String,
    /// The live policy that it was made from, or was compared with by the user; `None` where that is not
    /// known.
    pub base: Option<Policy>,
    /// Whether anything was ever put into it.
    pub touched: bool,
    pub finder: Finder,
    /// The list of proposals, while it is open.
    pub proposals: Option<ProposalList>,
    /// The file that it was opened from or saved to.
    pub file: Option<DraftFile>,
    /// The file as somebody else changed it, while it is asked what counts.
    pub outside: Option<FileText>,
    /// The quick fixes that can be picked, each with what it is about.
    pub offered: Vec<(QuickFix, String)>,
    /// The list of problems shows those at least as severe.
    pub least: Severity,
}

impl Draft {
    /// A draft of what was saved, or an empty one.
    pub fn new(saved: Option<String>) -> Self {
        let text = saved.unwrap_or_default();
        let editor = Editor::new(&text);
        let document = Document::parse(&text, Dialect::Gcloud);
        let mut draft = Self {
            problems: document.diagnostics.clone(),
            checked: None,
            parsed: editor.revision(),
            parsing: None,
            reach: Vec::new(),
            touched: !text.is_empty(),
            baseline: String::new(),
            base: None,
            finder: Finder::default(),
            proposals: None,
            file: None,
            outside: None,
            offered: Vec::new(),
            least: Severity::Hint,
            editor,
            document,
        };
        draft.reach = reach(draft.problems());
        draft
    }

    /// Follows a change of the text: reads it again, or asks for that where it is long.
    #[must_use]
    pub fn refresh(&mut self) -> Option<Effect> {
        let revision = self.editor.revision();
        if self.parsed == revision {
            return None;
        }
        self.touched = true;
        if self.editor.len() <= AT_ONCE {
            self.read_now();
            return None;
        }
        self.shift();
        if self.parsing.is_some() {
            return None;
        }
        self.parsing = Some(revision);
        Some(Effect::Parse(revision, self.editor.text()))
    }

    /// Reads the text, whatever its length: for what must not be done on an old reading.
    pub fn read_now(&mut self) {
        if self.parsed != self.editor.revision() {
            self.set(self.editor.revision(), Document::parse(&self.editor.text(), Dialect::Gcloud));
            self.touched = true;
        }
    }

    /// Takes a document that was read beside; one of an older text is not shown.
    pub fn was_read(&mut self, revision: u64, document: Document) {
        self.parsing = self.parsing.filter(|parsing| *parsing != revision);
        if revision == self.editor.revision() && self.parsed != revision {
            self.set(revision, document);
        }
    }

    /// The revision of the text that the document says.
    pub fn revision_read(&self) -> u64 {
        self.parsed
    }

    /// Whether the document is that of the text as it is now.
    pub fn is_read(&self) -> bool {
        self.parsed == self.editor.revision()
    }

    fn set(&mut self, revision: u64, document: Document) {
        (self.parsed, self.document) = (revision, document);
        self.problems.clone_from(&self.document.diagnostics);
        self.checked = None;
        self.reach = reach(self.problems());
        self.editor.take_shifts();
    }

    /// Moves the problems of the last reading along with the text.
    fn shift(&mut self) {
        for shift in self.editor.take_shifts().unwrap_or_default() {
            for span in self.problems.iter_mut().map(|problem| &mut problem.span) {
                (span.start, span.end) = (shift.carry(span.start), shift.carry(span.end));
            }
        }
        self.reach = reach(self.problems());
    }

    /// The draft as a policy, if it is one.
    pub fn policy(&self) -> Option<&Policy> {
        self.document.policy.as_ref()
    }

    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// Adds what the project says about the document, if the one or the other changed.
    pub fn check_project(&mut self, session: &Session, evidence: &Evidence, verify: &dyn Verify) {
        let now = (self.parsed, Basis::from_session(session));
        if !self.is_read() || self.checked.as_ref() == Some(&now) {
            return;
        }
        let ground = Ground::from_session(session, evidence);
        self.problems.clone_from(&self.document.diagnostics);
        self.problems.extend(check_project(&self.document, &ground.facts(session, verify)));
        self.problems.sort_by_key(|problem| problem.span.bytes.start);
        self.reach = reach(&self.problems);
        self.checked = Some(now);
    }

    /// The problems that some lines (from 1, both included) may be of, without looking at the rest.
    pub fn problems_on(&self, first: usize, last: usize) -> &[Diagnostic] {
        let from = self.reach.partition_point(|reach| *reach < first);
        let to = self.problems().partition_point(|problem| problem.span.start.line <= last);
        self.problems().get(from..to).unwrap_or_default()
    }

    /// Replaces the text; undo brings the old one back.
    pub fn replace(&mut self, text: &str) {
        self.editor.set_text(text);
        self.editor.input(EditorCommand::Move(Motion::TextStart));
        self.read_now();
    }

    /// Takes a text that is the project's policy now.
    pub fn take_over(&mut self, text: &str) {
        self.replace(text);
        text.clone_into(&mut self.baseline);
    }

    /// Whether it says something that neither the text last imported nor the live policy says.
    pub fn is_unsaved(&self, live: Option<&Policy>) -> bool {
        let is_live = || self.policy().zip(live).is_some_and(|(draft, live)| draft.says_the_same_as(live));
        self.touched && !self.editor.says(&self.baseline) && !is_live()
    }
}

impl Draft {
    /// Whether what it says stands nowhere else: in no file, and not in the project.
    pub fn is_only_here(&self, live: Option<&Policy>) -> bool {
        !self.is_in_file() && self.is_unsaved(live)
    }

    /// Whether it says what its file said last.
    pub fn is_in_file(&self) -> bool {
        self.file.as_ref().and_then(|file| file.text.as_ref()).is_some_and(|text| self.editor.says(text))
    }
}

/// The last line that any problem up to each one is about; they are in the order of their starts.
fn reach(problems: &[Diagnostic]) -> Vec<usize> {
    let mut furthest = 0;
    let last = |problem: &Diagnostic| {
        furthest = furthest.max(problem.span.start.line).max(problem.span.end.line);
        furthest
    };
    problems.iter().map(last).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::shell::remote::Remote;
    use domain::attestation::{SignatureFault, Verified};
    use domain::attestor::PublicKey;
    use domain::diagnostic::Code;
    use domain::span::Position;

    fn long() -> String {
        let lines: String = (0..5_000).map(|n| format!("- namePattern: gcr.io/project/image-{n}:v1\n")).collect();
        format!("admissionWhitelistPatterns:\n{lines}defaultAdmissionRule:\n  evaluationMode: WRONG\n")
    }

    fn type_at(draft: &mut Draft, line: usize, text: &str) -> Option<Effect> {
        draft.editor.input(EditorCommand::Move(Motion::Position { line, column: 1 }));
        draft.editor.input(EditorCommand::Text(text.to_owned()));
        draft.refresh()
    }

    fn wrong(draft: &Draft) -> Option<Position> {
        draft.problems().iter().find(|problem| problem.message.contains("WRONG")).map(|problem| problem.span.start)
    }

    #[test]
    fn a_short_text_is_read_at_once() {
        let mut draft = Draft::new(Some("description: x\n".into()));
        assert_eq!(type_at(&mut draft, 2, "defaultAdmissionRule: {evaluationMode: WRONG}\n"), None);
        assert!(draft.is_read());
        assert_eq!(wrong(&draft).map(|place| place.line), Some(2));
    }

    #[test]
    fn a_long_text_is_read_beside_and_its_problems_go_along() {
        let mut draft = Draft::new(Some(long()));
        let before = wrong(&draft).unwrap();
        let Some(Effect::Parse(revision, text)) = type_at(&mut draft, 2, "# one\n# two\n") else { panic!("not asked") };
        assert_eq!(wrong(&draft), Some(Position { line: before.line + 2, ..before }));
        // While it is read, more is typed: that is not asked for twice, and the old answer is not taken.
        assert_eq!(type_at(&mut draft, 2, "# three\n"), None);
        draft.was_read(revision, Document::parse(&text, Dialect::Gcloud));
        assert!(!draft.is_read());
        let Some(Effect::Parse(revision, text)) = draft.refresh() else { panic!("not asked again") };
        draft.was_read(revision, Document::parse(&text, Dialect::Gcloud));
        assert!(draft.is_read());
        assert_eq!(wrong(&draft), Some(Position { line: before.line + 3, ..before }));
    }

    struct Nothing;

    impl Verify for Nothing {
        fn verify(&self, _: &PublicKey, _: &[u8], _: &[u8]) -> Result<Verified, SignatureFault> {
            unreachable!("nothing is verified")
        }
    }

    #[test]
    fn what_the_project_says_stands_among_the_problems_and_follows_it() {
        let text = "defaultAdmissionRule:\n  evaluationMode: REQUIRE_ATTESTATION\n  enforcementMode: DRYRUN_AUDIT_LOG_ONLY\n  \
                    requireAttestationsBy:\n  - projects/my-project/attestors/qa\nglobalPolicyEvaluationMode: ENABLE\n";
        let mut draft = Draft::new(Some(text.into()));
        let codes = |draft: &Draft| draft.problems().iter().map(|problem| problem.code).collect::<Vec<_>>();
        let mut session = Session { project: "my-project".parse().ok(), ..Session::default() };
        draft.check_project(&session, &Evidence::default(), &Nothing);
        assert_eq!(codes(&draft), [Code::DryRun]);
        session.remotes.attestors = Remote::ready(Vec::new(), Timestamp::UNIX_EPOCH);
        draft.check_project(&session, &Evidence::default(), &Nothing);
        assert_eq!(codes(&draft), [Code::DryRun, Code::AttestorMissing]);
        assert_eq!(draft.problems_on(5, 5).len(), 1);
        // The policy is still one that can be tried out; what is typed next is checked again.
        assert!(draft.policy().is_some());
        assert_eq!(type_at(&mut draft, 5, "  - projects/my-project/attestors/qb\n"), None);
        assert_eq!(codes(&draft), [Code::DryRun]);
        draft.check_project(&session, &Evidence::default(), &Nothing);
        assert_eq!(codes(&draft), [Code::DryRun, Code::AttestorMissing, Code::AttestorMissing]);
    }

    #[test]
    fn the_problems_of_some_lines_are_found() {
        let text = "a: 1\ndefaultAdmissionRule:\n  evaluationMode: WRONG\nb: 2\n";
        let draft = Draft::new(Some(text.into()));
        for line in 1..=5 {
            let all = draft.problems().iter().filter(|p| (p.span.start.line..=p.span.end.line).contains(&line)).count();
            let on = draft.problems_on(line, line);
            let found = on.iter().filter(|p| (p.span.start.line..=p.span.end.line).contains(&line)).count();
            assert_eq!(found, all, "line {line}");
        }
        assert!(draft.problems_on(9, 9).is_empty());
    }
}
