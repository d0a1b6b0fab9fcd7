//! Wrong input at every prompt: an error under its field, on the screen, and nothing typed is lost.

use countersign::app::Model;
use countersign::app::effect::Effect;
use countersign::app::msg::Msg;
use countersign::app::overlay::Overlay;
use countersign::app::shell::field::Field;
use countersign::app::shell::form::{AnyField, Input, Shown};
use countersign::app::shell::report::Report;
use countersign::app::submission::OpenForm;
use countersign::app::work::{Failure, WorkMsg};
use countersign::domain::admission::{Fact, Platform, Request, RequestImage};

use crate::support::screen::text;
use crate::support::stage::Stage;

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// A prompt: how to get there, and what each of its fields must refuse.
struct Prompt {
    title: &'static str,
    stage: fn((u16, u16)) -> Stage,
    keys: &'static str,
    /// What is picked in the list that the keys open; empty where they open none.
    pick: &'static str,
    /// Fields by their labels.
    refused: &'static [(&'static str, &'static [&'static str])],
}

const NAMES: &[&str] = &["", "Upper", "two words", "a/b", "-a", "🥙", "a\u{1b}[31m"];

const PROMPTS: &[Prompt] = &[
    Prompt {
        title: "Choose a project",
        stage: Stage::empty,
        keys: "1 Enter",
        pick: "",
        refused: &[("Project id", NAMES)],
    },
    Prompt {
        title: "Create or choose a cluster",
        stage: without_cluster,
        keys: "1 Down Down Down Enter",
        pick: "",
        refused: &[("Name", NAMES), ("Name", &["a.b"]), ("Zone or region", NAMES)],
    },
    Prompt {
        title: "Build and push",
        stage: Stage::full,
        keys: "1 b",
        pick: "",
        refused: &[
            ("Repository", &["", "us.gcr.io/p/a:t", "us.gcr.io/UPPER", "hello-world", "us.gcr.io/🥙"]),
            ("Tag", &["", "a b", "-", "a/b"]),
        ],
    },
    Prompt {
        title: "Deploy",
        stage: Stage::full,
        keys: "1 D",
        pick: "",
        refused: &[
            ("Name", NAMES),
            ("Image", &["", "two words", "us.gcr.io/p/a@sha256:1", "us.gcr.io/UPPER"]),
            ("Namespace", NAMES),
            ("Service account", &["Upper", "a b"]),
            ("Labels", &["a", "=b", "a=b,c"]),
        ],
    },
    Prompt {
        title: "Simulate an admission",
        stage: Stage::full,
        keys: "1 s",
        pick: "",
        refused: &[
            ("Images", &["", "two words", "us.gcr.io/p/a@sha256:1", "a,us.gcr.io/UPPER"]),
            ("Cluster", &["no-dot", ".a", "a."]),
            ("Namespace", &["Upper", "a b"]),
            ("Service account", &["Upper", "a b"]),
            ("Mesh identity", &["a", "d/ns/N/sa/b", "d/ns//sa/b"]),
            ("Labels", &["a", "=b"]),
            ("Annotations", &["a", "=b"]),
        ],
    },
    Prompt {
        title: "Create a note",
        stage: Stage::full,
        keys: "3 Tab n",
        pick: "",
        refused: &[("Note id", &["", "a b", "a/b", "-a", "🥙"]), ("Human readable name", &["", "  "])],
    },
    Prompt {
        title: "Create an attestor",
        stage: Stage::full,
        keys: "3 n",
        pick: "",
        refused: &[
            ("Attestor id", &["", "a b", "a/b"]),
            ("Note", &["", "n", "projects/p/attestors/n", "projects/p/notes/"]),
        ],
    },
    Prompt {
        title: "Generate a signing key",
        stage: Stage::full,
        keys: "3 S-Tab n",
        pick: "",
        refused: &[("Name", &["", "<a>"]), ("E-mail", &["", "a", "a b@c", "<a@b>"]), ("Passphrase", &[""])],
    },
    Prompt {
        title: "Import a key",
        stage: Stage::full,
        keys: "3 S-Tab I",
        pick: "",
        refused: &[("Armored key", &["", "not a key", "ssh-rsa AAAA"])],
    },
    Prompt {
        title: "Write the draft to a file",
        stage: Stage::full,
        keys: "2 F2",
        pick: "",
        refused: &[("File", &["", "a", "a/b.yaml", ".a.yaml", "a.YAML", "a\\b.yaml", "../.a.yaml", "/", "~/a.txt"])],
    },
    Prompt {
        title: "Export the live policy",
        stage: Stage::full,
        keys: "2 M-x",
        pick: "",
        refused: &[("File", &["", "a", "../a.yaml", ".a.yaml", "a.json", "a\\b.yaml"])],
    },
    Prompt {
        title: "Go to line",
        stage: Stage::full,
        keys: "2 C-l",
        pick: "",
        refused: &[("Line", &["", "0", "-1", "a", "1:0", "1:b", "99999999999999999999999"])],
    },
    Prompt {
        title: "Simulate a manifest",
        stage: Stage::full,
        keys: "1 m",
        pick: "",
        refused: &[(
            "Manifest",
            &["", "kind: [broken", "no manifest", "kind: Service\napiVersion: v1", "kind: Pod\nspec: {containers: []}"],
        )],
    },
    Prompt {
        title: "Break the glass",
        stage: Stage::full,
        keys: "1 B",
        pick: "",
        refused: &[
            ("Justification", &["", "  "]),
            ("Name", NAMES),
            ("Namespace", NAMES),
            ("Service account", &["Upper", "a b"]),
        ],
    },
    Prompt {
        title: "Explain a message",
        stage: Stage::full,
        keys: "1 E",
        pick: "",
        refused: &[("Message", &["", "  \n "])],
    },
    Prompt { title: "Write a case", stage: Stage::full, keys: "1 K", pick: "", refused: &[("File", &["", " "])] },
    Prompt {
        title: "Replay audit log entries",
        stage: Stage::empty,
        keys: "1 M-l",
        pick: "",
        refused: &[("File", &["", " "])],
    },
    Prompt {
        title: "What if",
        stage: Stage::full,
        keys: "1 w",
        pick: "attested by…",
        refused: &[("Attestor", &["", "qa", "projects/p/notes/n", "projects//attestors/a", "a b"])],
    },
    Prompt {
        title: "What if",
        stage: Stage::full,
        keys: "1 w",
        pick: "in another cluster…",
        refused: &[("Cluster", &["", "no-dot", ".a", "a."])],
    },
    Prompt {
        title: "What if",
        stage: Stage::full,
        keys: "1 w",
        pick: "in another namespace…",
        refused: &[("Namespace", NAMES)],
    },
    Prompt {
        title: "What if",
        stage: Stage::full,
        keys: "1 w",
        pick: "at another time…",
        refused: &[("Time", &["", "noon", "2026-13-01", "2026-02-30 10:00", "25:00", "99999999999999999999"])],
    },
    Prompt {
        title: "Choose an image",
        stage: Stage::full,
        keys: "i",
        pick: "type",
        refused: &[("Image", &["", "two words", "us.gcr.io/UPPER", "a@sha256:0"])],
    },
];

