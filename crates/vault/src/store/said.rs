//! Which state of a resource is the last: the one the server took last (`meta.lastUpdated`), whatever it does with versions. Two
//! pages of one sync can overlap, so that an older state arrives behind a newer one.

use clinical::{Instant, Source};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::VaultError;

/// When a state was taken by the server, and under which number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub at: Option<i64>,
    pub number: Option<i64>,
}

impl State {
    pub(crate) fn new(source: &Source, updated: Option<Instant>) -> State {
        State { at: updated.map(|at| at.0), number: source.version.parse().ok() }
    }

    /// Whether this one is older than what is known.
    pub(crate) fn is_behind(self, known: State) -> bool {
        match (self.at, known.at) {
            (Some(own), Some(known)) if own != known => return own < known,
            _ => {}
        }
        self.number.zip(known.number).is_some_and(|(own, known)| own < known)
    }
}

/// The last state that is known of a resource.
pub(crate) fn known_state(connection: &Connection, reference: &str) -> Result<Option<State>, VaultError> {
    Ok(connection
        .prepare_cached("SELECT at, number FROM said WHERE source = ?")?
        .query_row([reference], |row| Ok(State { at: row.get(0)?, number: row.get(1)? }))
        .optional()?)
}

/// Keeps the state that is the last one now.
pub(crate) fn keep_state(connection: &Connection, reference: &str, state: State) -> Result<(), VaultError> {
    connection
        .prepare_cached(
            "INSERT INTO said VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = ?2, number = ?3
             WHERE at IS NOT ?2 OR number IS NOT ?3",
        )?
        .execute(params![reference, state.at, state.number])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_state_never_takes_the_place_of_a_newer_one_whatever_a_server_calls_them() {
        let state = |at: Option<i64>, number: Option<i64>| State { at, number };
        for (name, known, comes, is_behind) in [
            ("numbers that move", state(Some(5), Some(2)), state(Some(4), Some(1)), true),
            ("always the same number", state(Some(5), Some(1)), state(Some(4), Some(1)), true),
            ("always the same number, newer", state(Some(5), Some(1)), state(Some(6), Some(1)), false),
            ("no numbers", state(Some(5), None), state(Some(4), None), true),
            ("numbers that began anew", state(Some(5), Some(9)), state(Some(6), Some(1)), false),
            ("no times", state(None, Some(2)), state(None, Some(1)), true),
            ("no times, newer", state(None, Some(2)), state(None, Some(3)), false),
            ("the same moment", state(Some(5), Some(2)), state(Some(5), Some(1)), true),
            ("the same again", state(Some(5), Some(2)), state(Some(5), Some(2)), false),
            ("nothing is told", state(None, None), state(None, None), false),
            ("a time is told once", state(Some(5), None), state(None, None), false),
        ] {
            assert_eq!(comes.is_behind(known), is_behind, "{name}");
        }
    }
}
