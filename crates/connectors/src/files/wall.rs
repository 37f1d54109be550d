//! From the clock on a wall to moments: the autumn hour that it shows twice, and the spring hour that it never shows.
//!
//! Which of the two an autumn time is, a transmitter's own count of seconds tells, else the order of the rows: where the clock goes back
//! between two of them, the second hour has begun. Where neither tells it is the first, and is marked. A time that no clock showed is kept
//! as a clock has it that was not put forward, and is marked.

use clinical::{Instant, MINUTE_MS, SECOND_MS};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// A row's time as it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a> {
    pub wall: DateTime,
    /// Whose count, and how many seconds.
    pub counter: Option<(&'a str, i64)>,
}

/// Where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub at: Instant,
    /// 1 in the second of two equal hours.
    pub pass: u8,
    /// What is not sure about it.
    pub mark: Option<&'static str>,
}

pub(crate) const NEVER: &str =
    "its time is one that the clock left out that day; it is kept as of a clock that was not put forward";
pub(crate) const TWICE: &str =
    "its time is one that the clock showed twice that day, and nothing tells which; it is kept as the first";

/// How far a count of seconds may be off between two rows near each other.
const COUNT_DIFFERS: i64 = 10 * MINUTE_MS;
/// As far a row is looked for whose count is known.
const NEAR: usize = 600;

/// Places the rows of one device, in the order in which they stand.
pub(crate) fn place(rows: &[Shown], zone: &TimeZone) -> Vec<Placed> {
    let up = rows.windows(2).filter(|pair| pair[0].wall < pair[1].wall).count();
    let down = rows.windows(2).filter(|pair| pair[0].wall > pair[1].wall).count();
    let order: Vec<usize> =
        if down > up { (0..rows.len()).rev().collect() } else { (0..rows.len()).collect() };
    let offsets: Vec<AmbiguousOffset> =
        rows.iter().map(|row| zone.to_ambiguous_timestamp(row.wall).offset()).collect();
    let sure = |n: usize| match offsets[n] {
        AmbiguousOffset::Unambiguous { offset } => Some(moment(rows[n].wall, offset)),
        _ => None,
    };
    let mut placed: Vec<Option<Placed>> = vec![None; rows.len()];
    for (position, n) in order.iter().copied().enumerate() {
        let wall = rows[n].wall;
        placed[n] = match offsets[n] {
            AmbiguousOffset::Unambiguous { offset } => {
                Some(Placed { at: moment(wall, offset), pass: 0, mark: None })
            }
            AmbiguousOffset::Gap { before, after } => {
                let by_count = by_count(rows, &order, position, [before, after], sure);
                let offset = by_count.map_or(before, |later| if later { after } else { before });
                Some(Placed { at: moment(wall, offset), pass: 0, mark: Some(NEVER) })
            }
            AmbiguousOffset::Fold { before, after } => {
                by_count(rows, &order, position, [before, after], sure).map(|later| {
                    let offset = if later { after } else { before };
                    Placed { at: moment(wall, offset), pass: u8::from(later), mark: None }
                })
            }
        };
    }
    by_order(rows, &order, &offsets, &mut placed);
    placed
        .into_iter()
        .map(|found| found.unwrap_or(Placed { at: Instant(0), pass: 0, mark: Some(TWICE) }))
        .collect()
}

/// Whoever reads a date holds it to this century.
fn moment(wall: DateTime, offset: Offset) -> Instant {
    Instant(offset.to_timestamp(wall).unwrap_or_default().as_millisecond())
}

/// Whether it is the later of two, by the count of the nearest row that is sure.
fn by_count(
    rows: &[Shown],
    order: &[usize],
    position: usize,
    [before, after]: [Offset; 2],
    sure: impl Fn(usize) -> Option<Instant>,
) -> Option<bool> {
    let row = rows[order[position]];
    let (whose, count) = row.counter?;
    let there = |at: usize| {
        let n = *order.get(at)?;
        let (other, other_count) = rows[n].counter?;
        let known = sure(n).filter(|_| other == whose)?;
        Some(known + count.saturating_sub(other_count).saturating_mul(SECOND_MS))
    };
    let expected = (1..NEAR)
        .find_map(|far| position.checked_sub(far).and_then(&there).or_else(|| there(position + far)))?;
    let off = |offset| moment(row.wall, offset).ms_since(expected).abs();
    let (first, second) = (off(before), off(after));
    (first.min(second) <= COUNT_DIFFERS).then_some(second < first)
}

