//! What a server counts of a search or a history beside what it gave: what it held back is named in the ledger, with the time it is of.

use std::collections::{HashMap, HashSet};

use clinical::{Fact, Instant, MINUTE_MS};
use fhir::{Page, parse_instant};
use vault::Counts;

/// Counts are written down this often: milliseconds.
const WRITTEN_EVERY: i64 = MINUTE_MS;
/// Why something is missing, in the ledger.
pub(crate) const NOT_GIVEN: &str = "counted by the server and not given";

/// A server that counts the same number more than it gives, this often and for so long, does so always: milliseconds.
const ALWAYS: (u32, i64) = (10, 10 * MINUTE_MS);

/// Of a server that always does so, in the ledger.
pub(crate) fn counts_more(more: u64) -> String {
    format!("this server counts {more} more than it gives")
}

/// One search on its way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Total {
    said: Option<u64>,
    /// How many more than it gives the server always counts.
    always: u64,
    came: u64,
    /// Of the kinds that are counted one by one: which resources came. One that comes again on a later page stands for no other.
    met: HashSet<String>,
    /// How many parts of the search are in it.
    parts: usize,
}

impl Total {
    /// Of a server that always counts so many more than it gives.
    pub(crate) fn beside(always: u64) -> Total {
        Total { always, ..Total::default() }
    }

    /// Of one more part of a search: what the server always counts too many is known of the search as a whole.
    pub(crate) fn of_another_part() -> Total {
        Total::default()
    }

    /// What was counted of the parts before, with this one. Where one of them was not counted, the whole was not.
    pub(crate) fn with(&self, part: &Total) -> Total {
        let is_first = self.parts == 0;
        Total {
            said: if is_first { part.said } else { self.said.zip(part.said).map(|(one, other)| one + other) },
            always: self.always + part.always,
            came: self.came + part.came,
            met: HashSet::new(),
            parts: self.parts + 1,
        }
    }

    pub(crate) fn page(&mut self, page: &Page, one_by_one: bool) {
        // Something may go while pages are read: the least that was said is the least that there is.
        self.said = match (self.said, page.total) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.came += (page.resources + page.gone) as u64;
        if one_by_one {
            self.came = self.came.saturating_sub(self.again(page));
        }
    }

    /// How many resources of a page came before. Facts that stand beside each other are of one resource, unless they say the same.
    fn again(&mut self, page: &Page) -> u64 {
        let mut before: Option<&Fact> = None;
        let mut again = 0;
        for fact in &page.facts {
            let reference = &fact.source.reference;
            let is_next =
                before.is_some_and(|one| one.source.reference == *reference && one.body != fact.body);
            if !is_next && !self.met.insert(reference.to_string()) {
                again += 1;
            }
            before = Some(fact);
        }
        again
    }

    /// How many did not come, where the server said how many there are.
    pub(crate) fn missing(&self) -> Option<u64> {
        self.more().map(|more| more.saturating_sub(self.always))
    }

    /// How many more the server counted than it gave.
    fn more(&self) -> Option<u64> {
        self.said.map(|said| said.saturating_sub(self.came))
    }

    fn counts(&self) -> Counts {
        match self.said {
            // Whatever came beside what was counted is no reason to miss less elsewhere.
            Some(said) => Counts { numbered: said, came: self.came.min(said), unnumbered: 0 },
            None => Counts { numbered: 0, came: 0, unnumbered: 1 },
        }
    }
}

/// What is to be written down of a search that was read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub counts: Counts,
    /// It gave what was counted: what was missing of its time is not any more.
    pub is_whole: bool,
}

/// What was counted of each channel since it was written down last.
#[derive(Default)]
pub(crate) struct Totals {
    counts: HashMap<String, (Counts, Instant)>,
    /// Channels of which something is missing: since when at the earliest, and how many.
    short: HashMap<String, (Instant, u64)>,
    /// How many more than it gives a server always counts of a channel, where that was looked up.
    always: HashMap<String, u64>,
    /// How many more it counted the last time, how often in a row, and since when.
    again: HashMap<String, (u64, u32, Instant)>,
}

impl Totals {
    /// How many more than it gives the server always counts, where that was looked up.
    pub(crate) fn always(&self, channel: &str) -> Option<u64> {
        self.always.get(channel).copied()
    }

    /// What was found about a channel before.
    pub(crate) fn knows(&mut self, channel: &str, always: u64) {
        self.always.insert(channel.to_owned(), always);
    }

    /// A channel was read to its end once more; gives what is known now of how many more the server always counts, where that is new.
    pub(crate) fn learn(&mut self, channel: &str, total: &Total, now: Instant) -> Option<u64> {
        let more = total.more()?;
        let (times, since) = match self.again.get(channel) {
            Some((same, times, since)) if *same == more && *since <= now => (times.saturating_add(1), *since),
            _ => (1, now),
        };
        self.again.insert(channel.to_owned(), (more, times, since));
        let (often, long) = ALWAYS;
        let is_always = times >= often && now.ms_since(since) >= long;
        // One that counts right once does not always count wrong.
        let is_new = more < total.always || (is_always && more > total.always);
        if is_new {
            self.knows(channel, more);
            self.short.remove(channel);
        }
        is_new.then_some(more)
    }

