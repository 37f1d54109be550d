//! What IT staff do with a cache: look through it, mend it, give it another key, or be rid of it.

use std::process::ExitCode;

use vault::{Access, OsKeyring};

use crate::error::AppError;
use crate::session::{Start, clock, key};

/// Every page against its checksum, then the structure. The exit code says whether all is well.
pub(crate) fn check(start: &Start) -> Result<ExitCode, AppError> {
    let key = key(&start.folder, start.pin.as_ref())?;
    let problems = vault::check(&start.folder, &key)?;
    if problems.is_empty() {
        println!("the cache is whole");
        return Ok(ExitCode::SUCCESS);
    }
    for problem in &problems {
        println!("{problem}");
    }
    println!(
        "{} problems; nothing was changed. `vigil repair` keeps what was not sent and begins anew",
        problems.len()
    );
    Ok(ExitCode::FAILURE)
}

pub(crate) fn repair(start: &Start) -> Result<ExitCode, AppError> {
    let key = key(&start.folder, start.pin.as_ref())?;
    let done = vault::rebuild(&start.folder, &key, clock()())?;
    println!(
        "{} unsent actions are kept (copy: {}); the old cache lies in {}; the rest is pulled with the next sync",
        done.saved,
        done.salvage.display(),
        done.aside.display()
    );
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn rotate_key(start: &Start) -> Result<ExitCode, AppError> {
    vault::rotate(&start.folder, &Access { keyring: &OsKeyring, pin: start.pin.as_ref() })?;
    println!("the cache has a new key; the old one opens nothing any more");
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn forget(start: &Start) -> Result<ExitCode, AppError> {
    vault::forget(&start.folder, &OsKeyring)?;
    println!("keys and cache are gone");
    Ok(ExitCode::SUCCESS)
}
