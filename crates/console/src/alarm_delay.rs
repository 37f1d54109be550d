//! How long an alarm takes from the server to the eye and to the ear, as this station has seen it.
//!
//! Measured on alarms that came while the link was up: what waited for a network that was down is an outage and not a delay.
//! Kept in the cache, so that `vigil doctor` can say it of a window that somebody else has open.

use std::fmt;
use std::sync::PoisonError;

use bedside::Board;
use clinical::{EpisodeId, Instant, Priority, Sound};
use sync::LinkState;

use crate::console::Console;
use crate::error::ConsoleError;

/// The setting that keeps them.
const SETTING: &str = "alarm-delay";
/// How many of each are kept; the oldest go.
const KEPT: usize = 500;
/// A server's `Date` has whole seconds: a smaller difference of the clocks says nothing.
const OFFSET_KNOWN: i64 = 2_000;

/// Milliseconds from the server to this station's board and speaker, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlarmDelays {
    lit: Vec<u32>,
    heard: Vec<u32>,
}

/// When an alarm reached the server, by this station's clock; `None` where that cannot be told, or where it came before the
/// link did.
fn reached_server(stamped: Option<Instant>, link: &LinkState) -> Option<Instant> {
    let offset = link.clock_offset_ms.filter(|offset| offset.abs() > OFFSET_KNOWN).unwrap_or(0);
    let at = stamped? - offset;
    (link.online && link.since.is_some_and(|since| at > since)).then_some(at)
}

impl AlarmDelays {
    /// Those that were kept as [`AlarmDelays::to_setting`] wrote them; what cannot be read counts as none.
    pub fn from_setting(text: &str) -> AlarmDelays {
        let list = |text: &str| text.split(' ').filter_map(|n| n.parse().ok()).collect();
        let (lit, heard) = text.split_once(';').unwrap_or((text, ""));
        AlarmDelays { lit: list(lit), heard: list(heard) }
    }

    /// As text.
    pub fn to_setting(&self) -> String {
        let list = |list: &[u32]| list.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
        format!("{};{}", list(&self.lit), list(&self.heard))
    }

    /// The name under which they are kept.
    pub const fn key() -> &'static str {
        SETTING
    }

    /// An alarm stood on the screen.
    pub fn lit(&mut self, reached: Instant, now: Instant) {
        keep(&mut self.lit, reached, now);
    }

    /// The first sample of its sound was played.
    pub fn heard(&mut self, reached: Instant, now: Instant) {
        keep(&mut self.heard, reached, now);
    }

    /// How many alarms were lit.
    pub fn len(&self) -> usize {
        self.lit.len()
    }

    /// Whether none was measured yet.
    pub fn is_empty(&self) -> bool {
        self.lit.is_empty()
    }

    /// Of a hundred alarms, ninety-five were lit within this many milliseconds.
    pub fn lit_p95(&self) -> Option<u32> {
        p95(&self.lit)
    }

    /// The same for the first sample of the sound.
    pub fn heard_p95(&self) -> Option<u32> {
        p95(&self.heard)
    }
}

impl fmt::Display for AlarmDelays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(lit) = self.lit_p95() else { return f.write_str("no alarm came over a live link yet") };
        write!(f, "on the screen {lit} ms after the server has it (p95 of {})", self.lit.len())?;
        match self.heard_p95() {
            Some(heard) => write!(f, ", heard after {heard} ms (p95 of {})", self.heard.len()),
            None => f.write_str(", none was played on this station"),
        }
    }
}

fn keep(list: &mut Vec<u32>, reached: Instant, now: Instant) {
    list.push(u32::try_from(now.ms_since(reached).max(0)).unwrap_or(u32::MAX));
    let over = list.len().saturating_sub(KEPT);
    list.drain(..over);
}

fn p95(list: &[u32]) -> Option<u32> {
    let mut sorted = list.to_vec();
    sorted.sort_unstable();
    sorted.get((sorted.len() * 95).div_ceil(100).saturating_sub(1)).copied()
}

