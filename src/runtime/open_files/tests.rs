use super::*;

fn path_of(dir: &tempfile::TempDir, name: &str) -> String {
    dir.path().canonicalize().unwrap().join(name).display().to_string()
}

fn refused(path: &str) -> String {
    match perform(FileTask::Open(path.to_owned())) {
        FileReply::Failed(report) => report.title,
        other => panic!("{other:?}"),
    }
}

fn opened(path: &str) -> FileText {
    match perform(FileTask::Open(path.to_owned())) {
        FileReply::Opened(opened) => opened,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_text_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let path = path_of(&dir, "a.yaml");
    assert!(refused(&path).contains("cannot be read"));
    assert!(refused(&path_of(&dir, "")).contains("is not a regular file"));
    fs::write(&path, b"a: 1\nb: \xff\n").unwrap();
    assert!(refused(&path).contains("is not UTF-8: line 2"));
    fs::write(&path, b"a\0b").unwrap();
    assert!(refused(&path).contains("is not a text: line 1"));
    fs::write(&path, vec![b'a'; MAX_BYTES + 1]).unwrap();
    assert!(refused(&path).contains("more than a policy may have"));
}

#[test]
fn directories_and_policies_are_listed() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["b.yaml", "a.json", "notes.txt", ".hidden.yaml"] {
        fs::write(dir.path().join(name), "").unwrap();
    }
    fs::create_dir(dir.path().join("more")).unwrap();
    let FileReply::Listed(_, entries) = perform(FileTask::List(Some(path_of(&dir, "")))) else { panic!("not listed") };
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a.json", "b.yaml", "more", ".."]);
}

#[test]
fn a_file_is_watched_by_its_stamp() {
    let dir = tempfile::tempdir().unwrap();
    let path = path_of(&dir, "a.yaml");
    fs::write(&path, "a: 1\n").unwrap();
    let before = opened(&path);
    assert_eq!(perform(FileTask::Watch(path.clone(), before.stamp)), FileReply::Same(path.clone()));
    fs::write(&path, "a: 22\n").unwrap();
    // A change is told once it is a moment old.
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    let reply = loop {
        let reply = perform(FileTask::Watch(path.clone(), before.stamp));
        if reply != FileReply::Same(path.clone()) || std::time::Instant::now() > deadline {
            break reply;
        }
    };
    assert_eq!(reply, FileReply::Changed(opened(&path)));
    fs::remove_file(&path).unwrap();
    assert_eq!(perform(FileTask::Watch(path.clone(), before.stamp)), FileReply::Gone(path));
}

#[test]
fn a_file_of_others_is_replaced_only_when_it_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = path_of(&dir, "a.yaml");
    let JobOutcome::Saved { stamp, .. } = save(&path, "a: 1\n", IfThere::Keep).unwrap() else { panic!("not saved") };
    assert_eq!(opened(&path).text, "a: 1\n");
    // Its own file, as it was last seen.
    assert!(matches!(save(&path, "a: 2\n", IfThere::ReplaceIfStill(stamp)).unwrap(), JobOutcome::Saved { .. }));
    // Others wrote to it.
    fs::write(&path, "others: 1\n").unwrap();
    let there = Some("others: 1\n".to_owned());
    assert_eq!(
        save(&path, "a: 3\n", IfThere::ReplaceIfStill(stamp)).unwrap(),
        JobOutcome::InTheWay { path: path.clone(), text: there }
    );
    assert_eq!(opened(&path).text, "others: 1\n");
    assert!(matches!(save(&path, "a: 3\n", IfThere::Replace).unwrap(), JobOutcome::Saved { .. }));
    assert_eq!(opened(&path).text, "a: 3\n");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn mode_and_links_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let (path, link) = (path_of(&dir, "a.yaml"), path_of(&dir, "b.yaml"));
    fs::write(&path, "a: 1\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    save(&link, "a: 2\n", IfThere::Replace).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&path).unwrap(), "a: 2\n");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_script_is_its_owners_from_the_first_moment() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = path_of(&dir, "session.sh");
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    save_script(&path, "true\n", IfThere::Keep).unwrap();
    assert_eq!(mode(), 0o700);
    // One that was open to all is so no longer.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
    save_script(&path, "false\n", IfThere::Replace).unwrap();
    assert_eq!(mode(), 0o700);
}

/// Needs the right to give files away, which root has.
#[test]
fn a_draft_is_not_written_through_a_link_of_others() {
    let dir = tempfile::tempdir().unwrap();
    let (victim, link) = (path_of(&dir, "victim.yaml"), path_of(&dir, "policy.yaml"));
    fs::write(&victim, "mine: 1\n").unwrap();
    std::os::unix::fs::symlink(&victim, &link).unwrap();
    if std::os::unix::fs::lchown(&link, Some(65_534), None).is_err() {
        println!("a_draft_is_not_written_through_a_link_of_others: only root can give a link away; not run");
        return;
    }
    assert!(refused(&link).contains("is a link of another user"));
    let error = save(&link, "a: 1\n", IfThere::Replace).unwrap_err();
    assert!(error.to_string().contains("is a link of another user (uid 65534)"), "{error}");
    assert_eq!(fs::read_to_string(&victim).unwrap(), "mine: 1\n");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside");
}
