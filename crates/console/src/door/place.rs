//! Where the socket of a data folder is.

use std::io;
use std::path::Path;

use interprocess::local_socket::{ListenerOptions, Name};

/// A Unix socket lies in the data folder, unless its path is longer than a socket's may be (104 bytes on macOS, 108 on Linux);
/// then in a folder of its own below the system's temporary one, named after the data folder, for its owner alone.
#[cfg(unix)]
fn path(folder: &Path) -> io::Result<std::path::PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    const NAME: &str = "door.sock";
    const LONGEST: usize = 100;
    let folder = std::fs::canonicalize(folder)?;
    let beside = folder.join(NAME);
    if beside.as_os_str().len() <= LONGEST {
        return Ok(beside);
    }
    let own = std::env::temp_dir().join(format!("vigil-{}", name_of(&folder)));
    match std::fs::DirBuilder::new().mode(0o700).create(&own) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let found = std::fs::symlink_metadata(&own)?;
    let is_ours =
        found.is_dir() && found.uid() == std::fs::metadata(&folder)?.uid() && found.mode() & 0o077 == 0;
    if is_ours {
        Ok(own.join(NAME))
    } else {
        Err(io::Error::other("the folder of the socket is somebody else's"))
    }
}

/// A word made from a folder's path.
fn name_of(folder: &Path) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, folder.as_os_str().as_encoded_bytes()).simple().to_string()
}

#[cfg(unix)]
pub(super) fn name(folder: &Path) -> io::Result<Name<'static>> {
    use interprocess::local_socket::{GenericFilePath, ToFsName};
    path(folder)?.to_fs_name::<GenericFilePath>()
}

#[cfg(windows)]
pub(super) fn name(folder: &Path) -> io::Result<Name<'static>> {
    use interprocess::local_socket::{GenericNamespaced, ToNsName};
    format!("vigil-{}", name_of(&std::fs::canonicalize(folder)?)).to_ns_name::<GenericNamespaced>()
}

/// A listener for the owner alone. The caller holds the folder, so a socket that is there was left by a program that was killed.
#[cfg(unix)]
pub(super) fn listener(folder: &Path) -> io::Result<ListenerOptions<'static>> {
    use interprocess::os::unix::local_socket::ListenerOptionsExt;
    match std::fs::remove_file(path(folder)?) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    Ok(ListenerOptions::new().name(name(folder)?).mode(0o600))
}

#[cfg(windows)]
pub(super) fn listener(folder: &Path) -> io::Result<ListenerOptions<'static>> {
    Ok(ListenerOptions::new().name(name(folder)?))
}
