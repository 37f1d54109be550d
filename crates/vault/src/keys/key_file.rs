//! `keys.json`: which database is the one, and how its key is kept. Never a key in clear.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::VaultError;
use crate::folder::{remove_database, sync_folder};
use crate::keys::wrap::Wrap;

/// A database with what keeps its key.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub file: String,
    pub wraps: Vec<Wrap>,
}

/// The file as it stands.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeyFile {
    version: u32,
    /// The database under the folder.
    #[serde(default = "first_file")]
    pub file: String,
    pub wraps: Vec<Wrap>,
    /// Being made by a rotation that has not finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Kept>,
    /// Left behind by a rotation that has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<Kept>,
}

impl KeyFile {
    /// Of a folder that had none.
    pub(crate) fn first(wraps: Vec<Wrap>) -> KeyFile {
        KeyFile { version: 1, file: first_file(), wraps, pending: None, retired: None }
    }
}

pub(crate) fn first_file() -> String {
    "vault.db".into()
}

pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join("keys.json")
}

pub(crate) fn load(folder: &Path) -> Result<Option<KeyFile>, VaultError> {
    let text = match fs::read(path(folder)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let file: KeyFile = serde_json::from_slice(&text).map_err(|e| VaultError::KeyFile(e.to_string()))?;
    if file.version != 1 {
        return Err(VaultError::KeyFile(format!("version {} is newer than this Vigil", file.version)));
    }
    Ok(Some(file))
}

/// How the data key of this folder is kept; empty where there is no key yet.
///
/// # Errors
/// Where the key file is damaged.
pub fn wraps(folder: &Path) -> Result<Vec<Wrap>, VaultError> {
    Ok(load(folder)?.map(|file| file.wraps).unwrap_or_default())
}

/// Whether a folder holds a cache.
pub fn exists(folder: &Path) -> bool {
    database(folder).is_ok_and(|file| file.exists())
}

/// The database of a folder.
pub(crate) fn database(folder: &Path) -> Result<PathBuf, VaultError> {
    Ok(folder.join(load(folder)?.map_or_else(first_file, |file| file.file)))
}

/// Removes the files of a rotation that was killed, and gives the database. The folder must be held.
pub(crate) fn sweep_files(folder: &Path) -> Result<PathBuf, VaultError> {
    if let Some(mut file) = load(folder)?
        && (file.pending.is_some() || file.retired.is_some())
    {
        for kept in file.pending.iter().chain(&file.retired) {
            remove_database(folder, &kept.file)?;
        }
        // Entries in a keyring stay named until the next rotation or "forget", which can reach it.
        if !file
            .pending
            .iter()
            .chain(&file.retired)
            .flat_map(|k| &k.wraps)
            .any(|w| matches!(w, Wrap::Keyring { .. }))
        {
            (file.pending, file.retired) = (None, None);
            write(folder, &file)?;
        }
    }
    database(folder)
}

pub(crate) fn write(folder: &Path, file: &KeyFile) -> Result<(), VaultError> {
    let text = serde_json::to_vec(file).map_err(|e| VaultError::KeyFile(e.to_string()))?;
    // Whole or not at all: written beside, synced, then renamed over.
    let beside = folder.join("keys.json.new");
    let mut file = fs::File::create(&beside)?;
    std::io::Write::write_all(&mut file, &text)?;
    file.sync_all()?;
    fs::rename(&beside, path(folder))?;
    sync_folder(&path(folder))
}
