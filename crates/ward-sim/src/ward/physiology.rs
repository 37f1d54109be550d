//! Signals that move together: heart rate, respiration, saturation, pressure, temperature, glucose.

use crate::ward::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::ward::noise::{hash, place, smooth, unit, whole};
use crate::ward::story::{Effect, Run};
use crate::ward::world::Person;

/// A signal of a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Hr,
    SpO2,
    Rr,
    Sbp,
    Dbp,
    Temp,
    Glucose,
    Battery,
    OxygenFlow,
    /// 0 alert, 2 voice.
    Consciousness,
}

/// The patient's signals under the stories that run.
pub(crate) struct Body<'a> {
    pub seed: u64,
    pub person: &'a Person,
    pub runs: &'a [Run],
}

/// A short excursion that has no story: a desaturation while turning, a run of fast beats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Excursion {
    pub from: i64,
    pub until: i64,
    pub desaturation: bool,
    pub depth: f64,
}

/// At most one excursion starts in each slot of this length.
const SLOT: i64 = 90 * MINUTE_MS;

impl Body<'_> {
    pub(crate) fn effect(&self, t: i64) -> Effect {
        let mut sum = Effect::default();
        for run in self.runs.iter().filter(|run| run.patient == self.person.index) {
            let e = run.story.effect(t - run.from);
            sum.hr += e.hr;
            sum.spo2 += e.spo2;
            sum.rr += e.rr;
            sum.sbp += e.sbp;
            sum.temp += e.temp;
            sum.low_sugar += e.low_sugar;
            sum.oxygen += e.oxygen;
            sum.irregular |= e.irregular;
            sum.drowsy |= e.drowsy;
            sum.spo2_off |= e.spo2_off;
            sum.silent |= e.silent;
            sum.battery_drain |= e.battery_drain;
        }
        sum
    }

    fn key(&self, salt: u64) -> u64 {
        self.seed ^ hash(salt, place(self.person.index))
    }

    /// The excursion of the slot around `t`, where there is one.
    pub(crate) fn excursion(&self, slot: i64) -> Option<Excursion> {
        let key = self.key(0xE5C);
        if self.person.bed.is_none() || unit(key, slot * 4) > 0.11 {
            return None;
        }
        let from = slot * SLOT + whole::<i64>(unit(key, slot * 4 + 1) * (SLOT - 6 * MINUTE_MS) as f64);
        let lasts = 50_000 + whole::<i64>(unit(key, slot * 4 + 2) * 130_000.0);
        Some(Excursion {
            from,
            until: from + lasts,
            desaturation: hash(key, slot * 4 + 3).is_multiple_of(2),
            depth: 0.5 + unit(key, slot * 4 + 5) * 0.5,
        })
    }

    pub(crate) fn slots(from: i64, to: i64) -> std::ops::RangeInclusive<i64> {
        from.div_euclid(SLOT) - 1..=to.div_euclid(SLOT)
    }

    fn excursion_now(&self, t: i64) -> Option<(Excursion, f64)> {
        let slot = t.div_euclid(SLOT);
        let found = [self.excursion(slot - 1), self.excursion(slot)];
        found.into_iter().flatten().find(|e| t >= e.from && t < e.until).map(|e| {
            let x = (t - e.from) as f64 / (e.until - e.from) as f64;
            (e, (x * std::f64::consts::PI).sin().sqrt())
        })
    }

    /// The value at `t`; `None` where the sensor gives none.
    pub(crate) fn value(&self, signal: Signal, t: i64) -> Option<f64> {
        let effect = self.effect(t);
        self.value_under(signal, t, &effect)
    }

    /// The same under a known effect: a chunk computes it once a second, not once a signal.
    pub(crate) fn value_under(&self, signal: Signal, t: i64, effect: &Effect) -> Option<f64> {
        let p = self.person;
        // Low in the small hours, high in the afternoon.
        let circadian = ((t.rem_euclid(DAY_MS)) as f64 / DAY_MS as f64 * std::f64::consts::TAU - 2.4).sin();
        // Activity drives heart and breath together.
        let activity = smooth(self.key(1), t, 23 * MINUTE_MS) + 0.5 * smooth(self.key(2), t, 7 * MINUTE_MS);
        let noise = |salt: u64, period: i64| smooth(self.key(salt), t, period);
        let excursion = self.excursion_now(t);
        Some(match signal {
            Signal::Hr => {
                if effect.silent {
                    return None;
                }
                let wander = if effect.irregular {
                    14.0 * noise(3, 1300) + 8.0 * noise(4, 2900)
                } else {
                    1.6 * noise(3, 4000)
                };
                let fast = excursion
                    .filter(|(e, _)| !e.desaturation)
                    .map_or(0.0, |(e, x)| x * (50.0 + 34.0 * e.depth));
                (p.hr + 4.0 * circadian + 5.0 * activity + wander + effect.hr + fast).clamp(28.0, 220.0)
            }
            Signal::SpO2 => {
                if effect.silent || effect.spo2_off || self.artefact(t) {
                    return None;
                }
                let dip =
                    excursion.filter(|(e, _)| e.desaturation).map_or(0.0, |(e, x)| x * (8.5 + 5.0 * e.depth));
                (p.spo2 + 0.5 * noise(6, 5 * MINUTE_MS) + 0.5 * noise(7, 40_000) + effect.spo2 - dip)
                    .clamp(55.0, 100.0)
            }
            Signal::Rr => {
                if effect.silent {
                    return None;
                }
                (p.rr + 0.6 * circadian + 1.1 * activity + 0.8 * noise(8, 20_000) + effect.rr)
                    .clamp(4.0, 55.0)
            }
            Signal::Sbp => {
                p.sbp + 6.0 * circadian + 5.0 * activity + 3.0 * noise(9, 11 * MINUTE_MS) + effect.sbp
            }
            Signal::Dbp => {
                0.42 * self.value_under(Signal::Sbp, t, effect)? + 24.0 + 2.0 * noise(10, 13 * MINUTE_MS)
            }
            Signal::Temp => p.temp + 0.25 * circadian + 0.12 * noise(11, 90 * MINUTE_MS) + effect.temp,
            Signal::Glucose => {
                let drawn = effect.low_sugar.min(1.0);
                (self.glucose(t) * (1.0 - drawn) + 3.1 * drawn).clamp(2.2, 22.0)
            }
            Signal::Battery => {
                if effect.battery_drain {
                    let drain =
                        self.runs.iter().filter(|r| r.patient == p.index).map(|r| r.from).max().unwrap_or(t);
                    return Some((14.0 - (t - drain) as f64 / (7.0 * MINUTE_MS as f64)).clamp(1.0, 100.0));
                }
                100.0
                    - 55.0
                        * ((t + place(p.index) * 5_000_000).rem_euclid(18 * HOUR_MS) as f64
                            / (18.0 * HOUR_MS as f64))
            }
            Signal::OxygenFlow => p.oxygen_l + effect.oxygen,
            Signal::Consciousness => f64::from(u8::from(effect.drowsy)) * 2.0,
        })
    }

    /// A few seconds now and then in which the finger probe reads nothing.
    fn artefact(&self, t: i64) -> bool {
        let slot = t.div_euclid(20 * MINUTE_MS);
        let key = self.key(0xA27);
        unit(key, slot * 2) < 0.12 && {
            let from = whole(unit(key, slot * 2 + 1) * 18.0 * MINUTE_MS as f64);
            (from..from + 14_000).contains(&t.rem_euclid(20 * MINUTE_MS))
        }
    }

    /// mmol/L: three meals a day, each with its dose.
    fn glucose(&self, t: i64) -> f64 {
        let mut level = 6.4
            + 0.9 * smooth(self.key(12), t, 140 * MINUTE_MS)
            + 0.25 * smooth(self.key(13), t, 15 * MINUTE_MS);
        let day = t.div_euclid(DAY_MS);
        for offset in -1..=0 {
            for meal in 0..3 {
                let since = (t - self.meal(day + offset, meal)) as f64 / MINUTE_MS as f64;
                if since > 0.0 && since < 320.0 {
                    level += 4.6 * (since / 55.0) * (1.0 - since / 55.0).exp();
                }
            }
        }
        level
    }

    /// When a meal of a day is eaten.
    pub(crate) fn meal(&self, day: i64, meal: i64) -> i64 {
        let hour = [7, 12, 18][usize::try_from(meal).unwrap_or(0)];
        day * DAY_MS + hour * HOUR_MS + whole::<i64>(unit(self.key(14), day * 3 + meal) * 75.0) * MINUTE_MS
    }
}
