//! What the simulated devices make and when, as a function of seed, start and now. Nothing of it is stored.

use std::sync::{Arc, PoisonError, RwLock};

use crate::ward::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::ward::kind::Kind;
use crate::ward::noise::{one_of, place};
use crate::ward::physiology::{Body, Signal};
use crate::ward::register::Register;
use crate::ward::story::{Run, Story, opening};
use crate::ward::world::{Person, people};

const SEGMENT: i64 = 5_000;
pub(crate) const WAVE_SEGMENT: i64 = 10_000;

/// The world of one run of the simulator.
pub(crate) struct World {
    pub seed: u64,
    pub origin: i64,
    pub people: Vec<Person>,
    /// How long before the start the devices began, in milliseconds.
    pub history: i64,
    /// The people elsewhere.
    pub register: Register,
    runs: RwLock<Arc<Vec<Run>>>,
}

/// One resource that could be generated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub person: usize,
    pub kind: Kind,
    pub n: i64,
    /// When it is about, in simulated milliseconds.
    pub at: i64,
    /// `meta.lastUpdated`.
    pub updated: i64,
}

impl World {
    pub(crate) fn new(seed: u64, origin: i64, year: i32, more: usize, history: i64) -> World {
        let runs = RwLock::new(Arc::new(opening(origin)));
        World { seed, origin, people: people(seed, year, more), history, register: Register::default(), runs }
    }

    pub(crate) fn runs(&self) -> Arc<Vec<Run>> {
        self.runs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts a story on a patient now.
    pub(crate) fn inject(&self, story: Story, patient: usize, now: i64) {
        let mut runs = self.runs.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = runs.as_ref().clone();
        next.push(Run { story, patient, from: now });
        *runs = Arc::new(next);
    }

    pub(crate) fn body<'a>(&'a self, person: usize, runs: &'a [Run]) -> Body<'a> {
        Body { seed: self.seed, person: &self.people[person], runs }
    }

    pub(crate) fn kinds(&self, person: usize) -> &'static [Kind] {
        use Signal::{Battery, Consciousness, Glucose, Hr, OxygenFlow, Rr, SpO2, Temp};
        const WARD: &[Kind] = &[
            Kind::Numeric(Hr),
            Kind::Numeric(SpO2),
            Kind::Numeric(Rr),
            Kind::Pressure,
            Kind::Spot(Temp),
            Kind::Spot(OxygenFlow),
            Kind::Spot(Consciousness),
            Kind::Spot(Battery),
            Kind::Ecg,
            Kind::Pleth,
            Kind::Issue,
        ];
        const HOME: &[Kind] =
            &[Kind::Spot(Hr), Kind::Spot(SpO2), Kind::Pressure, Kind::Spot(Battery), Kind::Issue];
        const SUGAR: &[Kind] = &[
            Kind::Spot(Hr),
            Kind::Spot(SpO2),
            Kind::Spot(Glucose),
            Kind::Pressure,
            Kind::Spot(Battery),
            Kind::Dose,
            Kind::Issue,
        ];
        match &self.people[person] {
            p if p.bed.is_some() => WARD,
            p if p.diabetes => SUGAR,
            _ => HOME,
        }
    }

    /// Beds send in turn, so that the wire carries a steady trickle and not a burst every five seconds.
    fn base(&self, person: usize) -> i64 {
        self.origin - SEGMENT + (place(person) * 200) % SEGMENT
    }

    /// The millisecond of the second at which a bed is sampled.
    pub(crate) fn phase(&self, person: usize) -> i64 {
        self.base(person)
    }

    /// Milliseconds between items of a kind that comes at intervals, and their phase.
    fn grid(&self, person: usize, kind: Kind) -> (i64, i64) {
        let p = &self.people[person];
        let minutes = match kind {
            Kind::Spot(Signal::Glucose) => 5,
            Kind::Spot(Signal::Battery) => 60,
            Kind::Spot(Signal::Hr | Signal::SpO2) => 5,
            Kind::Spot(Signal::Temp) => p.round_min.max(120),
            Kind::Pressure if p.bed.is_none() => 720,
            _ => p.round_min,
        };
        let step = minutes * MINUTE_MS;
        let phase = one_of(self.seed ^ 0x9A5E, place(person), step);
        (step, phase)
    }

