//! What happened beside the numbers, for the panel it belongs to: alarms where they began, doses where they were given.

use clinical::{Instant, Measure, Priority};
use vault::Reader;

use crate::error::ConsoleError;
use crate::lanes::lane_of;

/// A moment in a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Key of the panel.
    pub lane: &'static str,
    /// When.
    pub at: Instant,
    /// Of an alarm; a dose has none.
    pub priority: Option<Priority>,
    /// In a few words.
    pub text: String,
    /// How many more stand so near that they would cover each other.
    pub more: usize,
}

/// How near two marks may stand to each other, CSS pixels.
const APART: i64 = 12;

/// The alarms and doses of a range, the worst of those that would cover each other first among them.
pub(crate) fn marks(
    reader: &Reader,
    patient: &str,
    (from, to): (Instant, Instant),
    width: u32,
) -> Result<Vec<Mark>, ConsoleError> {
    let episodes = reader.episodes_since(from)?.into_iter().filter(|e| e.patient == patient);
    let alarms = episodes.filter(|e| e.onset >= from && e.onset <= to).map(|e| Mark {
        lane: e.measure.map_or("hr", lane_of),
        at: e.onset,
        priority: Some(e.priority),
        text: e.text,
        more: 0,
    });
    let doses = reader.doses(patient, from)?.into_iter().filter(|dose| dose.at <= to).map(|dose| Mark {
        lane: lane_of(Measure::Glucose),
        at: dose.at,
        priority: None,
        text: dose.amount.as_ref().map_or_else(
            || dose.what.clone(),
            |(amount, unit)| format!("{amount} {}", unit.trim_matches(['[', ']']).replace("iU", "U")),
        ),
        more: 0,
    });
    let near = (to.ms_since(from) * APART / i64::from(width.max(1))).max(1);
    Ok(apart(alarms.chain(doses).collect(), near))
}

/// Joins marks of one panel and kind that stand nearer to each other than `near` milliseconds.
fn apart(mut marks: Vec<Mark>, near: i64) -> Vec<Mark> {
    marks.sort_by_key(|mark| (mark.lane, mark.priority.is_some(), mark.at));
    let mut out: Vec<Mark> = Vec::new();
    for mark in marks {
        match out.last_mut() {
            Some(last)
                if last.lane == mark.lane
                    && last.priority.is_some() == mark.priority.is_some()
                    && mark.at.ms_since(last.at) < near =>
            {
                last.more += 1;
                if mark.priority > last.priority {
                    (last.priority, last.text) = (mark.priority, mark.text);
                }
            }
            _ => out.push(mark),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_cover_each_other_is_one_mark_of_the_worst() {
        let mark =
            |lane, at, priority| Mark { lane, at: Instant(at), priority, text: format!("{at}"), more: 0 };
        let all = vec![
            mark("hr", 0, Some(Priority::Low)),
            mark("hr", 5, Some(Priority::High)),
            mark("hr", 30, Some(Priority::Medium)),
            mark("spo2", 6, Some(Priority::Low)),
            mark("hr", 4, None),
        ];
        let kept = apart(all, 10);
        let seen: Vec<_> =
            kept.iter().map(|m| (m.lane, m.at.0, m.priority, m.more, m.text.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("hr", 4, None, 0, "4"),
                ("hr", 0, Some(Priority::High), 1, "5"),
                ("hr", 30, Some(Priority::Medium), 0, "30"),
                ("spo2", 6, Some(Priority::Low), 0, "6"),
            ]
        );
    }
}
