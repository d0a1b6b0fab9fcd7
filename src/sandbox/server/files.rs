//! The sandbox's files: a directory for the owner alone, and small secrets that are written whole.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::token::{NotAToken, Token};
use crate::people::{PEOPLE, Person};
use domain::command::shell::Shell;

/// The file of the authority's certificate, for clients to trust.
const CERTIFICATE_FILE: &str = "ca.pem";
const AUTHORITY_FILE: &str = "authority.pem";
const TOKEN_FILE: &str = "token";
const PEOPLE_DIRECTORY: &str = "people";
const STORE_FILE: &str = "sandbox.db";
const VAULT_FILE: &str = "kms.key";

/// Where a sandbox keeps what other programs need to use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    directory: PathBuf,
}

impl Files {
    /// The files of the sandbox in this directory, whether it was ever started or not.
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The authority's certificate, PEM.
    pub fn certificate(&self) -> PathBuf {
        self.directory.join(CERTIFICATE_FILE)
    }

    /// The authority itself: its certificate and its key.
    pub(super) fn authority(&self) -> PathBuf {
        self.directory.join(AUTHORITY_FILE)
    }

    /// The token, readable by its owner alone.
    pub fn token(&self) -> PathBuf {
        self.directory.join(TOKEN_FILE)
    }

    /// The token of one of the sandbox's people, readable by its owner alone.
    pub fn token_of(&self, person: &Person) -> PathBuf {
        if person.is_owner() { self.token() } else { self.people().join(person.name) }
    }

    /// The client certificate of a person, with its key, PEM.
    pub(super) fn certificate_of(&self, person: &Person) -> PathBuf {
        self.people().join(format!("{}.pem", person.name))
    }

    /// The owner's token itself. Blocks.
    pub fn read_token(&self) -> io::Result<Token> {
        self.read_token_of(Person::owner())
    }

    /// The token of a person itself. Blocks.
    pub fn read_token_of(&self, person: &Person) -> io::Result<Token> {
        self.refuse_exposed()?;
        let path = self.token_of(person);
        let text = Zeroizing::new(fs::read_to_string(&path)?);
        Token::parse(&text).map_err(|error| no_token(&path, error))
    }

    /// The token of a person, made where there is no file of it. Blocks.
    pub(super) fn read_or_make_token_of(&self, person: &Person) -> io::Result<Token> {
        let path = self.token_of(person);
        let text = read_or_make::<io::Error>(&path, Token::generate)?;
        Token::parse(&text).map_err(|error| no_token(&path, error))
    }

    /// Writes a file that other programs read, at this path below the directory; readable by its
    /// owner alone.
    pub fn write_for_clients(&self, path: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.directory.join(path);
        make_directory(path.parent().unwrap_or(&self.directory))?;
        replace(&path, text.as_bytes())?;
        Ok(path)
    }

    /// Refuses a directory or a secret of the sandbox that somebody else can change, or a secret that others can read:
    /// whoever made it may know the token and the keys. Blocks.
    pub(super) fn refuse_exposed(&self) -> io::Result<()> {
        let people = self.people();
        let above = self.directory.parent().filter(|above| !above.as_os_str().is_empty());
        let above = above.and_then(disk::Exposure::of_directory_above);
        let exposed = above.or_else(|| disk::Exposure::of_directory(&self.directory));
        let exposed = exposed.or_else(|| disk::Exposure::of_directory(&people));
        let secrets = [self.authority(), self.vault(), self.store()].into_iter();
        let of_people = PEOPLE.iter().flat_map(|person| [self.token_of(person), self.certificate_of(person)]);
        let exposed = exposed.or_else(|| secrets.chain(of_people).find_map(|path| disk::Exposure::of(&path)));
        let refusal = |exposure: disk::Exposure| exposure.refusal(|path| Shell::Posix.quoted(path));
        match exposed {
            Some(exposure) => Err(io::Error::new(io::ErrorKind::PermissionDenied, refusal(exposure))),
            None => Ok(()),
        }
    }

    /// The key of the sandbox's Cloud KMS.
    pub(super) fn vault(&self) -> PathBuf {
        self.directory.join(VAULT_FILE)
    }

