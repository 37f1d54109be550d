//! An act as it is kept: a fact that never changes.

use clinical::{About, Action, Actor, PatientId, Verb};

use crate::console::Console;

/// An action that is about to be recorded, and the patient it is about.
pub(crate) struct Recorded {
    pub action: Action,
    pub patient: Option<PatientId>,
}

impl Console {
    /// Something that somebody does at this station now.
    pub(super) fn action(&self, who: &Actor, about: About, verb: Verb, note: Option<String>) -> Action {
        let id = uuid::Uuid::now_v7().to_string().into();
        Action { id, about, verb, by: who.clone(), at: self.now(), note, to: None }
    }
}