fn without_cluster(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    stage.model.session.cluster = None;
    stage
}

fn open(prompt: &Prompt, size: (u16, u16)) -> Stage {
    let mut stage = (prompt.stage)(size);
    stage.keys(prompt.keys);
    if !prompt.pick.is_empty() {
        stage.type_text(prompt.pick);
        stage.keys("Enter");
    }
    if prompt.title == "Break the glass" {
        put(&mut stage, "Justification", "pager 4711");
    }
    let shown = text(&stage.draw().0);
    assert_eq!(form(&stage).map(|form| form.form().title()), Some(prompt.title), "{shown}");
    stage
}

fn form(stage: &Stage) -> Option<&OpenForm<Model>> {
    stage.model.overlays.last().and_then(|overlay| if let Overlay::Form(form) = overlay { Some(form) } else { None })
}

/// The field of this label.
#[track_caller]
fn field<'s>(stage: &'s Stage, label: &str) -> &'s dyn AnyField {
    let fields = form(stage).unwrap_or_else(|| panic!("no form with {label:?}")).form().fields();
    fields.into_iter().find(|field| field.label() == label).unwrap()
}

fn value(field: &dyn AnyField) -> String {
    match field.shown() {
        Shown::Text(field) => field.text().to_owned(),
        Shown::Paste(editor) => editor.text(),
        Shown::Secret(_) => String::new(),
        Shown::Choice(chosen) => chosen.to_owned(),
    }
}

