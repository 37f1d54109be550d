//! What IT staff do with a cache: look through it, mend it, give it another key, or be rid of it.

use std::process::ExitCode;

use console::view::{Failure, LogEntry};
use fhir::format_instant;
use vault::{Access, OsKeyring, Vault};

use super::folder::cache;
use super::terminal::{print, print_json};
use crate::session::{Start, clock, key, who};

/// Every page against its checksum, then the structure. The exit code says whether all is well.
pub(crate) fn check(start: &Start) -> Result<ExitCode, Failure> {
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

/// The station's own log, newest first.
pub(crate) fn log(start: &Start, most: u32, as_json: bool) -> Result<ExitCode, Failure> {
    let entries = cache(start)?.read(|reader| reader.log(most))?;
    if as_json {
        return print_json(&entries.into_iter().map(LogEntry::from).collect::<Vec<_>>());
    }
    for entry in entries {
        let about = entry.about.unwrap_or_default();
        print(format_args!("{}  {:<20} {:<40} {about}", format_instant(entry.at), entry.who, entry.what))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What the site has set, one a line; with a value, sets it first. A running window shows it with its next look.
pub(crate) fn settings(
    start: &Start,
    name: Option<&str>,
    value: Option<String>,
) -> Result<ExitCode, Failure> {
    let vault = match &value {
        Some(_) => Vault::open(&start.folder, key(&start.folder, start.pin.as_ref())?)?,
        None => cache(start)?,
    };
    let mut site = vault.read(|reader| reader.site())?;
    if let (Some(name), Some(value)) = (name, value) {
        site.set(name, &value).map_err(Failure::failed)?;
        vault.set_site(name.to_owned(), value, who(start), clock()())?;
    }
    for (key, value, meaning) in site.list() {
        if name.is_none_or(|name| key == name) {
            println!("{key:<28} {value:<44} {meaning}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn repair(start: &Start) -> Result<ExitCode, Failure> {
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

pub(crate) fn rotate_key(start: &Start) -> Result<ExitCode, Failure> {
    vault::rotate(&start.folder, &Access { keyring: &OsKeyring, pin: start.pin.as_ref() })?;
    println!("the cache has a new key; the old one opens nothing any more");
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn forget(start: &Start) -> Result<ExitCode, Failure> {
    vault::forget(&start.folder, &OsKeyring)?;
    println!("keys and cache are gone");
    Ok(ExitCode::SUCCESS)
}
