//! How ids, people and what an action is about stand in text: in the cache's columns, in the journal and in the log.
//!
//! A column that must not be null holds an empty text where nobody is named. The forms are those of the first caches.

use clinical::{About, Actor, ActorId, PatientId, Role};
use rusqlite::Row;

/// Before the id of a patient in a column that can also hold an episode's.
pub(crate) const PATIENT: &str = "Patient/";

/// The id in a column.
pub(crate) fn id<T: for<'a> From<&'a str>>(row: &Row, column: usize) -> rusqlite::Result<T> {
    Ok(T::from(row.get_ref(column)?.as_str()?))
}

/// The id in a column that is null or empty where there is none.
pub(crate) fn some_id<T: for<'a> From<&'a str>>(row: &Row, column: usize) -> rusqlite::Result<Option<T>> {
    Ok(row.get_ref(column)?.as_str_or_null()?.filter(|text| !text.is_empty()).map(T::from))
}

/// As [`some_id`] reads it.
pub(crate) fn patient_text(patient: Option<&PatientId>) -> &str {
    patient.map_or("", PatientId::as_str)
}

/// An episode's id, `Patient/id`, or nothing for the unit.
pub(crate) fn about_text(about: &About) -> String {
    match about {
        About::Episode(id) => id.to_string(),
        About::Patient(id) => format!("{PATIENT}{id}"),
        About::Unit => String::new(),
    }
}

/// As [`about_text`] writes it.
pub(crate) fn about(text: &str) -> About {
    match text.strip_prefix(PATIENT) {
        Some(id) => About::Patient(id.into()),
        None if text.is_empty() => About::Unit,
        None => About::Episode(text.into()),
    }
}

/// The id of somebody of whom more than the name is known; the name has a column of its own.
pub(crate) fn known_id(id: &ActorId) -> Option<&str> {
    Some(id.as_str()).filter(|_| !id.is_name_only())
}

/// Who acted, from the columns of the name, the id and the role, which follow each other. Before schema 6 the name was all.
pub(crate) fn actor(row: &Row, first: usize) -> rusqlite::Result<Actor> {
    let name = row.get_ref(first)?.as_str()?;
    let known: Option<ActorId> = some_id(row, first + 1)?;
    let role: Option<Role> = some_id(row, first + 2)?;
    Ok(known.map_or_else(|| Actor::named(name), |id| Actor::known(id, name)).acting_as(role))
}

/// A list as one parameter of a question, for `json_each`.
pub(crate) fn json<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_action_is_about_reads_back_from_the_column_it_stood_in() {
        for (is, text) in [
            (About::Episode("vigil-spo2-low-1".into()), "vigil-spo2-low-1"),
            (About::Patient("p".into()), "Patient/p"),
            (About::Unit, ""),
        ] {
            assert_eq!((about_text(&is).as_str(), about(text)), (text, is));
        }
    }
}
