//! How a server is asked for what changed: in the best way that it takes. Each parameter is left out where a server refuses
//! it, kind by kind; what is known of one session is not kept for the next.

use clinical::{HOUR_MS, Instant, MINUTE_MS};
use fhir::format_instant;

use crate::first_sync::is_of_alarms;

/// Overlap of two pulls: what the server committed late with an earlier time is still met.
pub(crate) const OVERLAP: i64 = MINUTE_MS;
/// A kind that cannot be searched by the time of its change is read whole, and not more often than this.
const WHOLE_EVERY: i64 = MINUTE_MS;
/// Observations are too many to be read whole: those of so long.
const VALUES_BACK: i64 = 2 * HOUR_MS;

/// A way to ask for what changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// By the time of the change, oldest first.
    #[default]
    Sorted,
    /// The same in the server's own order.
    Unsorted,
    /// All of a kind; of Observations the latest.
    Whole,
}

impl Manner {
    /// What to try where this was refused.
    pub(crate) fn next(self) -> Option<Manner> {
        match self {
            Manner::Sorted => Some(Manner::Unsorted),
            Manner::Unsorted => Some(Manner::Whole),
            Manner::Whole => None,
        }
    }

    /// The parameter that is left out, in words.
    pub(crate) fn without(self) -> &'static str {
        match self {
            Manner::Sorted => "nothing",
            Manner::Unsorted => "_sort",
            Manner::Whole => "_lastUpdated",
        }
    }

    /// The search for what changed `since`; all where nothing says since when.
    pub(crate) fn query(self, kind: &str, since: Option<Instant>, size: usize, now: Instant) -> String {
        let mut query = format!("{kind}?_count={size}");
        match (self, since) {
            (Manner::Sorted | Manner::Unsorted, Some(since)) => {
                query.push_str(&format!("&_lastUpdated=ge{}", format_instant(since - OVERLAP)));
                if self == Manner::Sorted {
                    query.push_str("&_sort=_lastUpdated");
                }
            }
            // What was written while nobody asked is among those that were taken since.
            (Manner::Whole, since) if kind == "Observation" => {
                let from = since.map_or(now, |since| since.min(now)) - VALUES_BACK;
                query.push_str(&format!("&date=ge{}", format_instant(from)));
            }
            // Nothing of it was there at first: whatever is there now is new.
            _ => {}
        }
        query
    }
}

/// Whether it is too early to read all of this kind again.
pub(crate) fn can_wait(kind: &str, asked: Option<Instant>, now: Instant) -> bool {
    let lately = asked.is_some_and(|at| (0..WHOLE_EVERY).contains(&now.ms_since(at)));
    lately && !is_of_alarms(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_asks_for_all_that_changed_and_the_last_needs_no_parameter_of_time() {
        let asked = |manner: Manner, kind: &str, since| manner.query(kind, since, 50, Instant(VALUES_BACK));
        let since = Some(Instant(OVERLAP));
        let epoch = "1970-01-01T00:00:00.000Z";
        let all = [Manner::Sorted, Manner::Unsorted, Manner::Whole];
        assert_eq!(
            all.map(|manner| asked(manner, "Flag", since)),
            [
                format!("Flag?_count=50&_lastUpdated=ge{epoch}&_sort=_lastUpdated"),
                format!("Flag?_count=50&_lastUpdated=ge{epoch}"),
                "Flag?_count=50".to_owned(),
            ]
        );
        for kind in ["Flag", "Observation"] {
            let whole = format!("{kind}?_count=50");
            assert_eq!(asked(Manner::Sorted, kind, None), whole, "a kind that was empty at first");
        }
        let values = |since| Manner::Whole.query("Observation", since, 50, Instant(VALUES_BACK));
        assert_eq!(values(None), format!("Observation?_count=50&date=ge{epoch}"));
        assert_eq!(values(Some(Instant(2 * VALUES_BACK))), values(None), "a clock that was ahead");
        let away = "1970-01-01T00:00:00.000Z";
        assert_eq!(
            Manner::Whole.query("Observation", Some(Instant(VALUES_BACK)), 50, Instant(99 * VALUES_BACK)),
            format!("Observation?_count=50&date=ge{away}"),
            "values that came while this station was away"
        );
        let ways: Vec<Manner> = std::iter::successors(Some(Manner::default()), |m| m.next()).collect();
        assert_eq!(ways, all);
    }

    #[test]
    fn an_alarm_never_waits_for_a_server_that_has_to_be_read_whole() {
        let (then, now) = (Some(Instant(0)), Instant(4_000));
        assert!(can_wait("Patient", then, now));
        assert!(!can_wait("Patient", None, now));
        assert!(!can_wait("DetectedIssue", then, now) && !can_wait("Communication", then, now));
        assert!(!can_wait("Patient", then, Instant(WHOLE_EVERY)));
    }
}
