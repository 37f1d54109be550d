//! The stages on an alarm's way, each with the beat of its work: a stage that is waited for and does not beat is late.
//!
//! A beat passes through the work itself: an answer that came, a page that was committed, a board that was sent and shown.
//! Time is the station's uptime, which no clock that is set can move.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Time since some moment, which only moves forward.
pub type Uptime = Arc<dyn Fn() -> Duration + Send + Sync>;

/// What an alarm passes on its way from the server to somebody's eye and ear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Any word of the server.
    Server,
    /// What the server says by itself.
    Channel,
    /// Alarms and what was done about them.
    Alarms,
    /// Everything else that is read of the server.
    Values,
    /// The cache takes in what came.
    Cache,
    /// The station's own rules look at what is new.
    Rules,
    /// The board is worked out.
    Board,
    /// The window shows it.
    Page,
    /// The speaker plays.
    Sound,
    /// The desktop takes notifications.
    Notifications,
}

impl Stage {
    /// All of them, in the order of the way.
    pub const ALL: [Stage; 10] = [
        Stage::Server,
        Stage::Channel,
        Stage::Alarms,
        Stage::Values,
        Stage::Cache,
        Stage::Rules,
        Stage::Board,
        Stage::Page,
        Stage::Sound,
        Stage::Notifications,
    ];

    /// What is missing while it is late, as people call it.
    pub fn what(self) -> &'static str {
        match self {
            Stage::Server => "the server",
            Stage::Channel => "the server's live channel",
            Stage::Alarms => "the server's alarms",
            Stage::Values => "the server's values",
            Stage::Cache => "this station's cache",
            Stage::Rules => "this station's own rules",
            Stage::Board => "this station's board",
            Stage::Page => "this window",
            Stage::Sound => "this station's speaker",
            Stage::Notifications => "the desktop's notifications",
        }
    }
}

/// A stage is late when it was waited for so long: it is said within ten seconds, by whoever looks twice a second.
pub const LATE: Duration = Duration::from_millis(9_500);

/// While the cache has worked on one thing for so long, what lies before it waits for it.
const STUCK: Duration = Duration::from_secs(2);

/// A stage that does not do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// Which.
    pub stage: Stage,
    /// For how long nothing passed it.
    pub silent: Duration,
}

/// The beats of one station.
#[derive(Clone)]
pub struct Beats {
    uptime: Uptime,
    stages: Arc<Mutex<[Beat; Stage::ALL.len()]>>,
}

/// One stage.
#[derive(Clone, Copy, Debug, Default)]
struct Beat {
    /// When it beat last, or since when it is waited for; nothing while it is not.
    last: Option<Duration>,
    /// Pieces of work that were begun and are not done.
    going_on: u32,
}

/// A piece of work of one stage, until this is dropped.
#[derive(Debug)]
pub struct Working {
    beats: Beats,
    stage: Stage,
}

impl Drop for Working {
    fn drop(&mut self) {
        let now = (self.beats.uptime)();
        let mut stages = self.beats.lock();
        let beat = &mut stages[self.stage as usize];
        beat.going_on = beat.going_on.saturating_sub(1);
        beat.last = (beat.going_on > 0).then_some(now);
    }
}

impl Beats {
    /// Of a station where nothing is waited for yet.
    pub fn new(uptime: Uptime) -> Beats {
        Beats { uptime, stages: Arc::default() }
    }

    /// It works: something passed it. It is waited for from now on.
    pub fn beat(&self, stage: Stage) {
        let now = (self.uptime)();
        self.lock()[stage as usize].last = Some(now);
    }

    /// Something passed it, where it is waited for.
    pub fn pass(&self, stage: Stage) {
        let now = (self.uptime)();
        if let Some(at) = &mut self.lock()[stage as usize].last {
            *at = now;
        }
    }

    /// It is waited for from now on, where it was not.
    pub fn expect(&self, stage: Stage) {
        let now = (self.uptime)();
        self.lock()[stage as usize].last.get_or_insert(now);
    }

    /// It is at work on something, and is waited for until all that it works on is done.
    #[must_use]
    pub fn work(&self, stage: Stage) -> Working {
        let now = (self.uptime)();
        let mut stages = self.lock();
        let beat = &mut stages[stage as usize];
        beat.going_on += 1;
        beat.last.get_or_insert(now);
        Working { beats: self.clone(), stage }
    }

    /// It is not waited for: its work is done, or it is said in another way that it cannot do any.
    pub fn rest(&self, stage: Stage) {
        self.lock()[stage as usize].last = None;
    }