/// Puts a text into a field, as if everything in it was selected and overwritten.
fn put(stage: &mut Stage, label: &str, value: &str) {
    let Some(Overlay::Form(form)) = stage.model.overlays.last_mut() else { panic!("no form") };
    let field = form.form_mut().fields_mut().into_iter().find(|field| field.label() == label).unwrap();
    match field.input() {
        Input::Text(field) => *field = Field::new(value),
        Input::Paste(editor) => drop(editor.set_text(value)),
        Input::Secret(_) => assert_eq!(value, "", "secrets are typed"),
        Input::Choice(_) => panic!("{label} is a choice"),
    }
}

/// Submits the form with a value that is wrong.
fn refuse(stage: &mut Stage, label: &str, wrong: &str) {
    put(stage, label, wrong);
    let effects = stage.keys("Enter");
    let shown = text(&stage.draw().0);
    let title = form(stage).map(|form| form.form().title().to_owned());
    let title = title.unwrap_or_else(|| panic!("{label} takes {wrong:?}\n{shown}"));
    assert!(effects.is_empty(), "{title}: {label} {wrong:?}: {effects:?}");
    let field = field(stage, label);
    let error = field.error().unwrap_or_else(|| panic!("{title}: {label} {wrong:?}"));
    match field.shown() {
        Shown::Text(field) => assert_eq!(field.text(), Field::new(wrong).text()),
        Shown::Paste(editor) => assert_eq!(editor.text(), wrong),
        Shown::Secret(_) | Shown::Choice(_) => {}
    }
    let start: String = error.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == ' ').take(12).collect();
    assert!(shown.contains(start.trim()), "{title}: {label}: {error} is not seen\n{shown}");
}

#[test]
fn what_is_wrong_is_refused_at_its_field_and_kept() {
    for prompt in PROMPTS {
        for size in SIZES {
            let mut stage = open(prompt, size);
            for (label, values) in prompt.refused {
                let right = value(field(&stage, label));
                for wrong in *values {
                    refuse(&mut stage, label, wrong);
                }
                put(&mut stage, label, &right);
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
    put(&mut stage, "Note id", "taken");
    let effects = stage.keys("Enter");
    assert!(form(&stage).is_none());
    let ticket =
        effects.iter().find_map(|e| if let Effect::Run(ticket, _) = e { Some(*ticket) } else { None }).unwrap();
    stage.send(Msg::Work(WorkMsg::Ended(ticket, Err(Failure::Failed(0, Report::new("409: it exists"))))));
    assert!(text(&stage.draw().0).contains("409: it exists"));
    stage.keys("Esc");
    assert_eq!(value(field(&stage, "Note id")), "taken");
}

/// Whether a service of Cloud Run is asked about at all, its annotation says, or what was told of it.
#[test]
fn the_form_knows_no_more_of_cloud_run_than_was_said() {
    let mut stage = Stage::full((120, 40));
    let image = RequestImage { image: "us.gcr.io/p/a:1".into(), ..RequestImage::default() };
    let mut request = Request { platform: Platform::CloudRun, images: vec![image], ..Request::default() };
    let mut is_known_after = |request: &Request, annotations: &str| {
        stage.model.session.ask(request.clone());
        stage.keys("1 s");
        put(&mut stage, "Annotations", annotations);
        stage.keys("Enter");
        stage.model.session.request().unwrap().knows(Fact::Enforcement)
    };
    assert!(is_known_after(&request, ""), "it was refused, so it was asked about");
    assert!(!is_known_after(&request, "a=b"), "that is another service");
    request.settle_enforcement();
    assert!(!is_known_after(&request, ""));
    assert!(is_known_after(&request, "run.googleapis.com/binary-authorization=default"));
}
