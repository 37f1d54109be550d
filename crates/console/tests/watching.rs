//! A time in which nobody watched is said until somebody has seen it, also after a start anew, and stands in the log.
#![allow(clippy::unwrap_used, clippy::panic)]

mod staffed;

use clinical::{Instant, MINUTE_MS};
use staffed::{At, BEGIN};

fn gap(from: i64, to: i64) -> Option<(Instant, Instant)> {
    Some((Instant(BEGIN + from * MINUTE_MS), Instant(BEGIN + to * MINUTE_MS)))
}

#[test]
fn each_time_in_which_nobody_watched_is_said_until_it_is_seen_whoever_starts_anew_in_between() {
    let at = At::of_nobody();
    assert_eq!(at.console.watches().unwrap(), None);
    assert_eq!(at.console.unwatched().unwrap(), None);
    for (after, found) in [(10, gap(0, 10)), (20, gap(10, 30))] {
        at.later(after * MINUTE_MS);
        assert_eq!(at.console.watches().unwrap(), found);
        assert_eq!(at.console.watches().unwrap(), None, "it is found once");
        let (who, what, _) = at.log(1).remove(0);
        assert_eq!(
            (who, what),
            ("this station".into(), format!("nobody watched here for {after} min, until now"))
        );
    }
    // The second does not hide the first, and neither goes with the program.
    let at = at.restart();
    assert_eq!(at.console.unwatched().unwrap(), gap(0, 10));
    at.console.unwatched_is_seen(gap(0, 10).unwrap().1).unwrap();
    assert_eq!(at.console.unwatched().unwrap(), gap(10, 30));
    at.console.unwatched_is_seen(gap(10, 30).unwrap().1).unwrap();
    assert_eq!(at.console.unwatched().unwrap(), None);
    assert_eq!(at.restart().console.unwatched().unwrap(), None);
}
