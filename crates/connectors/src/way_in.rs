//! What every way in has in common: it takes a document as it came, and gives facts.
//!
//! Deliberately not here: how a document travels, and where facts are kept.

use std::collections::BTreeMap;

use clinical::{Fact, SmolStr, Unreadable};

/// A way in besides FHIR. What each of them must hold is written down once, in `tests/ways_in.rs`: the same document gives the same facts
/// under the same sources, digits stay as they came, what cannot be read is named and costs nothing else, and no words of a
/// reason come from the document.
pub trait WayIn: Send + Sync {
    /// What it reads, in words for people.
    fn name(&self) -> &'static str;

    /// Reads one document: a message, a file. It never fails as a whole without saying so among what is unreadable.
    fn read(&self, document: &[u8]) -> Read;
}

/// What a document said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// What could be read, in the order in which it stood.
    pub facts: Vec<Fact>,
    /// What it said by the way of people and places that others tell more of: to be kept only where nothing is known of them yet. A
    /// monitor's short notion of a patient must not take the place of what the admission said.
    pub if_unknown: Vec<Fact>,
    /// What could not.
    pub unreadable: Vec<Unreadable>,
    /// What stood there and is not read by this program, by its name, with how often.
    pub left_out: BTreeMap<SmolStr, usize>,
}

impl Read {
    /// Counts what is not read.
    pub(crate) fn leave_out(&mut self, name: impl Into<SmolStr>) {
        *self.left_out.entry(name.into()).or_default() += 1;
    }

    /// Takes in what another document said.
    pub(crate) fn add(&mut self, other: Read) {
        self.facts.extend(other.facts);
        self.if_unknown.extend(other.if_unknown);
        self.unreadable.extend(other.unreadable);
        for (name, times) in other.left_out {
            *self.left_out.entry(name).or_default() += times;
        }
    }
}
