//! Files with a secret in them: a token, a key. Others must not be able to read them.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zeroize::Zeroizing;

/// No token and no key is longer.
const MOST: u64 = 64 << 10;

/// Why a file with a secret was not read.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// It cannot be read at all.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// As the system says it.
        why: std::io::Error,
    },
    /// A folder, a pipe, a device.
    #[error("{} is no regular file; it was not read", .0.display())]
    NoFile(PathBuf),
    /// Others than its owner can read it.
    #[error("{} can be read by others (mode {mode:o}); it was not read. Make it yours alone: chmod 600", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// There is nothing in it, or more than a secret.
    #[error("{} holds no {what}; nothing was sent", path.display())]
    Nothing {
        /// Which.
        path: PathBuf,
        /// A token, a key.
        what: &'static str,
    },
}

/// What tells one state of a file from the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    written: Option<SystemTime>,
    length: u64,
    #[cfg(unix)]
    inode: u64,
}

fn stamp(of: &Metadata) -> Stamp {
    #[cfg(unix)]
    use std::os::unix::fs::MetadataExt;
    Stamp {
        written: of.modified().ok(),
        length: of.len(),
        #[cfg(unix)]
        inode: of.ino(),
    }
}

/// How the file stands now.
pub(crate) fn look(path: &Path) -> Result<Stamp, SecretFileError> {
    let unreadable = |why| SecretFileError::Unreadable { path: path.to_owned(), why };
    Ok(stamp(&std::fs::metadata(path).map_err(unreadable)?))
}

/// Reads a secret, without the end of its last line; `what` is what it should be, in a word.
///
/// # Errors
/// Where it is no regular file, others can read it (on Unix), or there is nothing in it.
pub fn read_secret(path: &Path, what: &'static str) -> Result<Zeroizing<String>, SecretFileError> {
    read(path, what).map(|(secret, _)| secret)
}

pub(crate) fn read(path: &Path, what: &'static str) -> Result<(Zeroizing<String>, Stamp), SecretFileError> {
    let unreadable = |why| SecretFileError::Unreadable { path: path.to_owned(), why };
    // Before it is opened: a pipe would keep us waiting.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(SecretFileError::NoFile(path.to_owned()));
    }
    let file = File::open(path).map_err(unreadable)?;
    // What was opened, and not what lies there now.
    let of = file.metadata().map_err(unreadable)?;
    if !of.is_file() {
        return Err(SecretFileError::NoFile(path.to_owned()));
    }
    is_ours_alone(path, &of)?;
    let nothing = || SecretFileError::Nothing { path: path.to_owned(), what };
    let mut text =
        Zeroizing::new(String::with_capacity(usize::try_from(of.len().min(MOST)).unwrap_or(0) + 1));
    file.take(MOST + 1).read_to_string(&mut text).map_err(unreadable)?;
    let length = text.trim_end_matches(['\r', '\n']).len();
    if length == 0 || u64::try_from(text.len()).unwrap_or(u64::MAX) > MOST {
        return Err(nothing());
    }
    text.truncate(length);
    Ok((text, stamp(&of)))
}

#[cfg(unix)]
fn is_ours_alone(path: &Path, of: &Metadata) -> Result<(), SecretFileError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = of.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(SecretFileError::Open { path: path.to_owned(), mode }) }
}

/// Elsewhere a file in a person's own folder is that person's, by the lists of the system.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn is_ours_alone(_path: &Path, _of: &Metadata) -> Result<(), SecretFileError> {
    Ok(())
}
