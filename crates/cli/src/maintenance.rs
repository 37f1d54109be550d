//! What IT staff do with a station: fill its cache, look through it, mend it, give it another key, be rid of it, set what the
//! site wants.

use std::process::ExitCode;

use console::Start;
use console::view::{Ask, Failure, Setting};

use super::terminal::{print, print_json};

pub(crate) async fn sync(start: &Start, as_json: bool) -> Result<ExitCode, Failure> {
    let synced = start.sync_once().await?;
    if as_json {
        print_json(&synced)?;
    } else {
        print(format_args!(
            "{} patients, {} resources, {} samples, {:.1} MB in {:.1} s; {} in quarantine",
            synced.patients,
            synced.resources,
            synced.samples,
            synced.bytes as f64 / 1e6,
            synced.seconds,
            synced.quarantined
        ))?;
        for (name, often) in &synced.left_out {
            print(format_args!("not read: {often} x {name}"))?;
        }
        for problem in &synced.problems {
            print(format_args!("problem: {problem}"))?;
        }
        for note in &synced.notes {
            print(format_args!("note: {note}"))?;
        }
    }
    Ok(if synced.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Every page against its checksum, then the structure. The exit code says whether all is well.
pub(crate) fn check(start: &Start) -> Result<ExitCode, Failure> {
    let problems = start.check()?;
    if problems.is_empty() {
        return print(format_args!("the cache is whole"));
    }
    for problem in &problems {
        print(format_args!("{problem}"))?;
    }
    print(format_args!(
        "{} problems; nothing was changed. `vigil repair` keeps what was not sent and begins anew",
        problems.len()
    ))?;
    Ok(ExitCode::FAILURE)
}

/// What the site has set, one a line; with a value, sets it first. A running window shows it with its next look.
pub(crate) async fn settings(
    start: &Start,
    key: Option<String>,
    value: Option<String>,
) -> Result<ExitCode, Failure> {
    let ask = match (key.clone(), value) {
        (Some(key), Some(value)) => Ask::Set { key, value },
        _ => Ask::Settings,
    };
    let listed: Vec<Setting> =
        serde_json::from_slice(&start.ask(ask).await?.bytes).map_err(Failure::failed)?;
    for setting in listed.iter().filter(|setting| key.as_ref().is_none_or(|key| setting.key == *key)) {
        print(format_args!("{:<28} {:<44} {}", setting.key, setting.value, setting.meaning))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn repair(start: &Start) -> Result<ExitCode, Failure> {
    let done = start.repair()?;
    print(format_args!(
        "{} unsent actions are kept (copy: {}); the old cache lies in {}; the rest is pulled with the next sync",
        done.saved,
        done.salvage.display(),
        done.aside.display()
    ))
}

pub(crate) fn rotate_key(start: &Start) -> Result<ExitCode, Failure> {
    start.rotate_key()?;
    print(format_args!("the cache has a new key; the old one opens nothing any more"))
}

pub(crate) fn forget(start: &Start) -> Result<ExitCode, Failure> {
    start.forget()?;
    print(format_args!("keys and cache are gone"))
}