/// The autumn hours that no count tells.
fn by_order(rows: &[Shown], order: &[usize], offsets: &[AmbiguousOffset], placed: &mut [Option<Placed>]) {
    let mut at = 0;
    while at < order.len() {
        let first = order[at];
        if placed[first].is_some() {
            at += 1;
            continue;
        }
        let belongs = |n: usize| placed[n].is_none() && rows[n].wall.date() == rows[first].wall.date();
        let run: Vec<usize> = order[at..].iter().copied().take_while(|n| belongs(*n)).collect();
        let goes_back = |k: usize| rows[run[k]].wall < rows[run[k - 1]].wall;
        let backs: Vec<usize> = (1..run.len()).filter(|k| goes_back(*k)).collect();
        for (k, n) in run.iter().copied().enumerate() {
            let AmbiguousOffset::Fold { before, after } = offsets[n] else { continue };
            let later = backs.len() == 1 && k >= backs[0];
            let mark = (backs.len() != 1).then_some(TWICE);
            let offset = if later { after } else { before };
            placed[n] = Some(Placed { at: moment(rows[n].wall, offset), pass: u8::from(later), mark });
        }
        at += run.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<'a>(times: &[(&str, Option<(&'a str, i64)>)]) -> Vec<Shown<'a>> {
        times.iter().map(|(wall, counter)| Shown { wall: wall.parse().unwrap(), counter: *counter }).collect()
    }

    fn told(rows: &[Shown], zone: &str) -> Vec<(String, bool)> {
        let zone = TimeZone::get(zone).unwrap();
        let of = |placed: Placed| {
            let stamp = jiff::Timestamp::from_millisecond(placed.at.0).unwrap();
            (stamp.strftime("%H:%M").to_string(), placed.mark.is_some())
        };
        place(rows, &zone).into_iter().map(of).collect()
    }

    fn plain(rows: &[(&str, bool)]) -> Vec<(String, bool)> {
        rows.iter().map(|(time, marked)| ((*time).to_owned(), *marked)).collect()
    }

    const AUTUMN: [(&str, Option<(&str, i64)>); 6] = [
        ("2026-10-25T01:45", None),
        ("2026-10-25T02:15", None),
        ("2026-10-25T02:45", None),
        ("2026-10-25T02:15", None),
        ("2026-10-25T02:45", None),
        ("2026-10-25T03:15", None),
    ];

    #[test]
    fn the_doubled_autumn_hour_is_told_by_the_order_of_its_rows_either_way() {
        let wanted = ["23:45", "00:15", "00:45", "01:15", "01:45", "02:15"].map(|time| (time, false));
        let found = told(&rows(&AUTUMN), "Europe/Berlin");
        assert_eq!(found, plain(&wanted));
        let mut newest_first = rows(&AUTUMN);
        newest_first.reverse();
        let mut found = told(&newest_first, "Europe/Berlin");
        found.reverse();
        assert_eq!(found, plain(&wanted));
    }

    #[test]
    fn a_transmitters_own_seconds_tell_the_hour_where_the_rows_do_not() {
        // The sensor was silent in one of the two hours: in the first, then in the second.
        let count = |seconds: [i64; 4]| {
            let times = ["2026-10-25T01:55", "2026-10-25T02:05", "2026-10-25T02:10", "2026-10-25T03:05"];
            let rows: Vec<_> =
                times.iter().zip(seconds).map(|(time, second)| (*time, Some(("8AM1EY", second)))).collect();
            told(&rows_of(&rows), "Europe/Berlin")
        };
        fn rows_of<'a>(times: &[(&str, Option<(&'a str, i64)>)]) -> Vec<Shown<'a>> {
            rows(times)
        }
        assert_eq!(
            count([1000, 5200, 5500, 8800]),
            plain(&[("23:55", false), ("01:05", false), ("01:10", false), ("02:05", false)])
        );
        assert_eq!(
            count([1000, 1600, 1900, 8800]),
            plain(&[("23:55", false), ("00:05", false), ("00:10", false), ("02:05", false)])
        );
    }

    #[test]
    fn an_autumn_time_that_nothing_tells_is_kept_and_marked() {
        let alone = [("2026-10-25T01:55", None), ("2026-10-25T02:05", None), ("2026-10-25T03:05", None)];
        assert_eq!(
            told(&rows(&alone), "Europe/Berlin"),
            plain(&[("23:55", false), ("00:05", true), ("02:05", false)])
        );
    }

    #[test]
    fn a_time_that_no_clock_showed_is_kept_and_marked() {
        let spring = [
            ("2026-03-29T01:55", Some(("t", 100))),
            ("2026-03-29T02:30", Some(("t", 2200))),
            ("2026-03-29T03:05", Some(("t", 700))),
        ];
        let without = spring.map(|(time, _)| (time, None));
        let wanted = plain(&[("00:55", false), ("01:30", true), ("01:05", false)]);
        assert_eq!(told(&rows(&without), "Europe/Berlin"), wanted);
        assert_eq!(told(&rows(&spring), "Europe/Berlin"), wanted);
        // Half an hour, and zones without a change.
        assert_eq!(
            told(&rows(&[("2026-10-04T02:10", None)]), "Australia/Lord_Howe"),
            plain(&[("15:40", true)])
        );
        assert_eq!(told(&rows(&[("2026-03-29T02:30", None)]), "Asia/Kolkata"), plain(&[("21:00", false)]));
    }
}
