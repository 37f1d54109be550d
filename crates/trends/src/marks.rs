//! What happened beside the numbers, for the panel it belongs to: alarms where they began, doses where they were given,
//! and where a device took over.

use clinical::{Instant, Measure, PatientId, Priority};
use vault::{Reader, VaultError};

use crate::device_change::DeviceChange;
use crate::panel::panel_of;

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum MarkKind {
    Dose,
    /// From here on the values come from another device.
    Device,
    Alarm(Priority),
}

/// A moment in a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Key of the panel.
    pub panel: &'static str,
    /// When.
    pub at: Instant,
    /// What it stands for.
    pub kind: MarkKind,
    /// In a few words.
    pub text: String,
    /// How many more stand so near that they would cover each other.
    pub more: usize,
}

/// How near two marks may stand to each other, CSS pixels.
const APART: i64 = 12;

/// The marks of a range, the worst of those that would cover each other first among them.
pub(crate) fn marks(
    reader: &Reader,
    patient: &PatientId,
    (from, to): (Instant, Instant),
    width: u32,
    device_changes: &[(&'static str, DeviceChange)],
) -> Result<Vec<Mark>, VaultError> {
    let episodes = reader.episodes_since(from)?.into_iter().filter(|e| e.patient.as_ref() == Some(patient));
    let alarms = episodes.map(|e| Mark {
        panel: e.measure.map_or("hr", panel_of),
        at: e.onset,
        kind: MarkKind::Alarm(e.priority),
        text: e.text,
        more: 0,
    });
    let doses = reader.doses(patient, from)?.into_iter().map(|dose| Mark {
        panel: panel_of(Measure::Glucose),
        at: dose.at,
        kind: MarkKind::Dose,
        text: dose.amount.as_ref().map_or_else(
            || dose.what.clone(),
            |(amount, unit)| format!("{amount} {}", unit.trim_matches(['[', ']']).replace("iU", "U")),
        ),
        more: 0,
    });
    let devices = if device_changes.is_empty() { Vec::new() } else { reader.devices()? };
    let changes = device_changes.iter().map(|(panel, change)| Mark {
        panel,
        at: change.at,
        kind: MarkKind::Device,
        text: change.words(&devices),
        more: 0,
    });
    let within = alarms.chain(doses).chain(changes).filter(|mark| mark.at >= from && mark.at <= to);
    let near = (to.ms_since(from) * APART / i64::from(width.max(1))).max(1);
    Ok(apart(within.collect(), near))
}

/// Joins marks of one panel and kind that stand nearer to each other than `near` milliseconds.
fn apart(mut marks: Vec<Mark>, near: i64) -> Vec<Mark> {
    let group = |kind: MarkKind| match kind {
        MarkKind::Dose => 0,
        MarkKind::Device => 1,
        MarkKind::Alarm(_) => 2,
    };
    marks.sort_by_key(|mark| (mark.panel, group(mark.kind), mark.at));
    let mut out: Vec<Mark> = Vec::new();
    for mark in marks {
        match out.last_mut() {
            Some(last)
                if last.panel == mark.panel
                    && group(last.kind) == group(mark.kind)
                    && mark.at.ms_since(last.at) < near =>
            {
                last.more += 1;
                if mark.kind > last.kind {
                    (last.kind, last.text) = (mark.kind, mark.text);
                }
            }
            _ => out.push(mark),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_cover_each_other_is_one_mark_of_the_worst() {
        use MarkKind::{Alarm, Device, Dose};
        let mark = |panel, at, kind| Mark { panel, at: Instant(at), kind, text: format!("{at}"), more: 0 };
        let all = vec![
            mark("hr", 0, Alarm(Priority::Low)),
            mark("hr", 5, Alarm(Priority::High)),
            mark("hr", 30, Alarm(Priority::Medium)),
            mark("spo2", 6, Alarm(Priority::Low)),
            mark("hr", 4, Dose),
            mark("hr", 3, Device),
            mark("hr", 7, Device),
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
