//! Simulated time: as fast as life, or faster.

use std::sync::RwLock;
use std::time::{Instant as Wall, SystemTime, UNIX_EPOCH};

use crate::ward::noise::whole;

/// How long, in milliseconds: this room uses none of the others, and has its own.
pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// Simulated milliseconds since 1970 UTC, running at `speed` from the start.
#[derive(Debug)]
pub struct Clock {
    origin_ms: i64,
    speed: f64,
    began: Wall,
    paused_at: RwLock<Option<i64>>,
}

impl Clock {
    /// Starts at `origin_ms`, or at the time it is.
    pub fn start(speed: f64, origin_ms: Option<i64>) -> Clock {
        let now = || {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
        };
        Clock {
            origin_ms: origin_ms.unwrap_or_else(now),
            speed,
            began: Wall::now(),
            paused_at: RwLock::new(None),
        }
    }

    /// When the simulator started.
    pub fn origin_ms(&self) -> i64 {
        self.origin_ms
    }

    /// Now, in simulated time; stands still while paused.
    pub fn now_ms(&self) -> i64 {
        let paused = *self.paused_at.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        paused.unwrap_or_else(|| self.running_ms())
    }

    fn running_ms(&self) -> i64 {
        self.origin_ms + whole::<i64>(self.began.elapsed().as_secs_f64() * 1000.0 * self.speed)
    }

    /// Moves a stopped clock on by so much; a running one is left alone.
    pub fn advance(&self, ms: i64) {
        let mut paused = self.paused_at.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(at) = paused.as_mut() {
            *at += ms;
        }
    }

    /// Stops or goes on. What was missed while paused happens at once when it goes on.
    pub fn pause(&self, paused: bool) {
        let at = paused.then(|| self.now_ms());
        *self.paused_at.write().unwrap_or_else(std::sync::PoisonError::into_inner) = at;
    }
}
