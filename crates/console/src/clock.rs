//! The time of a station while its program runs: the clock on the wall as it was at the start, and what has passed since. A system
//! clock that is set, by hand or by NTP, ends no pause and holds no reminder back.
//!
//! What little the two drift apart is made up for slowly. A step is noticed and said; it is followed where it brings the station
//! nearer to the server's clock, and else not before the program is started anew. A machine that slept has slept: its time goes on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use clinical::{Instant, SECOND_MS};
use sync::Now;

/// A difference that is smaller is no step: milliseconds.
const STEP: i64 = 2 * SECOND_MS;
/// It is made up for by this part of the time that passes.
const SLEW: i64 = 10;

/// What the machine says of time.
pub trait Ticks: Send + Sync {
    /// The clock on the wall.
    fn wall(&self) -> Instant;
    /// Time since some moment, which nobody can set.
    fn uptime(&self) -> Duration;
    /// For how long the machine slept since it was started, where the system can tell.
    fn slept(&self) -> Option<Duration>;
}

/// This machine's.
struct System(std::time::Instant);

impl Ticks for System {
    fn wall(&self) -> Instant {
        Instant::from(SystemTime::now())
    }

    fn uptime(&self) -> Duration {
        self.0.elapsed()
    }

    fn slept(&self) -> Option<Duration> {
        // On Linux `/proc/uptime` goes on while the machine sleeps, and what `Instant` counts does not.
        let text = std::fs::read_to_string("/proc/uptime").ok()?;
        let boot: f64 = text.split(' ').next()?.parse().ok()?;
        Duration::try_from_secs_f64(boot).ok()?.checked_sub(self.0.elapsed())
    }
}

/// A system clock that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The station's time when that was noticed.
    pub at: Instant,
    /// What the system's clock said then.
    pub to: Instant,
    /// Whether the station follows it.
    pub followed: bool,
}

/// What a look at the clock found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The system's clock was set. It is given once.
    pub step: Option<Step>,
    /// By how much the station's own time jumped: milliseconds.
    pub jumped: i64,
}

struct Kept {
    /// The station's time at an uptime.
    base: Instant,
    at: Duration,
    slept: Option<Duration>,
    /// By how much the system's clock is away from the station's time, where that was said.
    away: i64,
}

/// The time of one station.
pub struct Clock {
    ticks: Box<dyn Ticks>,
    kept: Mutex<Kept>,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clock").field("now", &self.now()).finish_non_exhaustive()
    }
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Clock {
    /// By this machine's clocks.
    pub fn system() -> Arc<Clock> {
        Clock::of(Box::new(System(std::time::Instant::now())))
    }

    /// By other clocks.
    pub fn of(ticks: Box<dyn Ticks>) -> Arc<Clock> {
        let (base, at, slept) = (ticks.wall(), ticks.uptime(), ticks.slept());
        Arc::new(Clock { ticks, kept: Mutex::new(Kept { base, at, slept, away: 0 }) })
    }

    /// The station's time.
    pub fn now(&self) -> Instant {
        let kept = self.lock();
        kept.base + ms(self.ticks.uptime().saturating_sub(kept.at))
    }

    /// As a function.
    pub fn reading(self: &Arc<Clock>) -> Now {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }

    /// Compares it with the clock on the wall, with what the server's clock is ahead of it where that is known: to be called every
    /// second or so.
    pub fn look(&self, server_ahead: Option<i64>) -> Found {
        let mut kept = self.lock();
        let (wall, uptime, slept) = (self.ticks.wall(), self.ticks.uptime(), self.ticks.slept());
        let passed = ms(uptime.saturating_sub(kept.at));
        let mut found = Found::default();
        let mut now = kept.base + passed;
        if let (Some(before), Some(slept)) = (kept.slept, slept) {
            let slept = ms(slept.saturating_sub(before));
            // What the system tells is exact to some hundredths of a second.
            if slept >= SECOND_MS {
                now = now + slept;
                found.jumped += slept;
            }
        }
        let drift = wall.ms_since(now);
        if drift.abs() < STEP {
            now = now + drift.clamp(-passed / SLEW, passed / SLEW);
            kept.away = 0;
        } else {
            let is_nearer = |ahead: i64| ahead.saturating_sub(drift).abs().saturating_add(STEP) < ahead.abs();
            let followed = server_ahead.is_some_and(is_nearer);
            if followed || (drift - kept.away).abs() >= STEP {
                found.step = Some(Step { at: now, to: wall, followed });
                kept.away = if followed { 0 } else { drift };
            }
            if followed {
                now = now + drift;
                found.jumped += drift;
            }
        }
        (kept.base, kept.at, kept.slept) = (now, uptime, slept);
        found
    }

    /// By how much the system's clock is away from the station's time, where it was set and is not followed: milliseconds.
    pub fn away(&self) -> Option<i64> {
        Some(self.lock().away).filter(|away| *away != 0)
    }

    /// A poisoned lock holds a time that is whole after every step.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
