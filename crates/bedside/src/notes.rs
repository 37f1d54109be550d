//! What people wrote: notes at a moment of a patient's trends, and what the next shift has to know.

use std::collections::HashMap;

use clinical::{Action, EpisodeId, HOUR_MS, Instant, PatientId, SeenAction, SmolStr, Verb};
use vault::{HELD_NOTE, Ward};

use crate::call_note::readable;
use crate::local_time::read_instant;

/// Notes and hand-overs this old still matter to the next shift: milliseconds.
const SHIFT: i64 = 12 * HOUR_MS;

/// A clinician's words at a moment of a patient's trends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The moment it is about.
    pub at: Instant,
    /// The words.
    pub text: String,
    /// Whose, as shown.
    pub by: SmolStr,
    /// Whether the server has it.
    pub sent: bool,
}

/// The notes on one patient, in order of their moments. They travel as `2026-03-14T03:12:00.000Z words`.
pub fn annotations(patient: &PatientId, actions: &[SeenAction]) -> Vec<Annotation> {
    let mut found: Vec<Annotation> = notes_of(patient, actions)
        .map(|(at, text, seen)| {
            let by = seen.action.by.name.clone();
            Annotation { at, text: readable(text), by, sent: seen.accepted_at.is_some() }
        })
        .collect();
    found.sort_by_key(|a| a.at);
    found
}

/// The notes on one patient: the moment each is about, its words, and the action that it is.
pub(crate) fn notes_of<'a>(
    patient: &'a PatientId,
    actions: &'a [SeenAction],
) -> impl Iterator<Item = (Instant, &'a str, &'a SeenAction)> {
    actions
        .iter()
        .filter(move |seen| {
            seen.action.verb == Verb::Annotate && seen.action.about.patient() == Some(patient)
        })
        .filter_map(|seen| {
            let note = seen.action.note.as_deref()?;
            // A note from elsewhere without a moment is about the moment it was written.
            let (at, text) = note
                .split_once(' ')
                .and_then(|(moment, text)| Some((read_instant(moment)?, text)))
                .unwrap_or((seen.action.at, note));
            Some((at, text, seen))
        })
}

/// Something a person wrote about a patient in the last twelve hours, or about an alarm of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftNote {
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// When it was written: by the server's clock where the station's was ahead of it.
    pub at: Instant,
    /// By whom, as shown.
    pub by: SmolStr,
    /// What was written, or the verb where it came without words.
    pub text: String,
}

/// The notes of the shift, oldest first.
pub fn shift_notes(ward: &Ward, now: Instant) -> Vec<ShiftNote> {
    let of_episode: HashMap<&EpisodeId, &PatientId> =
        ward.episodes.iter().filter_map(|e| Some((&e.id, e.patient.as_ref()?))).collect();
    let note = |seen: &SeenAction| {
        let action: &Action = &seen.action;
        // What is here was written, however far ahead the clock of its station was.
        let at = seen.accepted_at.map_or(action.at, |accepted| accepted.min(action.at));
        if now.ms_since(at) >= SHIFT {
            return None;
        }
        let written = action.note.as_deref();
        let (patient, text) = match action.verb {
            Verb::Note | Verb::HandTo | Verb::Handled => (*of_episode.get(action.about.episode()?)?, written),
            // The moment it is about comes first, for programs.
            Verb::Annotate => {
                (action.about.patient()?, written.map(|n| n.split_once(' ').map_or(n, |(_, text)| text)))
            }
            _ => return None,
        };
        let is_held = ward.sight.held_note(patient, action, now).is_some();
        let text = if is_held { HELD_NOTE.to_owned() } else { readable(text.unwrap_or(action.verb.code())) };
        Some(ShiftNote { patient: patient.clone(), at, by: action.by.name.clone(), text })
    };
    let mut notes: Vec<ShiftNote> = ward.actions.iter().filter_map(note).collect();
    notes.sort_by_key(|note| note.at);
    notes
}

#[cfg(test)]
mod tests {
    use clinical::{About, Actor, MINUTE_MS};

    use super::*;

    #[test]
    fn a_note_from_a_station_whose_clock_is_wrong_is_handed_over_like_any_other() {
        let now = Instant(100 * HOUR_MS);
        // When it was written by its station's clock, and by the server's, each from now; whether it is handed over, and since when.
        for (name, at, accepted, wanted) in [
            ("a good clock", -HOUR_MS, Some(-HOUR_MS), Some(-HOUR_MS)),
            ("minutes ahead", 5 * MINUTE_MS, Some(-MINUTE_MS), Some(-MINUTE_MS)),
            ("years ahead", 9_000 * HOUR_MS, Some(-HOUR_MS), Some(-HOUR_MS)),
            ("years ahead, of yesterday", 9_000 * HOUR_MS, Some(-30 * HOUR_MS), None),
            ("ahead, and not sent yet", 5 * MINUTE_MS, None, Some(5 * MINUTE_MS)),
            ("behind", -3 * HOUR_MS, Some(-MINUTE_MS), Some(-3 * HOUR_MS)),
            ("of the last shift", -13 * HOUR_MS, Some(-13 * HOUR_MS), None),
        ] {
            let action = Action {
                id: "a".into(),
                about: About::Patient("p".into()),
                verb: Verb::Annotate,
                by: Actor::named("N. Okafor"),
                at: now + at,
                note: Some("2026-03-14T03:12:00.000Z ate nothing".into()),
                to: None,
            };
            let actions = vec![SeenAction { action, accepted_at: accepted.map(|ms| now + ms) }];
            let notes = shift_notes(&Ward { actions, ..Ward::default() }, now);
            let found: Vec<Instant> = notes.iter().map(|note| note.at).collect();
            assert_eq!(found, wanted.map(|ms| now + ms).into_iter().collect::<Vec<_>>(), "{name}");
        }
    }
}
