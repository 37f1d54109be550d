//! An outage from its beginning until everything of its time was read: what came late, what did not come, and by when each part
//! was whole. One summary for each; one that follows before the last was read whole belongs to it.

use clinical::{EpisodeId, Instant, MINUTE_MS, SECOND_MS};
use vault::{Gap, Ingested};

use crate::pace::Turn;

/// One that was shorter, and in which nothing was missed, is not worth a word: milliseconds.
const WORTH_A_WORD: i64 = 10 * SECOND_MS;
/// One that begins later than this after the last is another, whatever of that is still open: milliseconds.
const SAME: i64 = 10 * MINUTE_MS;

/// What an outage was, and what came of it afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outage {
    /// As it stands in the ledger.
    pub kept: vault::Outage,
    /// Events of the live channel that were numbered in it and not delivered.
    pub lost: Vec<Gap>,
}

/// The outage that is not read whole yet, and the last one that is worth a word.
#[derive(Debug, Default)]
pub(crate) struct Outages {
    open: Option<Open>,
    told: Option<Outage>,
    /// Raised with everything that has to be read again: a turn that began before does not know of it.
    number: u64,
}

#[derive(Debug)]
struct Open {
    outage: Outage,
    /// When the server was in reach again; until then nothing can be read.
    back: Option<Instant>,
    alarms: Vec<EpisodeId>,
}

impl Outages {
    /// The server is out of reach, since its last word.
    pub(crate) fn begin(&mut self, since: Instant, why: &str) {
        // Where something is refused for good, the last one never comes to its end.
        self.open.take_if(|open| open.back.is_some() && since.ms_since(open.outage.kept.until) > SAME);
        self.number += 1;
        self.open.get_or_insert_with(|| Open::new(since, why));
        self.is_away();
    }

    /// It is out of reach again, or still.
    pub(crate) fn is_away(&mut self) {
        if let Some(open) = &mut self.open {
            self.number += 1;
            open.back = None;
            open.anew();
        }
    }

    /// The server is in reach: what there is of that time can be read.
    pub(crate) fn back(&mut self, now: Instant) {
        if let Some(open) = self.open.as_mut().filter(|open| open.back.is_none()) {
            open.back = Some(now);
            open.outage.kept.until = now.max(open.outage.kept.since);
        }
    }

    /// Events were numbered and did not come, with the server in reach.
    pub(crate) fn lost(&mut self, gap: Gap) {
        self.number += 1;
        let open = self.open.get_or_insert_with(|| Open::new(gap.since, &gap.why));
        open.back = open.back.or(Some(gap.until));
        open.outage.kept.until = open.outage.kept.until.max(gap.until);
        open.outage.lost.push(gap);
        open.anew();
    }

    /// Everything that had changed by now was asked for: nothing of the live channel is missing any more.
    pub(crate) fn read_again(&mut self, now: Instant) {
        let open = self.open.iter_mut().map(|open| &mut open.outage);
        for outage in open.chain(&mut self.told) {
            outage.lost.iter_mut().for_each(|gap| gap.read_at = gap.read_at.or(Some(now)));
        }
    }

    /// What a turn took in.
    pub(crate) fn came(&mut self, turn: Turn, what: &Ingested) {
        let Some(open) = self.open.as_mut().filter(|open| open.back.is_some()) else { return };
        match turn {
            Turn::Alarms if open.outage.kept.alarms_whole.is_none() => {
                open.alarms.extend(what.raised.iter().map(|(episode, _)| episode.clone()));
            }
            Turn::Values if open.outage.kept.values_whole.is_none() => {
                open.outage.kept.samples += what.samples as u64;
            }
            _ => {}
        }
    }

    /// How much there was to read when a turn begins.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// A turn that began at `number` has read everything of its own. Gives what is to be counted, where that is news.
    pub(crate) fn is_whole(
        &mut self,
        turn: Turn,
        number: u64,
        now: Instant,
    ) -> Option<(Vec<EpisodeId>, Outage, Instant)> {
        let open = self.open.as_mut().filter(|_| number == self.number)?;
        let back = open.back?;
        let kept = &mut open.outage.kept;
        let whole = match turn {
            Turn::Alarms => &mut kept.alarms_whole,
            Turn::Values => &mut kept.values_whole,
        };
        whole.is_none().then(|| *whole = Some(now))?;
        Some((open.alarms.clone(), open.outage.clone(), back))
    }

    /// What was counted; gives what is to be told and kept, where it is worth a word.
    pub(crate) fn counted(&mut self, outage: Outage) -> Option<Outage> {
        let open = self.open.as_mut().filter(|open| open.outage.kept.since == outage.kept.since)?;
        let kept = &mut open.outage.kept;
        (kept.alarms, kept.high, kept.actions) = (outage.kept.alarms, outage.kept.high, outage.kept.actions);
        // The other turn may have come to its end while this was counted.
        let outage = open.outage.clone();
        let kept = &outage.kept;
        if kept.alarms_whole.is_some() && kept.values_whole.is_some() {
            self.open = None;
        }
        let lasted = kept.until.ms_since(kept.since);
        let is_worth = lasted >= WORTH_A_WORD || kept.alarms > 0 || !outage.lost.is_empty();
        is_worth.then(|| {
            self.told = Some(outage.clone());
            outage
        })
    }

    /// What there is to tell.
    pub(crate) fn told(&self) -> Option<Outage> {
        self.told.clone()
    }

    /// Whether none was met since the program began.
    pub(crate) fn is_new(&self) -> bool {
        self.number == 0
    }
}

impl Open {
    fn new(since: Instant, why: &str) -> Open {
        let kept = vault::Outage { since, until: since, why: why.to_owned(), ..vault::Outage::default() };
        Open { outage: Outage { kept, lost: Vec::new() }, back: None, alarms: Vec::new() }
    }

    /// There is more to be read than what was read so far.
    fn anew(&mut self) {
        (self.outage.kept.alarms_whole, self.outage.kept.values_whole) = (None, None);
    }
}