    /// How many a channel holds back.
    pub(crate) fn short(&self, channel: &str) -> Option<u64> {
        self.short.get(channel).map(|(_, missing)| *missing)
    }

    /// A search for all of a channel since a moment came to its end. Gives what is to be written down: at once where something is missing or is not any
    /// more, else now and then.
    pub(crate) fn add(&mut self, query: &str, total: &Total, now: Instant) -> Option<Due> {
        let (channel, since) = (channel(query), asks_since(query));
        let is_known = self.counts.contains_key(channel);
        let (counts, written) = self.counts.entry(channel.to_owned()).or_insert((Counts::default(), now));
        let more = total.counts();
        counts.numbered += more.numbered;
        counts.came += more.came;
        counts.unnumbered += more.unnumbered;
        let missing = total.missing();
        let is_worth_a_word = match missing {
            // Of another time it says nothing of what is missing.
            Some(0) if !is_of_all_since(query) => false,
            Some(0) => match self.short.get(channel) {
                Some((missed, _)) if *missed >= since => self.short.remove(channel).is_some(),
                _ => false,
            },
            Some(more) => {
                let short = self.short.entry(channel.to_owned()).or_insert((since, more));
                *short = (short.0.min(since), short.1.max(more));
                true
            }
            None => false,
        };
        // A clock that was set back begins anew.
        let is_due = !is_known || is_worth_a_word || !(0..WRITTEN_EVERY).contains(&now.ms_since(*written));
        is_due.then(|| {
            *written = now;
            Due { counts: std::mem::take(counts), is_whole: missing == Some(0) && is_of_all_since(query) }
        })
    }
}

/// The channel of a search: its kind, or the history of one; waves of one patient are none of these.
pub(crate) fn channel(query: &str) -> &str {
    if query.contains("?patient=") {
        return "waves";
    }
    query.split_once('?').map_or(query, |(kind, _)| kind)
}

/// Whether a search asks for all since a moment, and not up to another alone.
fn is_of_all_since(query: &str) -> bool {
    !query.contains("&date=lt")
}

