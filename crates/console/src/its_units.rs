//! What of its server a station is of: units and programmes, or all of it. A cache keeps it, as it keeps its server; only who names
//! others changes it, and the log says so.

use clinical::{Instant, Scope};
use vault::{EntryKind, NewEntry, Vault};

use crate::view::Failure;

/// What somebody who starts a station says of its units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Units {
    /// Nothing: those that are kept.
    #[default]
    AsKept,
    /// It is of the whole server.
    WholeServer,
    /// These, in the place of any others.
    Named(Box<Scope>),
}

impl Units {
    /// From what was typed.
    ///
    /// # Errors
    /// Where one of them is no unit or programme; what it has to be is said.
    pub fn typed(units: &[String], programmes: &[String], whole_server: bool) -> Result<Units, Failure> {
        let named = Scope::named(units, programmes).map_err(Failure::failed)?;
        Ok(match named {
            Some(scope) => Units::Named(Box::new(scope)),
            None if whole_server => Units::WholeServer,
            None => Units::AsKept,
        })
    }
}

/// How a station's units are told.
pub(crate) fn words(scope: Option<&Scope>) -> String {
    scope.map_or_else(|| "the whole server".to_owned(), ToString::to_string)
}

/// Binds a cache that is about to be filled. What was read of other units is asked for anew, and what belongs to nobody here goes
/// after the site's time.
///
/// # Errors
/// Of the cache; then nothing was changed.
pub(crate) fn bind(vault: &Vault, asked: &Units, who: &str, now: Instant) -> Result<(), Failure> {
    let kept = vault.read(|reader| reader.scope())?;
    let wanted = match asked {
        Units::AsKept => return Ok(()),
        Units::WholeServer => None,
        Units::Named(scope) => Some(scope.as_ref()),
    };
    if kept.as_ref() == wanted {
        return Ok(());
    }
    let entry = format!("this station is of {}, before of {}", words(wanted), words(kept.as_ref()));
    vault.audit(NewEntry::new(EntryKind::Setting, now, who, entry))?;
    Ok(vault.bind(wanted)?)
}

/// A command that only looks changes no units.
///
/// # Errors
/// Where others were named than those that are kept.
pub(crate) fn is_as_kept(vault: &Vault, asked: &Units) -> Result<(), Failure> {
    let kept = vault.read(|reader| reader.scope())?;
    let is_same = match asked {
        Units::AsKept => true,
        Units::WholeServer => kept.is_none(),
        Units::Named(scope) => kept.as_ref() == Some(scope.as_ref()),
    };
    if is_same {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "this cache is of {}, and others were named. Nothing was changed. Leave --unit and --programme out; to change them, name them \
         where the window is opened or with `vigil sync --once`",
        words(kept.as_ref())
    )))
}
