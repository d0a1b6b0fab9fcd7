//! bash, as it reads what the program writes for it.

use std::fs;
use std::process::Command;

/// Runs a text as a script of bash in an empty directory; what the file `told` holds then, which has to be all that is
/// there.
pub fn told_by(script: &str) -> Vec<u8> {
    let directory = tempfile::tempdir().expect("a directory");
    let work = directory.path().join("work");
    fs::create_dir(&work).expect("a directory");
    let path = directory.path().join("script");
    fs::write(&path, script).expect("a file");
    let status = Command::new("bash").arg(&path).current_dir(&work).status().expect("bash");
    assert!(status.success(), "{script:?}");
    let names: Vec<_> = fs::read_dir(&work).expect("a directory").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(names, ["told"], "{script:?}");
    fs::read(work.join("told")).expect("what was told")
}
