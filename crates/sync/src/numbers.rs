//! Follows the numbers that a server gives to the events of its live channel: one that is missing is an event that did not come.

use clinical::Instant;
use fhir::Counted;

use crate::pace::Turn;

/// Numbers that did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    pub events: u64,
    /// The first and the last of them.
    pub first: u64,
    pub last: u64,
}

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// The last number that was heard of; `None` before the first word of a subscription.
    last: Option<u64>,
    /// When that was.
    pub heard: Option<Instant>,
    /// Events that were numbered and that came, since they were written down last.
    numbered: u64,
    came: u64,
    written: Option<Instant>,
    /// How many gaps there were: from before this program began there may be one.
    pub missed: u64,
    /// Up to which gap alarms, and everything else, were asked for again, and what that brought so far.
    read: [u64; 2],
    brought: usize,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers {
            last: None,
            heard: None,
            numbered: 0,
            came: 0,
            written: None,
            missed: 1,
            read: [0; 2],
            brought: 0,
        }
    }
}

impl Numbers {
    /// Another subscription begins to count anew.
    pub(crate) fn begin(&mut self) {
        self.last = None;
    }

    /// Takes in what a notification says of the numbers; gives the events that were numbered before it and did not come.
    pub(crate) fn take(&mut self, counted: &Counted, now: Instant) -> Option<Missing> {
        self.heard = Some(now);
        let so_far = counted.so_far.max(counted.carries.iter().max().copied())?;
        let before = match self.last.replace(so_far) {
            Some(last) if last <= so_far => last,
            // What was before the first word is asked for when the channel is bound; a server that counts from the beginning again
            // was begun anew, and the same holds for it.
            _ => {
                let carried = carried(counted, so_far);
                self.numbered += carried;
                self.came += carried;
                return None;
            }
        };
        let fresh = so_far - before;
        if fresh == 0 {
            return None;
        }
        let mut numbers: Vec<u64> = counted.carries.iter().copied().filter(|n| *n > before).collect();
        if counted.carries.is_empty() {
            // Those that come are the newest.
            let came = carried(counted, fresh).min(fresh);
            numbers.extend((so_far - came..so_far).map(|n| n + 1));
        }
        numbers.sort_unstable();
        numbers.dedup();
        let came = numbers.len() as u64;
        self.numbered += fresh;
        self.came += came;
        let missed = |n: &u64| numbers.binary_search(n).is_err();
        // A number that came is passed by; what is between the first and the last is not looked at.
        let first = (before + 1..=so_far).find(missed)?;
        let last = (first..=so_far).rev().find(missed)?;
        Some(Missing { events: fresh - came, first, last })
    }

    /// A turn has asked for all that changed since before gap number `missed`. Gives what was brought in all, where with this every
    /// gap so far was read; `whole` is whether nothing that was asked for was refused.
    pub(crate) fn read_again(
        &mut self,
        turn: Turn,
        missed: u64,
        brought: usize,
        whole: bool,
    ) -> Option<usize> {
        if self.is_whole() || !whole {
            return None;
        }
        self.brought += brought;
        let read = &mut self.read[usize::from(turn == Turn::Values)];
        *read = missed.max(*read);
        self.is_whole().then(|| std::mem::take(&mut self.brought))
    }

    /// Whether nothing is missing.
    pub(crate) fn is_whole(&self) -> bool {
        self.read.iter().all(|read| *read >= self.missed)
    }

    /// The counts, where they are to be written down: at once, or every so many milliseconds. They begin anew with that.
    pub(crate) fn take_counts(&mut self, at_once: bool, now: Instant, every: i64) -> Option<(u64, u64)> {
        let is_due = self.written.is_none_or(|at| !(0..every).contains(&now.ms_since(at)));
        (at_once || is_due).then(|| {
            self.written = Some(now);
            (std::mem::take(&mut self.numbered), std::mem::take(&mut self.came))
        })
    }
}

