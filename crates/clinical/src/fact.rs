//! What a server said, as plain facts with where each came from.

use crate::consent::Consent;
use crate::{
    Action, ActionId, Call, Device, Dose, Episode, Flag, Instant, Person, Place, Sample, Segment, Source,
    Stay,
};

/// Something a server said, with the version it said it in.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The resource that said it.
    pub source: Source,
    /// When the server took it (`meta.lastUpdated`), by the server's clock.
    pub updated_at: Option<Instant>,
    /// What it said.
    pub body: Body,
}

/// The kinds of facts.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // Each variant is the type it holds.
pub enum Body {
    Person(Person),
    Place(Place),
    Stay(Stay),
    Device(Device),
    /// Single values; blood pressure gives several.
    Samples(Vec<Sample>),
    /// Evenly spaced values, gaps cut out.
    Segments(Vec<Segment>),
    Episode(Episode),
    Action(Action),
    /// An action that was said by mistake, or did not happen.
    Withdrawn(ActionId),
    /// A call of the next role.
    Call(Call),
    Dose(Dose),
    Flag(Flag),
    Consent(Consent),
    /// The resource is gone, or was entered in error.
    Deleted,
}

/// A resource that could not be read, for the quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// `Type/id` as far as it could be made out.
    pub reference: String,
    /// What was wrong, without any value from the resource.
    pub reason: String,
    /// The resource as sent, cut at 64 KiB.
    pub body: String,
}
