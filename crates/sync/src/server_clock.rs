//! The server's clock, and how far a search for changes has got by it.
//!
//! `Date` alone is not trusted: a gateway may leave it out, or write it by a clock of its own that runs ahead of the one that
//! stamps the resources, and what was stamped in between would never be asked for. The stamps themselves (`meta.lastUpdated`)
//! say what the server's clock had reached.

use clinical::{DAY_MS, HOUR_MS, Instant};

/// How far `Date` is not believed, where it moves a search on beyond the newest stamp.
const DATE_AHEAD: i64 = HOUR_MS;
/// More resources than this are not read with each search again, only because nothing was stamped since.
const MANY: usize = 500;

/// What is known of the server's clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ServerClock {
    /// `Date` of the last answer that had one.
    pub date: Option<Instant>,
    /// The newest stamp of any resource so far.
    stamped: Option<Instant>,
}

impl ServerClock {
    /// What this clock had surely reached: `Date`, or else the newest stamp.
    pub(crate) fn reached(&self) -> Option<Instant> {
        self.date.or(self.stamped)
    }

    /// Whether anything was said of the time.
    pub(crate) fn is_told(&self) -> bool {
        self.reached().is_some()
    }

    /// An answer: its `Date`, and the newest stamp in it, at the station's `now`.
    pub(crate) fn hear(&mut self, date: Option<Instant>, stamp: Option<Instant>, now: Instant) {
        self.date = date.or(self.date);
        // A resource that was stamped by somebody else's clock says nothing of the server's.
        let stamp = match self.date {
            Some(date) => stamp.map(|at| at.min(date)),
            None => stamp.filter(|at| *at <= now + DAY_MS),
        };
        self.stamped = self.stamped.max(stamp);
    }

    /// A search begins, at the station's `now`.
    pub(crate) fn begin(&self, now: Instant) -> Began {
        Began { at: now, before: self.stamped, date: None, newest: None, resources: 0 }
    }
}

/// When a search began, by the server's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Began {
    /// By the station's clock.
    at: Instant,
    /// The newest stamp that was known before.
    before: Option<Instant>,
    /// `Date` of the first page.
    date: Option<Instant>,
    /// The newest stamp among what it found.
    newest: Option<Instant>,
    resources: usize,
}

impl Began {
    /// A page of the search.
    pub(crate) fn page(&mut self, date: Option<Instant>, stamp: Option<Instant>, resources: usize) {
        if self.resources == 0 && self.newest.is_none() {
            self.date = self.date.or(date);
        }
        self.newest = self.newest.max(stamp);
        self.resources += resources;
    }

    /// The moment, at the station's `now`, from which on the next search has to look; nothing where it cannot be known.
    pub(crate) fn cursor(&self, now: Instant) -> Option<Instant> {
        // What was stamped while pages were read may have missed its page.
        let meanwhile = now.ms_since(self.at).max(0);
        let stamped = self.before.max(self.newest.map(|at| at - meanwhile));
        match (stamped, self.date) {
            // Beyond the newest stamp nobody knows what the clock had reached that stamps: a `Date` of hours ahead would hide for good
            // what comes meanwhile. Where that asks for a whole import again and again it is believed, as far as the station's own
            // clock agrees.
            (Some(stamped), Some(date)) if self.resources > MANY => {
                Some(date.min(stamped.max(date.min(now) - DATE_AHEAD)))
            }
            (Some(stamped), Some(date)) => Some(date.min(stamped)),
            (Some(stamped), None) => Some(stamped.min(now + DAY_MS)),
            // It stamps nothing: its `Date` is all there is.
            (None, Some(date)) if self.resources > 0 => Some(date),
            (None, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_000 * DAY_MS);

    #[test]
    fn nothing_that_changes_meanwhile_is_skipped_whatever_the_clocks_of_a_gateway_say() {
        // `Date` and the newest stamp, each from now; what is known before; where the next search has to begin at the latest.
        for (name, date, stamp, before, latest) in [
            ("all is well", Some(0), Some(-2_000), None, -2_000),
            ("the gateway is five minutes ahead", Some(300_000), Some(0), None, 0),
            ("the gateway is behind", Some(-300_000), Some(0), None, -300_000),
            (
                "the gateway writes the hour of its wall as if it were UTC",
                Some(3 * HOUR_MS),
                Some(-2_000),
                None,
                -2_000,
            ),
            ("it does so and nothing comes", Some(3 * HOUR_MS), None, Some(-DAY_MS), -DAY_MS),
            ("it is a day ahead", Some(DAY_MS), Some(-2_000), None, -2_000),
            ("nothing has changed for a day", Some(0), Some(-DAY_MS), None, -DAY_MS),
            ("no Date", None, Some(-5_000), None, -5_000),
            ("no Date, and nothing found", None, None, Some(-7_000), -7_000),
            ("stamps of another clock, ahead", Some(0), Some(10 * DAY_MS), Some(-5_000), 0),
            ("no stamps", Some(0), None, None, 0),
        ] {
            let moment = |ms: i64| NOW + ms;
            let mut clock = ServerClock::default();
            clock.hear(None, before.map(moment), NOW);
            let mut began = clock.begin(NOW);
            began.page(date.map(moment), stamp.map(moment), 1);
            assert_eq!(began.cursor(NOW), Some(moment(latest)), "{name}");
        }
    }

    #[test]
    fn an_import_of_a_day_ago_is_not_read_with_each_search_and_a_wrong_date_skips_nothing_by_that() {
        for (name, date, stamp, latest) in [
            ("all is well", 0, -DAY_MS, -HOUR_MS),
            ("the gateway is three hours ahead", 3 * HOUR_MS, -2_000, -2_000),
            ("and the import is of yesterday", 3 * HOUR_MS, -DAY_MS, -HOUR_MS),
        ] {
            let mut began = ServerClock::default().begin(NOW);
            began.page(Some(NOW + date), Some(NOW + stamp), MANY + 1);
            assert_eq!(began.cursor(NOW), Some(NOW + latest), "{name}");
        }
    }

    #[test]
    fn what_is_stamped_while_pages_are_read_is_met_by_the_next_search() {
        let mut began = ServerClock::default().begin(NOW);
        began.page(None, Some(NOW), 500);
        let later = NOW + 90_000;
        began.page(None, Some(later), 500);
        assert_eq!(began.cursor(later), Some(NOW));
    }

    #[test]
    fn a_kind_that_is_empty_on_a_server_without_a_clock_is_asked_for_as_a_whole_again() {
        let mut began = ServerClock::default().begin(NOW);
        began.page(None, None, 0);
        assert_eq!(began.cursor(NOW), None);
    }
}
