//! A cache is of one server, and what waits in it is for that one. Every way in asks here.

use clinical::Instant;
use fhir::{Client, without_sign_in};
use vault::{EntryKind, NewEntry, SERVER, Vault};

use crate::view::Failure;

/// The setting that keeps which server may be asked in clear.
const IN_CLEAR: &str = "in-clear";

/// A server that is asked in clear over a network, which everybody on the way can read: only where somebody said so once, and the log
/// says who.
///
/// # Errors
/// Where nobody said so; then nothing was asked.
pub(crate) fn is_private_enough(
    vault: &Vault,
    server: &str,
    allowed: bool,
    who: &str,
    now: Instant,
) -> Result<(), Failure> {
    let client = Client::new(server)?;
    let place = client.shown();
    let kept = vault.read(|reader| reader.setting(IN_CLEAR))?;
    if !client.is_in_clear() || kept.as_deref() == Some(place.as_str()) {
        return Ok(());
    }
    if !allowed {
        return Err(Failure::failed(format!(
            "{place} is asked by http: everybody on the way could read the ward's data, and the token. Nothing was asked. Take an https \
             address; where there is none, say so once with --allow-http, and the log will say who did"
        )));
    }
    let words = format!("server {place} is asked in clear, by http");
    vault.audit(NewEntry::new(EntryKind::Setting, now, who, words))?;
    Ok(vault.set_setting(IN_CLEAR, place)?)
}

/// The server of a cache that is opened with the address `asked`, where one is named: the one that is kept, or for a new cache
/// the one that is named. `is_same` says that a person knows the named one for another name of the one that is kept.
///
/// # Errors
/// Where the address is none, or it is another server's; then nothing was changed.
pub(crate) fn server_of(
    vault: &Vault,
    asked: Option<&str>,
    is_same: bool,
    who: &str,
    now: Instant,
) -> Result<Option<String>, Failure> {
    let kept = vault.read(|reader| reader.setting(SERVER))?;
    let Some(asked) = asked else { return Ok(kept) };
    let place = Client::new(asked)?.shown();
    if let Some(kept) = &kept {
        let was = without_sign_in(kept);
        if was != place && !is_same {
            let waiting = vault.read(|reader| reader.waiting())?.len();
            return Err(refusal(&was, &place, waiting));
        }
        if was != place {
            let words = format!("server {was} is called {place} now");
            vault.audit(NewEntry::new(EntryKind::Setting, now, who, words))?;
        }
    }
    if kept.as_deref() != Some(asked) {
        vault.set_setting(SERVER, asked.to_owned())?;
    }
    Ok(Some(asked.to_owned()))
}

fn refusal(was: &str, asked: &str, waiting: usize) -> Failure {
    let waits = match waiting {
        0 => String::new(),
        1 => " One action waits for it and goes nowhere else.".to_owned(),
        many => format!(" {many} actions wait for it and go nowhere else."),
    };
    Failure::failed(format!(
        "this cache is of the server {was}, and {asked} is another address. Nothing was changed.{waits} For another server take \
         another data folder (--data-dir); where both are names of one server, say so once with --same-server"
    ))
}
