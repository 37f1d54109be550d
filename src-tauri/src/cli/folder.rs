//! The cache of a data folder as the command line opens it, and what its pages say of themselves.

use clinical::Instant;
use console::Imprint;
use console::view::Failure;
use vault::Vault;

use crate::session::{Start, key};

/// The cache of the folder, to look at from outside.
pub(crate) fn cache(start: &Start) -> Result<Vault, Failure> {
    if !vault::exists(&start.folder) {
        return Err(Failure::failed(format!(
            "there is no cache in {}; run `vigil sync --once` first",
            start.folder.display()
        )));
    }
    Ok(Vault::open_to_read(&start.folder, key(&start.folder, start.pin.as_ref())?)?)
}

/// The cache of the folder, to write to: refused while a window has it.
pub(crate) fn own_cache(start: &Start) -> Result<Vault, Failure> {
    cache(start)?;
    Ok(Vault::open(&start.folder, key(&start.folder, start.pin.as_ref())?)?)
}

/// What a page says of itself.
pub(crate) fn imprint(start: &Start, last_good: Option<Instant>) -> Imprint {
    Imprint {
        station: start.station.clone().unwrap_or("Station 1".into()),
        user: start.user.clone().unwrap_or("the command line".into()),
        last_good,
    }
}
