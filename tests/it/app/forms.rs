//! Wrong input at every prompt: an error under its field, on the screen, and nothing typed is lost.

use countersign::app::effect::Effect;
use countersign::app::msg::Msg;
use countersign::app::overlay::Overlay;
use countersign::app::shell::field::Field;
use countersign::app::shell::form::{Form, FormKind, Input, Typed};
use countersign::app::shell::report::Report;
use countersign::app::work::{Failure, WorkMsg};

use crate::support::screen::text;
use crate::support::stage::Stage;

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// A prompt: how to get there, and what each of its fields must refuse.
struct Prompt {
    kind: FormKind,
    stage: fn((u16, u16)) -> Stage,
    keys: &'static str,
    refused: &'static [(&'static str, &'static [&'static str])],
}

const NAMES: &[&str] = &["", "Upper", "two words", "a/b", "-a", "🥙", "a\u{1b}[31m"];

const PROMPTS: &[Prompt] = &[
    Prompt { kind: FormKind::Project, stage: Stage::empty, keys: "1 Enter", refused: &[("project", NAMES)] },
    Prompt {
        kind: FormKind::Cluster,
        stage: without_cluster,
        keys: "1 Down Down Down Enter",
        refused: &[("name", NAMES), ("name", &["a.b"]), ("location", NAMES)],
    },
    Prompt {
        kind: FormKind::Push,
        stage: Stage::full,
        keys: "1 b",
        refused: &[
            ("repository", &["", "us.gcr.io/p/a:t", "us.gcr.io/UPPER", "hello-world", "us.gcr.io/🥙"]),
            ("tag", &["", "a b", "-", "a/b"]),
        ],
    },
    Prompt {
        kind: FormKind::Deploy,
        stage: Stage::full,
        keys: "1 D",
        refused: &[
            ("name", NAMES),
            ("image", &["", "two words", "us.gcr.io/p/a@sha256:1", "us.gcr.io/UPPER"]),
            ("namespace", NAMES),
            ("account", &["Upper", "a b"]),
            ("labels", &["a", "=b", "a=b,c"]),
        ],
    },
    Prompt {
        kind: FormKind::Simulate,
        stage: Stage::full,
        keys: "1 s",
        refused: &[
            ("images", &["", "two words", "us.gcr.io/p/a@sha256:1", "a,us.gcr.io/UPPER"]),
            ("cluster", &["no-dot", ".a", "a."]),
            ("namespace", NAMES),
            ("account", &["Upper", "a b"]),
            ("identity", &["a", "d/ns/N/sa/b", "d/ns//sa/b"]),
            ("labels", &["a", "=b"]),
            ("annotations", &["a", "=b"]),
        ],
    },
    Prompt {
        kind: FormKind::Note,
        stage: Stage::full,
        keys: "3 Tab n",
        refused: &[("id", &["", "a b", "a/b", "-a", "🥙"]), ("description", &["", "  "])],
    },
    Prompt {
        kind: FormKind::Attestor,
        stage: Stage::full,
        keys: "3 n",
        refused: &[("id", &["", "a b", "a/b"]), ("note", &["", "n", "projects/p/attestors/n", "projects/p/notes/"])],
    },
    Prompt {
        kind: FormKind::Key,
        stage: Stage::full,
        keys: "3 S-Tab n",
        refused: &[("name", &["", "<a>"]), ("email", &["", "a", "a b@c", "<a@b>"]), ("passphrase", &[""])],
    },
    Prompt {
        kind: FormKind::ImportKey,
        stage: Stage::full,
        keys: "3 S-Tab I",
        refused: &[("armor", &["", "not a key", "ssh-rsa AAAA"])],
    },
    Prompt {
        kind: FormKind::SaveFile,
        stage: Stage::full,
        keys: "2 F2",
        refused: &[("name", &["", "a", "a/b.yaml", ".a.yaml", "a.YAML", "a\\b.yaml", "../.a.yaml", "/", "~/a.txt"])],
    },
    Prompt {
        kind: FormKind::ExportPolicy,
        stage: Stage::full,
        keys: "2 M-x",
        refused: &[("name", &["", "a", "../a.yaml", ".a.yaml", "a.json", "a\\b.yaml"])],
    },
    Prompt {
        kind: FormKind::GoToLine,
        stage: Stage::full,
        keys: "2 C-l",
        refused: &[("line", &["", "0", "-1", "a", "1:0", "1:b", "99999999999999999999999"])],
    },
    Prompt {
        kind: FormKind::Manifest,
        stage: Stage::full,
        keys: "1 m",
        refused: &[(
            "manifest",
            &["", "kind: [broken", "no manifest", "kind: Service\napiVersion: v1", "kind: Pod\nspec: {containers: []}"],
        )],
    },
    Prompt {
        kind: FormKind::BreakGlass,
        stage: Stage::full,
        keys: "1 B",
        refused: &[("why", &["", "  "]), ("name", NAMES), ("namespace", NAMES), ("account", &["Upper", "a b"])],
    },
    Prompt { kind: FormKind::Explain, stage: Stage::full, keys: "1 E", refused: &[("text", &["", "  \n "])] },
    Prompt { kind: FormKind::Case, stage: Stage::full, keys: "1 K", refused: &[("path", &["", " "])] },
    Prompt { kind: FormKind::Replay, stage: Stage::empty, keys: "1 M-l", refused: &[("path", &["", " "])] },
    Prompt {
        kind: FormKind::Assume(Typed::Attestor),
        stage: Stage::full,
        keys: "1 w",
        refused: &[("value", &["", "qa", "projects/p/notes/n", "projects//attestors/a", "a b"])],
    },
    Prompt {
        kind: FormKind::Assume(Typed::Cluster),
        stage: Stage::full,
        keys: "1 w",
        refused: &[("value", &["", "no-dot", ".a", "a."])],
    },
    Prompt { kind: FormKind::Assume(Typed::Namespace), stage: Stage::full, keys: "1 w", refused: &[("value", NAMES)] },
    Prompt {
        kind: FormKind::Assume(Typed::Time),
        stage: Stage::full,
        keys: "1 w",
        refused: &[("value", &["", "noon", "2026-13-01", "2026-02-30 10:00", "25:00", "99999999999999999999"])],
    },
    Prompt {
        kind: FormKind::TypedImage,
        stage: Stage::full,
        keys: "i",
        refused: &[("image", &["", "two words", "us.gcr.io/UPPER", "a@sha256:0"])],
    },
];

