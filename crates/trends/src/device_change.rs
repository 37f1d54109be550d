//! Where the values of a panel begin to come from another device: a new sensor, another monitor.

use clinical::{Device, DeviceId, Instant};

/// A time in which a device said something without a silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spell {
    /// Logical id of the Device.
    pub device: DeviceId,
    /// When its first and its last value were taken, milliseconds.
    pub span: (i64, i64),
}

/// One device fell silent and another goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceChange {
    /// The first moment with the new one alone.
    pub at: Instant,
    /// Logical id of the Device that was.
    pub before: DeviceId,
    /// Logical id of the Device that is.
    pub device: DeviceId,
}

/// The device_changes among spells, oldest first. A device that says something while another goes on takes over only where it
/// outlasts it: a single value beside a monitor's is none.
pub(crate) fn device_changes(mut spells: Vec<Spell>) -> Vec<DeviceChange> {
    spells.sort_by_key(|spell| spell.span);
    let mut out = Vec::new();
    let mut spells = spells.into_iter();
    let Some(mut current) = spells.next() else { return out };
    // Who speaks beside it and outlasts it, longest first heard.
    let mut beside: Vec<Spell> = Vec::new();
    let mut next = spells.next();
    loop {
        match next.take_if(|spell| spell.span.0 <= current.span.1) {
            Some(spell) if spell.device == current.device => {
                current.span.1 = current.span.1.max(spell.span.1)
            }
            Some(spell) => beside.push(spell),
            None => {
                beside.retain(|spell| spell.span.1 > current.span.1);
                let (at, successor) = if beside.is_empty() {
                    let Some(spell) = next.take() else { return out };
                    (spell.span.0, spell)
                } else {
                    (current.span.1, beside.remove(0))
                };
                if successor.device != current.device {
                    out.push(DeviceChange {
                        at: Instant(at),
                        before: current.device,
                        device: successor.device.clone(),
                    });
                }
                current = successor;
            }
        }
        if next.is_none() {
            next = spells.next();
        }
    }
}

impl DeviceChange {
    /// The devices by their names. Two of one kind are often called the same.
    pub fn words(&self, devices: &[Device]) -> String {
        let name =
            |id: &DeviceId| devices.iter().find(|d| d.id == *id).map_or(id.as_str(), |d| &d.name).to_owned();
        let (now, before) = (name(&self.device), name(&self.before));
        if now == before { format!("another {now}") } else { format!("{now}, before it {before}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(spells: &[(&str, i64, i64)]) -> Vec<(i64, String)> {
        let spells = spells
            .iter()
            .map(|(device, from, to)| Spell { device: (*device).into(), span: (*from, *to) })
            .collect();
        device_changes(spells).into_iter().map(|t| (t.at.0, format!("{}>{}", t.before, t.device))).collect()
    }

    #[test]
    fn a_device_takes_over_where_another_fell_silent() {
        assert_eq!(found(&[]), []);
        assert_eq!(found(&[("a", 0, 10), ("a", 20, 30)]), [], "its own silence is none");
        // To another ward and back.
        let there_and_back = [("a", 0, 10), ("b", 12, 20), ("a", 25, 30)];
        assert_eq!(found(&there_and_back), [(12, "a>b".into()), (25, "b>a".into())]);
    }

    #[test]
    fn a_value_beside_a_monitor_is_none_and_a_common_time_ends_with_the_older() {
        assert_eq!(found(&[("a", 0, 100), ("b", 50, 50), ("c", 60, 70)]), []);
        assert_eq!(found(&[("a", 0, 10), ("b", 8, 20)]), [(10, "a>b".into())]);
        let three = [("a", 0, 10), ("b", 5, 30), ("c", 6, 40), ("a", 15, 20)];
        assert_eq!(found(&three), [(10, "a>b".into()), (30, "b>c".into())]);
    }

    #[test]
    fn two_of_one_name_are_told_apart() {
        let device = |id: &str, name: &str| Device {
            id: id.into(),
            patient: None,
            name: name.into(),
            active: true,
            make: None,
        };
        let known = [device("a", "Glucose sensor"), device("b", "Glucose sensor"), device("c", "Pump")];
        let words = |before: &str, now: &str| {
            DeviceChange { at: Instant(0), before: before.into(), device: now.into() }.words(&known)
        };
        assert_eq!(words("a", "b"), "another Glucose sensor");
        assert_eq!(words("a", "c"), "Pump, before it Glucose sensor");
        assert_eq!(words("c", "x-1"), "x-1, before it Pump");
    }
}