/// How many of `fresh` events a notification carries that names none of them: as many as it has resources, where that is just what
/// was counted; else one.
fn carried(counted: &Counted, fresh: u64) -> u64 {
    match counted.is_event {
        false => 0,
        true if !counted.carries.is_empty() => counted.carries.len() as u64,
        true if counted.resources as u64 == fresh => fresh,
        true => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heartbeat(so_far: u64) -> Counted {
        Counted { so_far: Some(so_far), ..Counted::default() }
    }

    fn event(so_far: u64, carries: &[u64], resources: usize) -> Counted {
        Counted { so_far: Some(so_far), carries: carries.to_vec(), is_event: true, resources }
    }

    #[test]
    fn every_number_that_did_not_come_is_missed_once_and_no_other() {
        let unnumbered = || Counted { is_event: true, resources: 3, ..Counted::default() };
        for (name, heard, missed) in [
            (
                "all came",
                vec![heartbeat(0), event(1, &[1], 4), event(2, &[2], 1), heartbeat(2)],
                vec![0, 0, 0, 0],
            ),
            (
                "one is lost, told by the next",
                vec![heartbeat(0), event(1, &[1], 1), event(3, &[3], 9)],
                vec![0, 0, 1],
            ),
            (
                "the last is lost, told by a heartbeat",
                vec![heartbeat(4), heartbeat(5), heartbeat(5)],
                vec![0, 1, 0],
            ),
            ("a heartbeat tells first", vec![heartbeat(4), heartbeat(6), event(7, &[7], 1)], vec![0, 2, 0]),
            (
                "several in one",
                vec![heartbeat(0), event(3, &[1, 2, 3], 3), event(6, &[4, 6], 2)],
                vec![0, 0, 1],
            ),
            (
                "several in one, named by their count",
                vec![heartbeat(0), event(3, &[], 3), event(5, &[], 1)],
                vec![0, 0, 1],
            ),
            (
                "one event of many resources",
                vec![heartbeat(0), event(1, &[], 30), event(2, &[], 30)],
                vec![0, 0, 0],
            ),
            (
                "the same again",
                vec![heartbeat(0), event(1, &[1], 1), event(1, &[1], 1), heartbeat(1)],
                vec![0, 0, 0, 0],
            ),
            ("bound late", vec![heartbeat(700), event(701, &[701], 1)], vec![0, 0]),
            ("no handshake", vec![event(9, &[9], 1), event(10, &[10], 1)], vec![0, 0]),
            (
                "begun anew",
                vec![heartbeat(50), heartbeat(0), event(1, &[1], 1), heartbeat(2)],
                vec![0, 0, 0, 1],
            ),
            ("no numbers", vec![Counted::default(), unnumbered(), unnumbered()], vec![0, 0, 0]),
            ("numbers of events alone", vec![event(0, &[5], 1), event(0, &[7], 1)], vec![0, 1]),
        ] {
            let mut numbers = Numbers::default();
            let found: Vec<u64> = heard
                .iter()
                .map(|counted| numbers.take(counted, Instant(1)).map_or(0, |missing| missing.events))
                .collect();
            assert_eq!(found, missed, "{name}");
            let (numbered, came) = numbers.take_counts(true, Instant(2), 1).unwrap();
            assert_eq!(
                numbered - came,
                missed.iter().sum::<u64>(),
                "{name}: {numbered} numbered, {came} came"
            );
        }
    }

    #[test]
    fn the_numbers_that_did_not_come_are_named() {
        for (name, heard, named) in [
            ("before one that came", event(9, &[9], 1), (5, 8)),
            ("between those that came", event(9, &[5, 9], 2), (6, 8)),
            ("before and after", event(9, &[6], 1), (5, 9)),
            ("told by a heartbeat", heartbeat(9), (5, 9)),
            ("without names", event(9, &[], 2), (5, 8)),
            ("a server that counts in very large steps", heartbeat(u64::MAX), (5, u64::MAX)),
        ] {
            let mut numbers = Numbers::default();
            numbers.take(&heartbeat(4), Instant(1));
            let missing = numbers.take(&heard, Instant(2)).map(|missing| (missing.first, missing.last));
            assert_eq!(missing, Some(named), "{name}");
        }
    }

    #[test]
    fn a_gap_is_closed_when_alarms_and_values_were_both_asked_for_after_it() {
        let mut numbers = Numbers::default();
        assert_eq!(numbers.read_again(Turn::Alarms, 1, 3, true), None);
        assert_eq!(numbers.read_again(Turn::Values, 1, 4, false), None, "a kind was refused");
        assert_eq!(numbers.read_again(Turn::Values, 1, 5, true), Some(8));
        assert_eq!(numbers.read_again(Turn::Values, 1, 5, true), None, "nothing is missing");
        numbers.missed += 1;
        assert_eq!(numbers.read_again(Turn::Alarms, 1, 0, true), None, "it had begun before");
        assert_eq!(numbers.read_again(Turn::Values, 2, 0, true), None);
        assert!(!numbers.is_whole());
        assert_eq!(numbers.read_again(Turn::Alarms, 2, 1, true), Some(1));
    }
}
