//! A cache is of one server, and what waits in it is for that one. Every way in asks here.

use clinical::Instant;
use fhir::Client;
use vault::{SERVER, Vault};

use crate::view::Failure;

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
    let place = place(&Client::new(asked)?);
    if let Some(kept) = &kept {
        let was = Client::new(kept).map_or_else(|_| kept.clone(), |client| self::place(&client));
        if was != place && !is_same {
            let waiting = vault.read(|reader| reader.waiting())?.len();
            return Err(refusal(&was, &place, waiting));
        }
        if was != place {
            vault.audit(now, who.to_owned(), format!("server {was} is called {place} now"), None)?;
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

/// Where a server is, without what may stand in its address beside the place: names and passwords.
fn place(server: &Client) -> String {
    let mut address = server.base().clone();
    // Refused only where there is no host: here is one.
    let _ = address.set_username("");
    let _ = address.set_password(None);
    address.as_str().trim_end_matches('/').to_owned()
}
