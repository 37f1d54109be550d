//! What truly happened on the ward: the simulator's own record, to hold a console's alarms against.

use crate::server::start::WardSim;
use crate::ward::physiology::Signal;
use crate::ward::world::BEDS;

/// An alarm that the gateway raised.
#[derive(Clone, Debug)]
pub struct Onset {
    /// The DetectedIssue's id.
    pub id: String,
    /// Logical id of the Patient.
    pub patient: String,
    /// `high`, `medium`, `low` or `technical`.
    pub priority: &'static str,
    /// When the condition began: milliseconds since 1970 UTC.
    pub at: i64,
    /// When it ended, where it did.
    pub ended: Option<i64>,
}

/// A time that a signal of a bed, as it is sent, was outside a limit without a break.
#[derive(Clone, Debug)]
pub struct Spell {
    /// Logical id of the Patient.
    pub patient: String,
    /// LOINC code of the signal.
    pub code: &'static str,
    /// Its first second: milliseconds since 1970 UTC.
    pub from: i64,
    /// Its last second.
    pub to: i64,
}

impl WardSim {
    /// Every alarm the gateway raised with an onset from `from` to `to`.
    pub fn onsets(&self, from: i64, to: i64) -> Vec<Onset> {
        let world = &self.shared.world;
        let alarms = world.alarms(to).into_iter().filter(|alarm| alarm.onset >= from && alarm.onset <= to);
        alarms
            .map(|alarm| Onset {
                priority: if alarm.technical { "technical" } else { alarm.severity },
                patient: world.people[alarm.person].id.clone(),
                ended: alarm.end.filter(|end| *end <= to),
                at: alarm.onset,
                id: alarm.id,
            })
            .collect()
    }

    /// Every spell of at least `least_s` seconds that the heart rate was above 130 or below 50, the saturation below 90, or the
    /// respiration above 25 or below 8, on any bed.
    pub fn spells(&self, from: i64, to: i64, least_s: i64) -> Vec<Spell> {
        let world = &self.shared.world;
        let runs = world.runs();
        let watched = [
            (Signal::Hr, "8867-4", 50.0, 130.0),
            (Signal::SpO2, "59408-5", 90.0, f64::MAX),
            (Signal::Rr, "9279-1", 8.0, 25.0),
        ];
        let mut spells = Vec::new();
        for person in 0..BEDS {
            let body = world.body(person, &runs);
            let offset = world.phase(person);
            for (signal, code, low, high) in watched {
                let mut open: Option<Spell> = None;
                let mut close = |open: &mut Option<Spell>| {
                    if let Some(spell) = open.take().filter(|s| s.to - s.from >= least_s * 1000) {
                        spells.push(spell);
                    }
                };
                let mut t = from - from.rem_euclid(1000) + offset.rem_euclid(1000);
                while t <= to {
                    let silent = body.effect(t).silent;
                    // What is sent is rounded.
                    let value = body.value(signal, t).filter(|_| !silent).map(f64::round);
                    match (value, &mut open) {
                        (Some(v), _) if v >= low && v <= high => close(&mut open),
                        (Some(_), Some(spell)) => spell.to = t,
                        (Some(_), none) => {
                            let patient = world.people[person].id.clone();
                            *none = Some(Spell { patient, code, from: t, to: t });
                        }
                        (None, _) => close(&mut open),
                    }
                    t += 1000;
                }
                close(&mut open);
            }
        }
        spells
    }
}