    /// Items of a kind whose `lastUpdated` lies in `(after, until]`, oldest first.
    pub(crate) fn items(&self, person: usize, kind: Kind, after: i64, until: i64, out: &mut Vec<Item>) {
        let after = after.max(self.origin - self.history);
        if until <= after {
            return;
        }
        match kind {
            Kind::Numeric(_) => {
                let base = self.base(person);
                let hours = ((after - base).div_euclid(HOUR_MS)).max(-self.history / HOUR_MS)..=-1;
                for n in hours {
                    let (at, updated) = (base + n * HOUR_MS, base + (n + 1) * HOUR_MS);
                    if updated > after && updated <= until {
                        out.push(Item { person, kind, n, at, updated });
                    }
                }
                let runs = self.runs();
                let body = self.body(person, &runs);
                for n in
                    ((after - base).div_euclid(SEGMENT) - 1).max(0)..(until - base).div_euclid(SEGMENT).max(0)
                {
                    let (at, updated) = (base + n * SEGMENT, base + (n + 1) * SEGMENT);
                    if updated > after && updated <= until && !body.effect(at).silent {
                        out.push(Item { person, kind, n, at, updated });
                    }
                }
            }
            Kind::Ecg | Kind::Pleth => {
                // The last day of waves is kept; a wave is whole when its ten seconds are over.
                let first = after.max(until - DAY_MS).div_euclid(WAVE_SEGMENT);
                for n in first..until.div_euclid(WAVE_SEGMENT) {
                    let updated = (n + 1) * WAVE_SEGMENT;
                    if updated > after && updated <= until {
                        out.push(Item { person, kind, n, at: n * WAVE_SEGMENT, updated });
                    }
                }
            }
            Kind::Dose => {
                for day in (after.div_euclid(DAY_MS) - 1)..=until.div_euclid(DAY_MS) {
                    for k in 0..4 {
                        let n = day * 4 + k;
                        let at = self.dose_time(person, n);
                        if at + 20_000 > after && at + 20_000 <= until {
                            out.push(Item { person, kind, n, at, updated: at + 20_000 });
                        }
                    }
                }
            }
            Kind::Issue => {}
            Kind::Pressure | Kind::Spot(_) => {
                let (step, phase) = self.grid(person, kind);
                for n in (after - phase).div_euclid(step) - 1..=(until - phase).div_euclid(step) {
                    let at = n * step + phase;
                    let updated = at + 2_000;
                    if updated > after && updated <= until && at >= self.origin - self.history {
                        out.push(Item { person, kind, n, at, updated });
                    }
                }
            }
        }
    }

    fn dose_time(&self, person: usize, n: i64) -> i64 {
        let (day, k) = (n.div_euclid(4), n.rem_euclid(4));
        let body = self.body(person, &[]);
        if k == 3 { day * DAY_MS + 22 * HOUR_MS } else { body.meal(day, k) - 4 * MINUTE_MS }
    }

    pub(crate) fn id(&self, item: &Item) -> String {
        let slug = item.kind.meaning().slug;
        let person = &self.people[item.person].id;
        match item.kind {
            Kind::Numeric(_) if item.n < 0 => format!("{person}-{slug}-h{}", -item.n),
            Kind::Numeric(_) => format!("{person}-{slug}-l{}", item.n),
            _ => format!("{person}-{slug}-{}", item.n),
        }
    }

    /// The item behind an id, where it exists by `now`.
    pub(crate) fn find(&self, resource: &str, id: &str, now: i64) -> Option<Item> {
        let (rest, place) = id.rsplit_once('-')?;
        let (person, slug) = rest.rsplit_once('-')?;
        let person = self.people.iter().find(|p| p.id == person)?.index;
        let kind = self
            .kinds(person)
            .iter()
            .copied()
            .find(|k| k.meaning().slug == slug && k.resource() == resource)?;
        let n: i64 = match (kind, place.split_at_checked(1)?) {
            (Kind::Numeric(_), ("h", digits)) => -digits.parse::<i64>().ok()?,
            (Kind::Numeric(_), ("l", digits)) => digits.parse().ok()?,
            (Kind::Numeric(_) | Kind::Issue, _) => return None,
            _ => place.parse().ok()?,
        };
        let mut found = Vec::new();
        let near = match kind {
            Kind::Numeric(_) if n < 0 => self.base(person) + (n + 1) * HOUR_MS,
            Kind::Numeric(_) => self.base(person) + (n + 1) * SEGMENT,
            Kind::Ecg | Kind::Pleth => (n + 1) * WAVE_SEGMENT,
            Kind::Dose => self.dose_time(person, n) + 20_000,
            _ => {
                let (step, phase) = self.grid(person, kind);
                n * step + phase + 2_000
            }
        };
        self.items(person, kind, near - 1, near.min(now), &mut found);
        found.into_iter().find(|item| item.n == n)
    }
}
