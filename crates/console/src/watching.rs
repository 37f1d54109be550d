//! Whether this station watches: what is late on an alarm's way, and the time in which nobody watched.

use std::sync::{Arc, PoisonError};

use clinical::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, SECOND_MS};
use sync::{Beats, Stage};
use vault::{EntryKind, NewEntry, Who};

use crate::clock::{Clock, Step};
use crate::console::Console;
use crate::error::ConsoleError;
use crate::lateness::last_passed;

/// The setting that keeps when somebody watched last.
const SETTING: &str = "watched-until";

/// The setting that keeps the times in which nobody watched and that nobody has seen said, one a line, the oldest first.
const GAPS: &str = "unwatched";
const GAPS_KEPT: usize = 10;

/// A clock that was set, and that the station follows, is said for so long: milliseconds.
const SAID: i64 = 10 * MINUTE_MS;

impl Console {
    /// Whoever watches here looks at this clock, too.
    pub fn keep_time(&self, clock: Arc<Clock>) {
        // A station has one for as long as it is open.
        let _ = self.clock.set(clock);
    }

    /// Looks whether the system's clock was set.
    fn look_at_the_clock(&self) {
        let Some(clock) = self.clock.get() else { return };
        let step = clock.look(self.link().clock_offset_ms).step;
        let mut said = self.clock_set.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(step) = step {
            tracing::warn!(
                by = step.to.ms_since(step.at),
                followed = step.followed,
                "the system's clock was set"
            );
            *said = Some(step);
        }
        let now = clock.now();
        let is_over = |step: &Step| match step.followed {
            true => !(0..SAID).contains(&now.ms_since(step.to)),
            // Until it is right again.
            false => clock.away().is_none(),
        };
        *said = said.filter(|step| !is_over(step));
        drop(said);
        // That time was not one in which nobody watched.
        if let Some(step) = step.filter(|step| step.followed) {
            let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
            watched.shift(step.to.ms_since(step.at));
        }
    }

    /// That the system's clock was set, in words, and when.
    fn clock_words(&self) -> Option<(String, Instant)> {
        let step = (*self.clock_set.lock().unwrap_or_else(PoisonError::into_inner))?;
        let by = step.to.ms_since(step.at);
        let way = if by < 0 { "back" } else { "forward" };
        let now = if step.followed { "it follows the server's" } else { "time goes on as before" };
        Some((format!("clock set {way} by {}, {now}", roughly(by.abs())), step.at))
    }

    /// The beats of this station's stages.
    pub fn beats(&self) -> &Beats {
        &self.beats
    }

    /// The stages that are late now, and when something passed each last.
    pub fn late(&self) -> Vec<(Stage, Instant)> {
        let now = self.now();
        self.beats.late().into_iter().map(|late| (late.stage, last_passed(late, now))).collect()
    }

    /// The same as an alarm of this station about itself, in words.
    pub(crate) fn lateness(&self) -> Option<(String, Instant)> {
        let mut lateness = self.lateness.lock().unwrap_or_else(PoisonError::into_inner);
        match lateness.look(&self.beats.late(), self.now()) {
            Some((stage, since)) => Some((format!("nothing new from {}", stage.what()), since)),
            None => self.clock_words(),
        }
    }

    /// The window watches now. Gives from when until when nobody did, the first time that is seen; it stands in the log, and is kept until
    /// somebody has seen it said.
    ///
    /// # Errors
    /// Of the cache; the gap is not lost by it.
    pub fn watches(&self) -> Result<Option<(Instant, Instant)>, ConsoleError> {
        self.look_at_the_clock();
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.last.is_none() {
            let kept = self.vault.read(|reader| reader.setting(SETTING))?;
            watched.last = kept.and_then(|kept| kept.parse().ok()).map(Instant);
        }
        let before = watched.last;
        let (gap, is_due) = watched.at(self.now());
        if let Some((from, to)) = gap
            && let Err(why) = self.nobody_watched(from, to)
        {
            watched.last = before;
            return Err(why);
        }
        if is_due {
            self.vault.set_setting(SETTING, self.now().0.to_string())?;
        }
        Ok(gap)
    }

    fn nobody_watched(&self, from: Instant, to: Instant) -> Result<(), ConsoleError> {
        let mut gaps = self.gaps()?;
        // Kept before, and not put into the log, or found once more after a crash.
        gaps.retain(|(known, _)| *known != from);
        gaps.push((from, to));
        // Somebody who does not press OK in so many nights would not read more of them.
        let newest = gaps.len().saturating_sub(GAPS_KEPT);
        self.keep_gaps(&gaps[newest..])?;
        let what = format!("nobody watched here for {}, until now", roughly(to.ms_since(from)));
        Ok(self.vault.audit(NewEntry::new(EntryKind::Station, self.now(), Who::station(), what))?)
    }

    /// The oldest time in which nobody watched here and that nobody has seen said yet, also where the program was started anew since.
    ///
    /// # Errors
    /// Of the cache.
    pub fn unwatched(&self) -> Result<Option<(Instant, Instant)>, ConsoleError> {
        Ok(self.gaps()?.into_iter().next())
    }

    /// Somebody has seen it said that nobody watched until then.
    ///
    /// # Errors
    /// Of the cache; then it is said again.
    pub fn unwatched_is_seen(&self, until: Instant) -> Result<(), ConsoleError> {
        // One that is found meanwhile is not written over.
        let _watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let gaps = self.gaps()?;
        let left: Vec<(Instant, Instant)> = gaps.iter().filter(|(_, to)| *to != until).copied().collect();
        if left.len() < gaps.len() {
            self.keep_gaps(&left)?;
        }
        Ok(())
    }

    fn gaps(&self) -> Result<Vec<(Instant, Instant)>, ConsoleError> {
        let kept = self.vault.read(|reader| reader.setting(GAPS))?.unwrap_or_default();
        let gap = |line: &str| {
            let (from, to) = line.split_once(' ')?;
            Some((Instant(from.parse().ok()?), Instant(to.parse().ok()?)))
        };
        Ok(kept.lines().filter_map(gap).collect())
    }

    fn keep_gaps(&self, gaps: &[(Instant, Instant)]) -> Result<(), ConsoleError> {
        let lines: Vec<String> = gaps.iter().map(|(from, to)| format!("{} {}", from.0, to.0)).collect();
        Ok(self.vault.set_setting(GAPS, lines.join("\n"))?)
    }
}

/// How long, in its largest unit.
fn roughly(ms: i64) -> String {
    let units = [(DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min"), (SECOND_MS, "s")];
    let (unit, name) = units.into_iter().find(|(unit, _)| ms >= *unit).unwrap_or((SECOND_MS, "s"));
    format!("{} {name}", ms / unit)
}
