//! The words of an alarm that are withheld. That it is on, how high it is and whose never are.

use clinical::Instant;
use vault::{HELD_ALARM, Sight, Ward};

use crate::alarm::AlarmLine;

/// Puts other words in the place of those of an alarm that are withheld.
pub(crate) fn hide_words(line: &mut AlarmLine, ward: &Ward, sight: &Sight, now: Instant) {
    if sight.veil.is_clear() {
        return;
    }
    let episode = ward.episodes.iter().find(|episode| episode.id == line.episode);
    if episode.is_some_and(|episode| sight.held_words(&ward.values, episode, now)) {
        HELD_ALARM.clone_into(&mut line.text);
    }
}
