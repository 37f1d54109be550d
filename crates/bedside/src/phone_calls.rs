//! The calls of somebody at home that were logged.

use std::cmp::Reverse;

use clinical::call_today::LoggedCall;
use clinical::{DAY_MS, Instant, PatientId, SeenAction, SmolStr};

use crate::call_note::read;
use crate::notes::notes_of;

/// Nobody agrees to look again later than in a year.
const LONGEST_MS: i64 = 366 * DAY_MS;

/// A call that somebody logged, with who did and what they wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneCall {
    /// When, whether the person was reached, and when to look again.
    pub logged: LoggedCall,
    /// What was said or done; may be empty.
    pub words: String,
    /// Who, as shown.
    pub by: SmolStr,
    /// Whether the server has it.
    pub sent: bool,
}

/// The calls of one patient, the newest first.
pub fn phone_calls(patient: &PatientId, actions: &[SeenAction]) -> Vec<PhoneCall> {
    let call = |(at, note, seen): (Instant, &str, &SeenAction)| {
        let (reached, words, look_again) = read(note)?;
        // A station whose clock runs ahead makes no call of tomorrow: nothing of then is answered yet.
        let at = seen.accepted_at.map_or(at, |accepted| at.min(accepted));
        let look_again = look_again.filter(|again| again.ms_since(at) <= LONGEST_MS);
        let (logged, by) = (LoggedCall { at, reached, look_again }, seen.action.by.name.clone());
        Some(PhoneCall { logged, words: words.to_owned(), by, sent: seen.accepted_at.is_some() })
    };
    let mut calls: Vec<PhoneCall> = notes_of(patient, actions).filter_map(call).collect();
    calls.sort_by_key(|call| Reverse(call.logged.at));
    calls
}
