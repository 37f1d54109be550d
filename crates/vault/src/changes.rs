//! What a commit changed in the cache.

use std::collections::BTreeSet;

use clinical::{EpisodeId, Instant, PatientId};

/// What a commit changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Values taken in; one that was there already is not counted.
    pub samples: usize,
    /// Resources put into quarantine.
    pub quarantined: usize,
    /// Patients something changed for.
    pub patients: BTreeSet<PatientId>,
    /// Whether patients, beds, stays or devices changed.
    pub ward_changed: bool,
    /// Whether episodes or actions changed.
    pub alerts_changed: bool,
    /// Alarms that are on and that this station did not know before, with the server's time of each where it sent one.
    pub raised: Vec<(EpisodeId, Option<Instant>)>,
}

impl Ingested {
    /// What this changed, and what another did.
    pub fn add(&mut self, other: Ingested) {
        self.samples += other.samples;
        self.quarantined += other.quarantined;
        self.patients.extend(other.patients);
        self.ward_changed |= other.ward_changed;
        self.alerts_changed |= other.alerts_changed;
        self.raised.extend(other.raised);
    }
}
