//! A call of somebody at home as a note about them: it is kept and sent as any other, and a station that does not know calls shows the
//! note. It reads `Called, reached: took sugar (look again 2026-03-14T09:00:00.000Z)`.

use clinical::Instant;
use jiff::Timestamp;

use crate::local_time::{local, read_instant};

const CALLED: &str = "Called, ";
const REACHED: &str = "reached";
const NOT_REACHED: &str = "not reached";
const AGAIN: &str = " (look again ";

/// The note that a call is.
pub fn call_note(reached: bool, words: &str, look_again: Option<Instant>) -> String {
    let iso = |at: Instant| Timestamp::from_millisecond(at.0).unwrap_or_default();
    written(reached, words, look_again.map(|at| format!("{:.3}", iso(at))))
}

fn written(reached: bool, words: &str, look_again: Option<String>) -> String {
    let mut note = format!("{CALLED}{}", if reached { REACHED } else { NOT_REACHED });
    if !words.is_empty() {
        note += &format!(": {words}");
    }
    if let Some(at) = look_again {
        note += &format!("{AGAIN}{at})");
    }
    note
}

/// What a note says of a call: whether somebody was reached, the words, and when to look again; nothing where it is about none.
pub(crate) fn read(note: &str) -> Option<(bool, &str, Option<Instant>)> {
    let rest = note.strip_prefix(CALLED)?;
    let again = rest.strip_suffix(')').and_then(|rest| {
        let (rest, at) = rest.rsplit_once(AGAIN)?;
        Some((rest, read_instant(at)?))
    });
    let (rest, look_again) = again.map_or((rest, None), |(rest, at)| (rest, Some(at)));
    let (outcome, words) = rest.split_once(": ").unwrap_or((rest, ""));
    let reached = match outcome {
        REACHED => true,
        NOT_REACHED => false,
        _ => return None,
    };
    Some((reached, words, look_again))
}

/// A note as people read it: of a call, the moment to look again on the clock on the wall.
pub(crate) fn readable(note: &str) -> String {
    match read(note) {
        Some((reached, words, look_again)) => {
            written(reached, words, look_again.map(|at| local(at, "%a %d %b %H:%M")))
        }
        None => note.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_reads_back_as_it_was_logged_whatever_was_written() {
        let again = Instant(1_773_478_800_000);
        for words in
            ["", "took sugar", "says: reached the shop (look again tomorrow)", "Called, reached", "x)"]
        {
            for reached in [true, false] {
                for look_again in [None, Some(again)] {
                    let note = call_note(reached, words, look_again);
                    assert_eq!(read(&note), Some((reached, words, look_again)), "{note}");
                }
            }
        }
        assert_eq!(
            call_note(false, "no answer", Some(again)),
            "Called, not reached: no answer (look again 2026-03-14T09:00:00.000Z)"
        );
    }

    #[test]
    fn a_note_that_is_about_no_call_is_none() {
        for note in ["ate nothing", "Called, and nobody came", "called, reached", "Called the ward", ""] {
            assert_eq!((read(note), readable(note).as_str()), (None, note));
        }
        // A moment that is none stays what it is: words.
        assert_eq!(read("Called, reached: x (look again soon)"), Some((true, "x (look again soon)", None)));
    }
}