/// From when on a search asks, where it says so; else from the beginning.
pub(crate) fn asks_since(query: &str) -> Instant {
    let parameters = query.split_once('?').map_or("", |(_, parameters)| parameters);
    let limits = parameters.split('&').filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        match name {
            "_since" => parse_instant(value),
            "_lastUpdated" | "date" => parse_instant(value.strip_prefix("ge")?),
            _ => None,
        }
    });
    limits.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clinical::{Body, Source};

    use super::*;

    fn read(pages: &[(Option<u64>, usize, usize)]) -> Total {
        let mut total = Total::default();
        for (said, resources, gone) in pages {
            let page = Page { total: *said, resources: *resources, gone: *gone, ..Page::default() };
            total.page(&page, false);
        }
        total
    }

    #[test]
    fn what_a_server_counts_and_does_not_give_is_missing_and_nothing_else_is() {
        for (name, pages, missing) in [
            ("all of it", vec![(Some(7), 7, 0)], Some(0)),
            ("nothing, as it says", vec![(Some(0), 0, 0)], Some(0)),
            ("in pages", vec![(Some(12), 7, 0), (Some(12), 5, 0)], Some(0)),
            ("the second page holds less", vec![(Some(12), 7, 0), (Some(12), 3, 0)], Some(2)),
            ("said on the first page alone", vec![(Some(12), 7, 0), (None, 4, 0)], Some(1)),
            ("said on the last page alone", vec![(None, 7, 0), (Some(12), 4, 0)], Some(1)),
            ("one was deleted meanwhile", vec![(Some(12), 7, 0), (Some(11), 4, 0)], Some(0)),
            ("one was written meanwhile", vec![(Some(12), 7, 0), (Some(13), 5, 0)], Some(0)),
            ("more than it says", vec![(Some(2), 7, 0)], Some(0)),
            ("deletions of a history count", vec![(Some(5), 3, 2)], Some(0)),
            ("a history without its deletions", vec![(Some(5), 3, 0)], Some(2)),
            ("nobody says", vec![(None, 7, 0)], None),
        ] {
            assert_eq!(read(&pages).missing(), missing, "{name}");
        }
    }

    #[test]
    fn an_alarm_that_comes_twice_stands_for_no_other() {
        let fact = |reference: &str| Fact {
            source: Source { reference: reference.into(), version: "1".into() },
            updated_at: None,
            body: Body::Deleted,
        };
        let page = |references: &[&str]| Page {
            total: Some(3),
            resources: references.len(),
            facts: references.iter().map(|r| fact(r)).collect(),
            ..Page::default()
        };
        for (name, pages, missing) in [
            ("each once", vec![page(&["a", "b"]), page(&["c"])], 0),
            ("one on two pages", vec![page(&["a", "b"]), page(&["b"])], 1),
            ("one twice on a page", vec![page(&["a", "b", "a"])], 1),
            ("twice in a row", vec![page(&["a", "b", "b"])], 1),
            ("the first page again", vec![page(&["a", "b"]), page(&["a", "b"])], 1),
        ] {
            let mut total = Total::default();
            pages.iter().for_each(|page| total.page(page, true));
            assert_eq!(total.missing(), Some(missing), "{name}");
        }
    }

    #[test]
    fn what_is_missing_is_written_at_once_and_what_is_not_now_and_then() {
        let mut totals = Totals::default();
        let at = |second: i64| Instant(second * 1000);
        let (whole, short) = (read(&[(Some(5), 5, 0)]), read(&[(Some(5), 3, 0)]));
        let counts = |numbered, came, unnumbered| Counts { numbered, came, unnumbered };
        let due = |counts, is_whole| Some(Due { counts, is_whole });
        let later = "Flag?_count=1&_lastUpdated=ge2026-03-14T03:12:00Z";
        assert_eq!(totals.add("Flag", &whole, at(0)), due(counts(5, 5, 0), true), "the first word");
        assert_eq!(totals.add("Flag", &whole, at(4)), None);
        assert_eq!(totals.add("Flag", &short, at(8)), due(counts(10, 8, 0), false));
        assert_eq!(totals.add("Flag", &short, at(12)), due(counts(5, 3, 0), false), "still");
        assert_eq!(totals.add(later, &whole, at(13)), None, "what came later is whole");
        assert_eq!(
            totals.add("Flag?_count=1&date=lt2026-03-14", &whole, at(14)),
            None,
            "and what was before"
        );
        assert_eq!(totals.short("Flag"), Some(2));
        assert_eq!(totals.add("Flag", &whole, at(16)), due(counts(15, 15, 0), true), "not any more");
        assert_eq!(totals.short("Flag"), None);
        assert_eq!(totals.add("Flag", &read(&[(None, 9, 0)]), at(20)), None);
        assert_eq!(totals.add("Flag", &whole, at(80)), due(counts(5, 5, 1), true), "a minute later");
        assert_eq!(totals.add("Flag", &whole, at(-900)), due(counts(5, 5, 0), true), "a clock set back");
        assert_eq!(totals.add("Device", &whole, at(81)), due(counts(5, 5, 0), true), "another channel");
    }

    #[test]
    fn a_server_that_always_counts_too_many_is_known_for_it_and_what_it_holds_back_beside_that_is_missed() {
        let mut totals = Totals::default();
        let minute = |minute: i64| Instant(minute * MINUTE_MS);
        let mut read_at = |at: i64, said: u64| {
            let mut total = Total::beside(totals.always("Flag").unwrap_or_default());
            total.page(&Page { total: Some(said), resources: 3, ..Page::default() }, false);
            totals.add("Flag", &total, minute(at));
            (total.missing(), totals.learn("Flag", &total, minute(at)), totals.short("Flag"))
        };
        for at in 0..10 {
            assert_eq!(read_at(at, 5), (Some(2), None, Some(2)), "minute {at}: it may still come");
        }
        assert_eq!(read_at(10, 5), (Some(2), Some(2), None), "it never does");
        assert_eq!(read_at(11, 5), (Some(0), None, None));
        assert_eq!(read_at(12, 6), (Some(1), None, Some(1)), "another one is missing");
        assert_eq!(read_at(13, 5), (Some(0), None, None));
        assert_eq!(read_at(14, 3), (Some(0), Some(0), None), "it counts right");
        assert_eq!(read_at(15, 5), (Some(2), None, Some(2)), "and is believed");
        // A difference that comes and goes is no property of the server.
        for at in 16..60 {
            assert_eq!(read_at(at, if at % 2 == 0 { 5 } else { 6 }).1, None);
        }
    }

    #[test]
    fn every_search_has_a_channel_and_the_time_it_is_of() {
        let day = "2026-03-14T03:12:00.000Z";
        let at = parse_instant(day).unwrap_or_default();
        for (query, name, since) in [
            ("Patient?_count=500".to_owned(), "Patient", Instant(0)),
            (format!("Flag?_count=5&_lastUpdated=ge{day}&_sort=_lastUpdated"), "Flag", at),
            (format!("Flag/_history?_since={day}&_count=5"), "Flag/_history", at),
            (format!("Observation?_count=5&date=ge{day}&date=lt2027-01-01"), "Observation", at),
            ("Observation?_count=5&date=lt2027-01-01".to_owned(), "Observation", Instant(0)),
            ("Device".to_owned(), "Device", Instant(0)),
            (format!("Observation?patient=p1&date=ge{day}"), "waves", at),
        ] {
            assert_eq!((channel(&query), asks_since(&query)), (name, since), "{query}");
        }
    }
}