fn without_cluster(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    stage.model.session.cluster = None;
    stage
}

fn open(prompt: &Prompt, size: (u16, u16)) -> Stage {
    let mut stage = (prompt.stage)(size);
    if let FormKind::Assume(typed) = &prompt.kind {
        stage.keys(prompt.keys);
        stage.type_text(typed.label());
        stage.keys("Enter");
    } else if prompt.kind == FormKind::TypedImage {
        stage.keys("i");
        stage.type_text("type");
        stage.keys("Enter");
    } else {
        stage.keys(prompt.keys);
    }
    if prompt.kind == FormKind::BreakGlass {
        put(&mut stage, "why", "pager 4711");
    }
    let shown = text(&stage.draw().0);
    assert_eq!(form(&stage).map(|form| &form.kind), Some(&prompt.kind), "{shown}");
    stage
}

fn form(stage: &Stage) -> Option<&Form> {
    stage.model.overlays.last().and_then(|overlay| if let Overlay::Form(form) = overlay { Some(&**form) } else { None })
}

/// Puts a text into a field, as if everything in it was selected and overwritten.
fn put(stage: &mut Stage, id: &str, value: &str) {
    let Some(Overlay::Form(form)) = stage.model.overlays.last_mut() else { panic!("no form") };
    let field = form.fields.iter_mut().find(|field| field.id == id).unwrap();
    match &mut field.input {
        Input::Text(field) => *field = Field::new(value),
        Input::Paste(editor) => drop(editor.set_text(value)),
        Input::Secret(_) => assert_eq!(value, "", "secrets are typed"),
        Input::Choice { .. } => panic!("{id} is a choice"),
    }
}

#[test]
fn what_is_wrong_is_refused_at_its_field_and_kept() {
    for prompt in PROMPTS {
        for size in SIZES {
            for (id, values) in prompt.refused {
                for value in *values {
                    let mut stage = open(prompt, size);
                    put(&mut stage, id, value);
                    let effects = stage.keys("Enter");
                    assert!(effects.is_empty(), "{:?} {id} {value:?}: {effects:?}", prompt.kind);
                    let form = form(&stage).unwrap_or_else(|| panic!("{:?} {id} takes {value:?}", prompt.kind));
                    let field = form.fields.iter().find(|field| field.id == *id).unwrap();
                    let error = field.error.clone().unwrap_or_else(|| panic!("{:?} {id} {value:?}", prompt.kind));
                    match &field.input {
                        Input::Text(field) => assert_eq!(field.text(), Field::new(value).text()),
                        Input::Paste(editor) => assert_eq!(editor.text(), *value),
                        Input::Secret(_) | Input::Choice { .. } => {}
                    }
                    let shown = text(&stage.draw().0);
                    let start: String =
                        error.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == ' ').take(12).collect();
                    assert!(
                        shown.contains(start.trim()),
                        "{:?} {id}: {error} is not seen at {size:?}\n{shown}",
                        prompt.kind
                    );
                }
            }
        }
    }
}

#[test]
fn passphrases_that_differ_are_refused() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.keys("3 S-Tab n Tab Tab Tab");
        stage.type_text("one");
        stage.keys("Tab");
        stage.type_text("two");
        assert!(stage.keys("Enter").is_empty());
        let shown = text(&stage.draw().0);
        assert!(shown.contains("the passphrases differ"), "{shown}");
        assert!(!shown.contains("one\n") && !shown.contains("two"), "{shown}");
    }
}

/// What the service refuses is told, and the form is there again with everything that was typed.
#[test]
fn a_form_comes_back_when_its_work_fails() {
    let mut stage = Stage::full((80, 24));
    stage.keys("3 Tab n");
    put(&mut stage, "id", "taken");
    let effects = stage.keys("Enter");
    assert!(form(&stage).is_none());
    let ticket =
        effects.iter().find_map(|e| if let Effect::Run(ticket, _) = e { Some(*ticket) } else { None }).unwrap();
    stage.send(Msg::Work(WorkMsg::Ended(ticket, Err(Failure::Failed(0, Report::new("409: it exists"))))));
    assert!(text(&stage.draw().0).contains("409: it exists"));
    stage.keys("Esc");
    assert_eq!(form(&stage).unwrap().value("id"), "taken");
}
