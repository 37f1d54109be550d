//! Whether this station watches: what is late on an alarm's way, and the time in which nobody watched.

use std::sync::PoisonError;

use clinical::Instant;
use sync::{Beats, Stage};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::lateness::last_passed;

/// The setting that keeps when somebody watched last.
const SETTING: &str = "watched-until";

impl Console {
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
        let (stage, since) = lateness.look(&self.beats.late(), self.now())?;
        Some((format!("nothing new from {}", stage.what()), since))
    }

    /// The window watches now. Gives from when until when nobody did, the first time that is seen.
    ///
    /// # Errors
    /// Of the cache; the gap is not lost by it.
    pub fn watches(&self) -> Result<Option<(Instant, Instant)>, ConsoleError> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.last.is_none() {
            let kept = self.vault.read(|reader| reader.setting(SETTING))?;
            watched.last = kept.and_then(|kept| kept.parse().ok()).map(Instant);
        }
        let (gap, is_due) = watched.at(self.now());
        if is_due {
            self.vault.set_setting(SETTING, self.now().0.to_string())?;
        }
        Ok(gap)
    }
}
