//! What the process does to keep what is in its memory to itself: no core files, and no other process of the same user
//! reads it.
//!
//! Uses the system alone. Both hold for this process: programs that it starts are dumpable again by the kernel (prctl(2),
//! `PR_SET_DUMPABLE`), and on Linux get the limit back that this one was started with. Elsewhere they can raise it
//! themselves up to the hard limit, which stays.

use std::io;
use std::sync::OnceLock;

#[cfg(unix)]
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How large a core file the process might have written.
#[cfg(unix)]
static FORMER: OnceLock<(Option<u64>, Option<u64>)> = OnceLock::new();

/// Forbids core files and, on Linux, that other processes read or trace this one. To be called before anything secret is
/// read, and once.
pub fn keep_memory_private() -> io::Result<()> {
    #[cfg(unix)]
    {
        let limit = getrlimit(Resource::Core);
        FORMER.get_or_init(|| (limit.current, limit.maximum));
        setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: limit.maximum })?;
    }
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Gives a program that was started the limit of core files that this process was started with.
pub fn give_limits_back(child: u32) {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Pid, prlimit};
        let Some((current, maximum)) = FORMER.get().copied() else { return };
        let Some(pid) = i32::try_from(child).ok().and_then(Pid::from_raw) else { return };
        if let Err(error) = prlimit(Some(pid), Resource::Core, Rlimit { current, maximum }) {
            // It ended meanwhile, mostly; its cores are no reason to stop.
            tracing::debug!(%error, "a program's limit of core files stays at nothing");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = child;
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    use super::*;

    #[test]
    fn the_process_is_private_and_its_programs_are_as_before() {
        let before = getrlimit(Resource::Core);
        keep_memory_private().unwrap();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        let now = getrlimit(Resource::Core);
        assert_eq!((now.current, now.maximum), (Some(0), before.maximum));
        // Waits for its input to end, so that it lives as long as it is looked at.
        let mut child = std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let limits = |child: &std::process::Child| {
            let text = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
            text.lines().find(|line| line.starts_with("Max core file size")).unwrap().to_owned()
        };
        give_limits_back(child.id());
        let soft = before.current.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        assert_eq!(limits(&child).split_whitespace().nth(4), Some(soft.as_str()));
        drop(child.stdin.take());
        child.wait().unwrap();
    }
}
