//! What is withheld from whoever looks: by the consents of people, from what each thing is.

use std::collections::HashMap;

use clinical::consent::{Coded, Decision, LOINC, Label, MDC, RESOURCE_TYPES, Record, Veil, Why};
use clinical::{Action, ConsentId, Episode, Flag, Instant, PatientId, Priority, SmolStr, TimeRange, Verb};

use crate::facts::newest::{SeriesInfo, SeriesValue};

/// Why something is withheld, and by which consent.
pub type Held = (Why, Option<ConsentId>);

/// What stands in the place of an alarm's words. That it is on, how high it is and where is never withheld.
pub const HELD_ALARM: &str = "Alarm, words withheld";
/// What stands in the place of what somebody wrote.
pub const HELD_NOTE: &str = "words withheld";

/// A thing, as far as a station can tell what a consent may say of it.
pub(crate) struct Thing<'a> {
    pub patient: &'a PatientId,
    /// `Observation`.
    pub kind: &'static str,
    pub reference: &'a str,
    pub codes: &'a [Coded],
    pub labels: &'a [Label],
    pub time: Option<TimeRange>,
}

impl Thing<'_> {
    pub(crate) fn held(&self, veil: &Veil, now: Instant) -> Option<Held> {
        let record = Record {
            patient: self.patient,
            reference: self.reference,
            classes: &[Coded::new(RESOURCE_TYPES, self.kind)],
            codes: self.codes,
            labels: self.labels,
            authors: &[],
            related: &[],
            time: self.time,
        };
        match veil.decide(&record, now) {
            Decision::Allowed { .. } => None,
            Decision::Withheld { by, why } => Some((why, by.cloned())),
        }
    }
}

/// The code that a series was sent under.
pub(crate) fn code_of(series: &SeriesInfo) -> Coded {
    Coded::new(if series.mdc { MDC } else { LOINC }, &series.code)
}

/// A moment.
pub(crate) fn moment(at: Instant) -> Option<TimeRange> {
    Some(TimeRange::starting(at, 0))
}

/// The codes of what an alarm is about.
pub(crate) fn codes_of(episode: &Episode) -> Vec<Coded> {
    let spec = episode.measure.map(clinical::Measure::spec);
    let loinc = spec.iter().flat_map(|spec| spec.loinc).map(|code| Coded::new(LOINC, code));
    let mdc = spec.iter().flat_map(|spec| spec.mdc).map(|code| Coded::new(MDC, code));
    loinc.chain(mdc).collect()
}

/// Whether the words of an alarm tell of one of these values: of what it is about, else of anything. A technical one tells of none.
pub(crate) fn tells_of(episode: &Episode, withheld: &[&SeriesInfo]) -> bool {
    let is_told =
        |series: &&SeriesInfo| episode.measure.is_none_or(|measure| series.measure() == Some(measure));
    episode.priority != Priority::Technical && withheld.iter().any(is_told)
}

/// Whether a person wrote words of their own with it.
pub(crate) fn has_words(action: &Action) -> bool {
    action.note.is_some() && matches!(action.verb, Verb::Note | Verb::Annotate | Verb::HandTo | Verb::Handled)
}

/// What the consents of a ward's people say to whoever looks at it, with the security labels of what is in it. The default hides
/// nothing: it is that of a ward that is watched, and shown to nobody.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sight {
    /// What the consents say.
    pub veil: Veil,
    /// The labels, by the names of the resources; only of those of whom something may be withheld.
    pub labels: HashMap<SmolStr, Vec<Label>>,
    /// When somebody looked: a moment that is over is seen as what holds now lets it.
    pub looked_at: Option<Instant>,
}

impl Sight {
    /// Whether anything of a patient may be withheld.
    pub fn is_over(&self, patient: &PatientId) -> bool {
        self.veil.is_over(patient)
    }

    /// The moment whose consents decide of what is true at `now`.
    fn deciding(&self, now: Instant) -> Instant {
        self.looked_at.map_or(now, |at| at.max(now))
    }

    fn labels_of(&self, reference: &str) -> &[Label] {
        self.labels.get(reference).map_or(&[], Vec::as_slice)
    }

    /// Why a value is withheld; nothing where it is shown.
    pub fn held_value(&self, value: &SeriesValue, now: Instant) -> Option<Held> {
        let patient = &value.series.patient;
        if !self.is_over(patient) {
            return None;
        }
        Thing {
            patient,
            kind: "Observation",
            reference: &value.source,
            codes: &[code_of(&value.series)],
            labels: self.labels_of(&value.source),
            time: moment(value.taken_at),
        }
        .held(&self.veil, self.deciding(now))
    }

    /// The same of a flag.
    pub fn held_flag(&self, flag: &Flag, now: Instant) -> Option<Held> {
        if !self.is_over(&flag.patient) {
            return None;
        }
        let codes = flag.codes.iter().filter_map(|code| code.split_once('|'));
        let codes: Vec<Coded> = codes.map(|(system, code)| Coded::new(system, code)).collect();
        let reference = format!("Flag/{}", flag.id);
        let time = TimeRange::new(flag.since, flag.until.unwrap_or(flag.since).max(flag.since)).ok();
        let labels = self.labels_of(&reference);
        Thing { patient: &flag.patient, kind: "Flag", reference: &reference, codes: &codes, labels, time }
            .held(&self.veil, self.deciding(now))
    }

    /// Whether the words of an alarm are withheld: its own, or those of a value that they tell of. `values` are the newest of the
    /// ward.
    pub fn held_words(&self, values: &[SeriesValue], episode: &Episode, now: Instant) -> bool {
        let Some(patient) = episode.patient.as_ref().filter(|patient| self.is_over(patient)) else {
            return false;
        };
        let reference = format!("DetectedIssue/{}", episode.id);
        let codes = codes_of(episode);
        let own = Thing {
            patient,
            kind: "DetectedIssue",
            reference: &reference,
            codes: &codes,
            labels: self.labels_of(&reference),
            time: moment(episode.onset),
        };
        if own.held(&self.veil, self.deciding(now)).is_some() {
            return true;
        }
        let of_patient = values.iter().filter(|value| value.series.patient == *patient);
        let withheld = of_patient.filter(|value| self.held_value(value, now).is_some());
        tells_of(episode, &withheld.map(|value| &value.series).collect::<Vec<_>>())
    }

    /// Why what somebody wrote about a patient, or about an alarm of theirs, is withheld.
    pub fn held_note(&self, patient: &PatientId, action: &Action, now: Instant) -> Option<Held> {
        if !self.is_over(patient) || !has_words(action) {
            return None;
        }
        let reference = format!("Communication/{}", action.id);
        let (time, labels) = (moment(action.at), self.labels_of(&reference));
        Thing { patient, kind: "Communication", reference: &reference, codes: &[], labels, time }
            .held(&self.veil, self.deciding(now))
    }
}
