//! Any bytes where the program kept something: a theme, the session, the history of a project, the draft.
#![no_main]

use countersign::app::draft::file::state::{FileReply, FileTask};
use countersign::app::effect::SavedState;
use countersign::runtime::{files::Files, history, open_files};
use countersign::ui::theme::Theme;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = serde_json::from_slice::<SavedState>(bytes);
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("draft.yaml");
    std::fs::write(&path, bytes).expect("a file");
    // What is taken as a text is that text.
    if let FileReply::Opened(opened) = open_files::perform(FileTask::Open(path.display().to_string())) {
        assert_eq!(opened.text.as_bytes(), bytes);
        assert!(!bytes.contains(&0));
    }
    let data = directory.path().join("data");
    for kept in ["session.json", "draft.yaml", "history/project.jsonl", "history/project/1.json"] {
        let path = data.join(kept);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(path, bytes).expect("a file");
    }
    let files = Files::new(&data);
    let _ = files.load();
    let _ = history::keep(&files, "project", None);
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (theme, _warnings) = Theme::load("mine", &|_| Some(text.clone()));
    assert!(!theme.name().is_empty());
});