    /// The directory of what belongs to the people.
    pub(super) fn people(&self) -> PathBuf {
        self.directory.join(PEOPLE_DIRECTORY)
    }

    /// The store; SQLite puts two more beside it.
    pub fn store(&self) -> PathBuf {
        self.directory.join(STORE_FILE)
    }
}

/// A file that is no token is refused, and not replaced: whoever has the sandbox's token in use shall know why it
/// counts no more.
fn no_token(path: &Path, error: NotAToken) -> io::Error {
    let remove = Shell::Posix.quoted(&path.display().to_string());
    let text = format!("{}: {error}; remove it (rm {remove}), and a new one is made at the next start", path.display());
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// What a secret's file may hold, in bytes: a certificate and its key have some four thousand.
const MAX_SECRET: usize = 64 * 1024;

/// Makes the directory and its parents, open to the owner alone. One that exists is left as it is.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    Ok(disk::private_directory(path)?)
}

/// Made readable by the owner alone, where the file is made.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes an empty file for the owner alone where there is none, so that what opens it later does not
/// make it readable to others.
pub(super) fn reserve(path: &Path) -> io::Result<()> {
    disk::append(path, b"").map_err(|error| advised(&error))
}

/// The same error, with what can be done about it at the next start.
pub(super) fn advised(error: &disk::Error) -> io::Error {
    let advice = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; let its owner write it and its directory, or name another directory in COUNTERSIGN_DATA_DIR"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; free some space on its disk, then try again",
        io::ErrorKind::IsADirectory | io::ErrorKind::InvalidData => {
            "; move it away, and a new one is made at the next start"
        }
        _ => "",
    };
    io::Error::new(error.kind(), format!("{error}{advice}"))
}

/// What the file holds; `make` says it where there is none yet. Of two processes that do this at
/// once, one writes and both get the same.
pub(super) fn read_or_make<E: From<io::Error>>(
    path: &Path,
    make: impl FnOnce() -> Result<Zeroizing<String>, E>,
) -> Result<Zeroizing<String>, E> {
    if let Some(text) = read(path)? {
        return Ok(text);
    }
    let text = make()?;
    if disk::create(path, text.as_bytes(), disk::Access::Private).map_err(|error| advised(&error))? {
        return Ok(text);
    }
    Ok(read(path)?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?)
}

fn read(path: &Path) -> io::Result<Option<Zeroizing<String>>> {
    let text = disk::text(path, MAX_SECRET).map_err(|error| advised(&error))?;
    Ok(text.map(Zeroizing::new))
}

/// Writes a file whole, whatever was there before.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    disk::replace(path, bytes, disk::Access::Private).map_err(|error| advised(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_once_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        let make = |text: &str| {
            let text = Zeroizing::new(text.to_owned());
            read_or_make::<io::Error>(&path, || Ok(text)).unwrap()
        };
        assert_eq!(make("first").as_str(), "first");
        assert_eq!(make("second").as_str(), "first");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn errors_say_which_file_and_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("authority.pem");
        fs::create_dir(&path).unwrap();
        let read = read_or_make::<io::Error>(&path, || Ok(Zeroizing::default())).unwrap_err();
        for error in [read, reserve(&path).unwrap_err(), replace(&path, b"x").unwrap_err()] {
            assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
        }
        let with_advice = |kind: io::ErrorKind| {
            advised(&disk::Error::new(&path, disk::Doing::Write, io::Error::from(kind))).to_string()
        };
        let read_only = with_advice(io::ErrorKind::ReadOnlyFilesystem);
        assert!(read_only.ends_with("or name another directory in COUNTERSIGN_DATA_DIR"), "{read_only}");
        let damaged = with_advice(io::ErrorKind::IsADirectory);
        assert!(damaged.ends_with("; move it away, and a new one is made at the next start"), "{damaged}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("a/b");
        make_directory(&inner).unwrap();
        replace(&inner.join("f"), b"x").unwrap();
        reserve(&inner.join("g")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&inner), mode(&inner.join("f")), mode(&inner.join("g"))), (0o700, 0o600, 0o600));
    }
}