    /// For how long a stage has been silent that is waited for.
    pub fn silent(&self, stage: Stage) -> Option<Duration> {
        let now = (self.uptime)();
        self.lock()[stage as usize].last.map(|at| now.saturating_sub(at))
    }

    /// Those that are late, in the order of the way. What is silent because the cache takes nothing in is not: the cache is.
    pub fn late(&self) -> Vec<Late> {
        let silent = |stage| self.silent(stage).filter(|silent| *silent >= LATE);
        let before = [Stage::Server, Stage::Channel, Stage::Alarms, Stage::Values];
        let stuck = self.silent(Stage::Cache).filter(|silent| *silent >= STUCK);
        let stuck_late = stuck.filter(|_| before.into_iter().any(|stage| silent(stage).is_some()));
        let of = |stage| match stage {
            Stage::Cache => silent(stage).or(stuck_late),
            before_it if before.contains(&before_it) && stuck.is_some() => None,
            other => silent(other),
        };
        Stage::ALL.into_iter().filter_map(|stage| Some(Late { stage, silent: of(stage)? })).collect()
    }

    /// A poisoned lock holds times that are whole after every step.
    fn lock(&self) -> MutexGuard<'_, [Beat; Stage::ALL.len()]> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Beats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Beats").field("stages", &*self.lock()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn beats() -> (Beats, Arc<AtomicU64>) {
        let clock = Arc::new(AtomicU64::new(50_000));
        let read = clock.clone();
        (Beats::new(Arc::new(move || Duration::from_millis(read.load(Ordering::Relaxed)))), clock)
    }

    #[test]
    fn every_stage_that_is_waited_for_is_late_within_ten_seconds_and_none_that_is_not() {
        for stage in Stage::ALL {
            let (beats, clock) = beats();
            let stages = || beats.late().into_iter().map(|late| late.stage).collect::<Vec<_>>();
            clock.fetch_add(60_000, Ordering::Relaxed);
            assert_eq!(stages(), [], "{stage:?} is not waited for yet");
            beats.pass(stage);
            clock.fetch_add(60_000, Ordering::Relaxed);
            assert_eq!(stages(), [], "what passes it by chance does not make it waited for");
            beats.expect(stage);
            clock.fetch_add(9_000, Ordering::Relaxed);
            beats.expect(stage);
            assert_eq!(stages(), []);
            clock.fetch_add(1_000, Ordering::Relaxed);
            assert_eq!(beats.late(), [Late { stage, silent: Duration::from_secs(10) }]);
            beats.pass(stage);
            assert_eq!(stages(), [], "{stage:?} works again");
            clock.fetch_add(10_000, Ordering::Relaxed);
            assert_eq!(stages(), [stage]);
            beats.rest(stage);
            assert_eq!(stages(), []);
        }
    }

    #[test]
    fn a_cache_that_hangs_is_not_called_the_servers_alarms() {
        let (beats, clock) = beats();
        let late = || beats.late().into_iter().map(|late| late.stage).collect::<Vec<_>>();
        for stage in [Stage::Server, Stage::Channel, Stage::Alarms, Stage::Values] {
            beats.expect(stage);
        }
        // The alarms of the round before came four seconds ago.
        clock.fetch_add(4_000, Ordering::Relaxed);
        let (one, other) = (beats.work(Stage::Cache), beats.work(Stage::Cache));
        clock.fetch_add(5_600, Ordering::Relaxed);
        assert_eq!(late(), [Stage::Cache]);
        clock.fetch_add(60_000, Ordering::Relaxed);
        assert_eq!(late(), [Stage::Cache]);
        drop(one);
        assert_eq!(beats.silent(Stage::Cache), Some(Duration::ZERO), "something was done");
        assert_eq!(late(), [Stage::Server, Stage::Channel, Stage::Alarms, Stage::Values]);
        drop(other);
        clock.fetch_add(60_000, Ordering::Relaxed);
        assert_eq!(beats.silent(Stage::Cache), None, "nobody waits for it");
    }

    #[test]
    fn the_first_stage_of_the_way_that_is_late_stands_first() {
        let (beats, clock) = beats();
        for stage in [Stage::Page, Stage::Server, Stage::Rules] {
            beats.beat(stage);
        }
        clock.fetch_add(12_000, Ordering::Relaxed);
        let late = beats.late();
        assert_eq!(
            late.iter().map(|late| late.stage).collect::<Vec<_>>(),
            [Stage::Server, Stage::Rules, Stage::Page]
        );
    }
}