impl Console {
    /// Alarms that came from the server just now, with the server's time of each.
    pub fn arrived(&self, raised: Vec<(EpisodeId, Option<Instant>)>) {
        let link = self.link();
        let reached = raised
            .into_iter()
            .filter_map(|(episode, stamped)| Some((episode, reached_server(stamped, &link)?)));
        let mut arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        // What no screen showed within minutes was over before it could.
        let now = self.now();
        arrived.retain(|_, at| now.ms_since(*at) < 600_000);
        arrived.extend(reached);
    }

    /// When those of these alarms reached the server that came lately and were not on a screen yet.
    pub fn unlit<'a>(&self, episodes: impl Iterator<Item = &'a EpisodeId>) -> Vec<(EpisodeId, Instant)> {
        let arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        episodes.filter_map(|episode| Some((episode.clone(), *arrived.get(episode)?))).collect()
    }

    /// The alarm that is to be heard: the highest that is on and that nobody has, none of them paused; and when those of them reached
    /// the server that are on no screen yet.
    pub fn audible(&self, board: &Board) -> (Option<Priority>, Vec<Instant>) {
        let on = || board.queue.iter().filter(|item| item.line.sound == Sound::On);
        let worst = on().map(|item| item.line.priority).max();
        let of_it = on().filter(|item| Some(item.line.priority) == worst).map(|item| &item.line.episode);
        (worst, self.unlit(of_it).into_iter().map(|(_, reached)| reached).collect())
    }

    /// These alarms stand on the screen now; how long that took is kept.
    ///
    /// # Errors
    /// Of the cache; only the figure is missed then.
    pub fn lit(&self, episodes: &[EpisodeId]) -> Result<(), ConsoleError> {
        let mut arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        let reached: Vec<Instant> = episodes.iter().filter_map(|episode| arrived.remove(episode)).collect();
        drop(arrived);
        let now = self.now();
        self.delays(|delays| reached.iter().for_each(|at| delays.lit(*at, now)))
    }

    /// The first sample of the sound of alarms that reached the server at `reached` was played.
    ///
    /// # Errors
    /// As [`Console::lit`].
    pub fn heard(&self, reached: &[Instant]) -> Result<(), ConsoleError> {
        let now = self.now();
        self.delays(|delays| reached.iter().for_each(|at| delays.heard(*at, now)))
    }

    fn delays(&self, change: impl FnOnce(&mut AlarmDelays)) -> Result<(), ConsoleError> {
        let kept = self.vault.read(|reader| reader.setting(AlarmDelays::key()))?.unwrap_or_default();
        let before = AlarmDelays::from_setting(&kept);
        let mut delays = before.clone();
        change(&mut delays);
        if delays != before {
            self.vault.set_setting(AlarmDelays::key(), delays.to_setting())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clinical::HOUR_MS;

    use super::*;

    #[test]
    fn the_figure_outlives_the_window_and_forgets_the_oldest() {
        let mut seen = AlarmDelays::default();
        assert_eq!(seen.to_string(), "no alarm came over a live link yet");
        for n in 0..600 {
            seen.lit(Instant(1_000), Instant(1_000 + n));
        }
        seen.heard(Instant(0), Instant(80));
        let back = AlarmDelays::from_setting(&seen.to_setting());
        assert_eq!((back.len(), back.lit_p95(), back.heard_p95()), (500, Some(574), Some(80)));
        assert_eq!(AlarmDelays::from_setting("no numbers"), AlarmDelays::default());
        // A clock that is set back in between measures nothing below zero.
        seen.lit(Instant(10), Instant(0));
        assert!(seen.to_setting().contains("599 0;"));
    }

    #[test]
    fn what_waited_for_the_network_is_no_delay_and_a_wrong_clock_is_taken_off() {
        let link = LinkState { online: true, since: Some(Instant(50_000)), ..LinkState::UNKNOWN };
        assert_eq!(reached_server(Some(Instant(40_000)), &link), None);
        assert_eq!(reached_server(None, &link), None);
        assert_eq!(reached_server(Some(Instant(60_000)), &link), Some(Instant(60_000)));
        let ahead = LinkState { clock_offset_ms: Some(HOUR_MS), ..link.clone() };
        assert_eq!(reached_server(Some(Instant(3_660_000)), &ahead), Some(Instant(60_000)));
        assert_eq!(reached_server(Some(Instant(60_000)), &LinkState { online: false, ..link }), None);
    }
}
