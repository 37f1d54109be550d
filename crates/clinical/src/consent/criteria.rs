//! Whether what a provision names is what is asked for.

use crate::TimeRange;
use crate::consent::codes::{Coded, Label, covers, covers_purpose, is_sensitivity};
use crate::consent::model::{ConsentAction, DataRef, Effect, Meaning, Party, Provision};
use crate::consent::request::{Overarching, Record, Request};
use crate::consent::why::Why;

/// What a provision names, and what it takes over from those around it.
#[derive(Clone, Copy)]
pub(crate) struct Criteria<'a> {
    actors: &'a [Party],
    actions: &'a [ConsentAction],
    purposes: &'a [Coded],
    labels: &'a [Label],
    /// Whether the provision that named the labels permits: what is permitted up to a label is denied from it on.
    labels_permit: bool,
    classes: &'a [Coded],
    codes: &'a [Coded],
    data_period: Option<TimeRange>,
    data: &'a [DataRef],
}

/// Of which kinds criteria are named: what names all kinds that another names, and perhaps more, is at least as specific.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    const ACTOR: u8 = 1;
    const ACTION: u8 = 2;
    const PURPOSE: u8 = 4;
    const LABEL: u8 = 8;
    const CLASS: u8 = 16;
    const CODE: u8 = 32;
    const DATA_PERIOD: u8 = 64;
    const DATA: u8 = 128;

    /// Those that say who does what for which reason, and not with which data.
    pub(crate) fn of_request(self) -> Kinds {
        Kinds(self.0 & (Kinds::ACTOR | Kinds::ACTION | Kinds::PURPOSE))
    }

    /// Whether all of `other` are among these.
    pub(crate) fn include(self, other: Kinds) -> bool {
        self.0 & other.0 == other.0
    }
}

impl<'a> Criteria<'a> {
    /// Everything.
    pub(crate) const ALL: Criteria<'static> = Criteria {
        actors: &[],
        actions: &[],
        purposes: &[],
        labels: &[],
        labels_permit: true,
        classes: &[],
        codes: &[],
        data_period: None,
        data: &[],
    };

    /// Those of a provision among these: what it names counts instead of what is named around it, the rest stays.
    pub(crate) fn within(self, own: &'a Provision) -> Criteria<'a> {
        let permits = own.effect == Effect::Permit && own.unread.is_none();
        Criteria {
            actors: named(&own.actors, self.actors),
            actions: named(&own.actions, self.actions),
            purposes: named(&own.purposes, self.purposes),
            labels: named(&own.labels, self.labels),
            labels_permit: if own.labels.is_empty() { self.labels_permit } else { permits },
            classes: named(&own.classes, self.classes),
            codes: named(&own.codes, self.codes),
            data_period: own.data_period.or(self.data_period),
            data: named(&own.data, self.data),
        }
    }

    pub(crate) fn kinds(&self) -> Kinds {
        let kinds = [
            (!self.actors.is_empty(), Kinds::ACTOR),
            (!self.actions.is_empty(), Kinds::ACTION),
            (!self.purposes.is_empty(), Kinds::PURPOSE),
            (!self.labels.is_empty(), Kinds::LABEL),
            (!self.classes.is_empty(), Kinds::CLASS),
            (!self.codes.is_empty(), Kinds::CODE),
            (self.data_period.is_some(), Kinds::DATA_PERIOD),
            (!self.data.is_empty(), Kinds::DATA),
        ];
        Kinds(kinds.into_iter().filter(|(named, _)| *named).fold(0, |sum, (_, kind)| sum | kind))
    }

    pub(crate) fn is_for(&self, purpose: &Coded) -> bool {
        self.purposes.is_empty() || self.purposes.iter().any(|named| covers_purpose(named, purpose))
    }

    /// Whether who asks, what for and to do what is meant; else what of it is not.
    pub(crate) fn reach(&self, request: &Request) -> Result<(), Why> {
        if !self.is_for(&request.purpose) {
            return Err(Why::OtherPurpose);
        }
        if !self.actors.is_empty() && !self.actors.iter().any(|party| request.who.contains(&party.who)) {
            return Err(Why::OtherPeople);
        }
        if !self.actions.is_empty() && !self.actions.contains(&request.action) {
            return Err(Why::OtherAction);
        }
        Ok(())
    }

    /// Whether a record is of the data that are meant. What is not known of it never widens a permission and never narrows a refusal.
    pub(crate) fn holds(&self, permits: bool, record: &Record, site: &Overarching) -> bool {
        let any = |named: &[Coded], found: &[Coded]| {
            named.is_empty() || named.iter().any(|one| found.contains(one))
        };
        any(self.classes, record.classes)
            && any(self.codes, record.codes)
            && (self.data.is_empty() || self.data.iter().any(|named| is_meant(named, record)))
            && self.data_period.is_none_or(|period| is_in(period, record.time, permits))
            && (self.labels.is_empty() || self.are_labels(record, site))
    }

    fn are_labels(&self, record: &Record, site: &Overarching) -> bool {
        let level = |label: &Label| match label {
            Label::Confidentiality(level) => Some(*level),
            Label::Tag(_) => None,
        };
        let own = record.labels.iter().filter_map(level).max().unwrap_or(site.unlabelled);
        let mut levels = self.labels.iter().filter_map(level);
        if levels.any(|named| if self.labels_permit { own <= named } else { own >= named }) {
            return true;
        }
        let covering = |tag: &Coded| tags(self.labels).any(|named| covers(named, tag));
        if self.labels_permit {
            tags(record.labels).any(covering)
                && tags(record.labels).filter(|tag| is_sensitivity(tag)).all(covering)
        } else {
            // What is labelled more widely than what is refused may be that.
            let covered = |tag: &Coded| tags(self.labels).any(|named| covers(tag, named));
            tags(record.labels).any(|tag| covering(tag) || covered(tag))
        }
    }
}

fn named<'a, T>(own: &'a [T], around: &'a [T]) -> &'a [T] {
    if own.is_empty() { around } else { own }
}

fn tags(labels: &[Label]) -> impl Iterator<Item = &Coded> {
    labels.iter().filter_map(|label| match label {
        Label::Tag(tag) => Some(tag),
        Label::Confidentiality(_) => None,
    })
}

/// A refusal is about what was in part in its time or at a time that is not known, a permission about what was wholly in it.
fn is_in(period: TimeRange, time: Option<TimeRange>, permits: bool) -> bool {
    match (time, permits) {
        (None, permits) => !permits,
        (Some(time), true) => period.contains(time.from()) && period.contains(time.to()),
        (Some(time), false) => period.overlap(time).is_some(),
    }
}

fn is_meant(named: &DataRef, record: &Record) -> bool {
    let itself = record.reference == named.reference;
    match named.meaning {
        Meaning::Instance => itself,
        Meaning::Related | Meaning::Dependents => itself || record.related.contains(&named.reference),
        Meaning::AuthoredBy => record.authors.contains(&named.reference),
    }
}
