//! What does not come: from anything, from a sensor that others outlive, from who measures by themselves.

use super::reason::{Problem, Reason, ReasonKind};
use crate::silence::{NOTHING_MS, SENSOR_MS, lasting};
use crate::{DAY_MS, Instant, Measure};

/// Who measures by themselves may leave out so much.
pub const UNMEASURED_MS: i64 = 3 * DAY_MS;
/// Who has not measured for so long has no habit that could be missed.
const HABIT_MS: i64 = 30 * DAY_MS;

/// How a value came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// By a sensor that is worn and sends by itself.
    Sensor,
    /// By a device, whenever somebody measures.
    Device,
    /// Charted by a person.
    Charted,
}

/// The newest of something that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// What.
    pub measure: Measure,
    /// How it came.
    pub sent: Sent,
    /// When it was measured last.
    pub newest: Instant,
}

/// Why nothing comes, as of the moment until which the server was heard; nothing where all comes that came.
pub(super) fn silent(signals: &[Signal], heard: Instant) -> Option<Reason> {
    let last = signals.iter().map(|signal| signal.newest).max()?;
    if heard.ms_since(last) >= NOTHING_MS {
        let words = format!("Nothing comes from any device for {}", lasting(heard.ms_since(last)));
        let basis = "Newest value of any kind; hub, its network, or none is worn".to_owned();
        return Some(
            Reason::new(ReasonKind::Silent, Problem::Device, words, basis)
                .since(last)
                .became(last + NOTHING_MS),
        );
    }
    let newest = |measure: Measure, sent: Sent| {
        let those = signals.iter().filter(|signal| signal.measure == measure && signal.sent == sent);
        those.map(|signal| signal.newest).max()
    };
    let sensor = newest(Measure::Glucose, Sent::Sensor);
    if let Some(at) = sensor.filter(|at| heard.ms_since(*at) >= SENSOR_MS) {
        let words = format!("Glucose sensor silent for {}", lasting(heard.ms_since(at)));
        let basis = "Newest reading of the sensor; other devices still send".to_owned();
        return Some(
            Reason::new(ReasonKind::SensorSilent, Problem::Device, words, basis)
                .since(at)
                .became(at + SENSOR_MS),
        );
    }
    let by_hand = [("Blood pressure", Measure::SystolicBp), ("Weight", Measure::Weight)];
    let known =
        by_hand.into_iter().filter_map(|(name, measure)| Some((name, newest(measure, Sent::Device)?)));
    let late = |at: Instant| (UNMEASURED_MS..HABIT_MS).contains(&heard.ms_since(at));
    let (name, at) = known.filter(|(_, at)| late(*at)).min_by_key(|(_, at)| *at)?;
    let words = format!("{name} not measured for {}", lasting(heard.ms_since(at)));
    let basis = "Newest value of it; other devices still send".to_owned();
    Some(
        Reason::new(ReasonKind::NotMeasured, Problem::Person, words, basis)
            .since(at)
            .became(at + UNMEASURED_MS),
    )
}
