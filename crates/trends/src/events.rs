//! What happened beside the numbers, for the panel it belongs to: alarms where they began, doses where they were given,
//! and where a device took over.

use clinical::{Instant, Measure, PatientId, Priority, TimeRange};
use vault::{Reader, VaultError};

use crate::device_change::DeviceChange;
use crate::panel::panel_of;

/// What an event stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum EventKind {
    Dose,
    /// From here on the values come from another device.
    Device,
    Alarm(Priority),
}

/// A moment in a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Key of the panel.
    pub panel: &'static str,
    /// When.
    pub at: Instant,
    /// What it stands for.
    pub kind: EventKind,
    /// In a few words.
    pub text: String,
    /// How many more stand so near that they would cover each other.
    pub more: usize,
}

/// How near two events may stand to each other, CSS pixels.
const APART: i64 = 12;

/// The events of a range, the worst of those that would cover each other first among them.
pub(crate) fn events(
    reader: &Reader,
    patient: &PatientId,
    range: TimeRange,
    width: u32,
    device_changes: &[(&'static str, DeviceChange)],
) -> Result<Vec<Event>, VaultError> {
    let episodes =
        reader.episodes_since(range.from())?.into_iter().filter(|e| e.patient.as_ref() == Some(patient));
    let alarms = episodes.map(|e| Event {
        panel: e.measure.map_or("hr", panel_of),
        at: e.onset,
        kind: EventKind::Alarm(e.priority),
        text: e.text,
        more: 0,
    });
    let doses = reader.doses(patient, range.from())?.into_iter().map(|dose| Event {
        panel: panel_of(Measure::Glucose),
        at: dose.at,
        kind: EventKind::Dose,
        text: dose.amount.as_ref().map_or_else(|| dose.what.clone(), ToString::to_string),
        more: 0,
    });
    let devices = if device_changes.is_empty() { Vec::new() } else { reader.devices()? };
    let changes = device_changes.iter().map(|(panel, change)| Event {
        panel,
        at: change.at,
        kind: EventKind::Device,
        text: change.words(&devices),
        more: 0,
    });
    let within = alarms.chain(doses).chain(changes).filter(|event| range.contains(event.at));
    let near = (range.length() * APART / i64::from(width.max(1))).max(1);
    Ok(apart(within.collect(), near))
}

/// Joins events of one panel and kind that stand nearer to each other than `near` milliseconds.
fn apart(mut events: Vec<Event>, near: i64) -> Vec<Event> {
    let group = |kind: EventKind| match kind {
        EventKind::Dose => 0,
        EventKind::Device => 1,
        EventKind::Alarm(_) => 2,
    };
    events.sort_by_key(|event| (event.panel, group(event.kind), event.at));
    let mut out: Vec<Event> = Vec::new();
    for event in events {
        match out.last_mut() {
            Some(last)
                if last.panel == event.panel
                    && group(last.kind) == group(event.kind)
                    && event.at.ms_since(last.at) < near =>
            {
                last.more += 1;
                if event.kind > last.kind {
                    (last.kind, last.text) = (event.kind, event.text);
                }
            }
            _ => out.push(event),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_cover_each_other_is_one_mark_of_the_worst() {
        use EventKind::{Alarm, Device, Dose};
        let event = |panel, at, kind| Event { panel, at: Instant(at), kind, text: format!("{at}"), more: 0 };
        let all = vec![
            event("hr", 0, Alarm(Priority::Low)),
            event("hr", 5, Alarm(Priority::High)),
            event("hr", 30, Alarm(Priority::Medium)),
            event("spo2", 6, Alarm(Priority::Low)),
            event("hr", 4, Dose),
            event("hr", 3, Device),
            event("hr", 7, Device),
        ];
        let kept = apart(all, 10);
        let seen: Vec<_> = kept.iter().map(|m| (m.panel, m.at.0, m.kind, m.more, m.text.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("hr", 4, Dose, 0, "4"),
                ("hr", 3, Device, 1, "3"),
                ("hr", 0, Alarm(Priority::High), 1, "5"),
                ("hr", 30, Alarm(Priority::Medium), 0, "30"),
                ("spo2", 6, Alarm(Priority::Low), 0, "6"),
            ]
        );
    }
}
