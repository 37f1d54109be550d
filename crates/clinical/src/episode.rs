//! An episode: one onset of one alarm, and what people can do about it. What the facts add up to stands in `response`.

use crate::{About, ActionId, Actor, ActorId, EpisodeId, Instant, Measure, PatientId};

/// How soon somebody has to come (IEC 60601-1-8), technical alarms apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Priority {
    Technical,
    Low,
    Medium,
    High,
}

impl Priority {
    /// Every priority, the highest first.
    pub const ALL: [Priority; 4] = [Priority::High, Priority::Medium, Priority::Low, Priority::Technical];

    /// The code on the page, in its styles and in machine-readable output.
    pub fn code(self) -> &'static str {
        match self {
            Priority::High => "high",
            Priority::Medium => "medium",
            Priority::Low => "low",
            Priority::Technical => "technical",
        }
    }

    /// The priority behind a code.
    pub fn from_code(code: &str) -> Option<Priority> {
        Priority::ALL.into_iter().find(|priority| priority.code() == code)
    }

    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Priority::High => "High",
            Priority::Medium => "Med",
            Priority::Low => "Low",
            Priority::Technical => "INOP",
        }
    }

    /// What stands before an alarm's text, so that colour alone tells nothing.
    pub fn marks(self) -> &'static str {
        match self {
            Priority::High => "***",
            Priority::Medium => "**",
            Priority::Low => "*",
            Priority::Technical => "INOP",
        }
    }
}

/// One onset of one alarm. A re-alarm is a new episode.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// The DetectedIssue's logical id.
    pub id: EpisodeId,
    /// Whose it is; `None` where the alarm names nobody.
    pub patient: Option<PatientId>,
    /// Its priority.
    pub priority: Priority,
    /// The alarm line without marks: `SpO2 84 < 90`.
    pub text: String,
    /// What it is about, where that is a measure the console knows.
    pub measure: Option<Measure>,
    /// When the condition began.
    pub onset: Instant,
    /// When the condition ended; `None` while it holds.
    pub ended: Option<Instant>,
    /// When it last became new once more on the same id; `None` where it never did.
    pub renewed: Option<Renewal>,
}

/// An alarm became new once more on the id it had: its severity was raised, or its condition was over and is there again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// When the server took it (`meta.lastUpdated`), or when this station heard of it where nothing says.
    pub at: Instant,
    /// When this station heard of it, by its own clock.
    pub received: Instant,
    /// The end that was taken back, where it was over.
    pub after: Option<Instant>,
}

impl Episode {
    /// Ids of the episodes that stations find themselves begin so; a rule and a key follow.
    pub const OWN: &str = "vigil-";

    /// The rule that found this episode; `None` where a gateway raised it.
    pub fn own_rule(&self) -> Option<&str> {
        self.id.as_str().strip_prefix(Self::OWN)?.rsplit_once('-').map(|(rule, _)| rule)
    }
}

/// What a person can do: about an episode, and from `Annotate` on about a person or the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Verb {
    Take,
    AudioPause,
    Handled,
    Release,
    HandTo,
    Escalate,
    Note,
    /// A few words at a moment of a patient's trends.
    Annotate,
    /// Alarm limits of one patient.
    SetLimit,
    /// Limits under a name.
    SavePreset,
    /// Somebody leaves, or takes over.
    Shift,
}

impl Verb {
    /// Every verb, those about an episode first.
    pub const ALL: [Verb; 11] = [
        Verb::Take,
        Verb::AudioPause,
        Verb::Handled,
        Verb::Release,
        Verb::HandTo,
        Verb::Escalate,
        Verb::Note,
        Verb::Annotate,
        Verb::SetLimit,
        Verb::SavePreset,
        Verb::Shift,
    ];

    /// The verbs about an episode.
    pub const ABOUT_EPISODES: &[Verb] = Verb::ALL.split_at(7).0;

    /// Whether it is about an episode, and not about a person or the unit.
    pub fn is_about_an_episode(self) -> bool {
        Verb::ABOUT_EPISODES.contains(&self)
    }

    /// The code under `urn:vigil:alert-action`, or under `urn:vigil:ward-record` where it is not about an episode.
    pub fn code(self) -> &'static str {
        match self {
            Verb::Take => "take",
            Verb::AudioPause => "audio-pause",
            Verb::Handled => "handled",
            Verb::Release => "release",
            Verb::HandTo => "hand-to",
            Verb::Escalate => "escalate",
            Verb::Note => "note",
            Verb::Annotate => "annotation",
            Verb::SetLimit => "limit",
            Verb::SavePreset => "limit-preset",
            Verb::Shift => "shift",
        }
    }

    /// The verb behind a code.
    pub fn from_code(code: &str) -> Option<Verb> {
        Verb::ALL.into_iter().find(|verb| verb.code() == code)
    }

    /// What was done, as it stands in the list of what happened.
    pub fn done(self) -> &'static str {
        match self {
            Verb::Take => "Taken",
            Verb::AudioPause => "Sound paused",
            Verb::Handled => "Handled",
            Verb::Release => "Released",
            Verb::HandTo => "Handed over",
            Verb::Escalate => "Escalated",
            Verb::Note | Verb::Annotate => "Note",
            Verb::SetLimit => "Alarm limit",
            Verb::SavePreset => "Limit preset",
            Verb::Shift => "Shift",
        }
    }
}

/// The reasons a person picks from when an alert is handled; free text may be added.
pub const HANDLED_REASONS: [&str; 4] = ["Treated", "Artefact", "Expected for patient", "Other"];

/// Something a person did, as a fact that never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// UUIDv7 made at the click; the same on every station and on the server.
    pub id: ActionId,
    /// What it is about.
    pub about: About,
    /// What was done.
    pub verb: Verb,
    /// Who did it.
    pub by: Actor,
    /// When, by the clock of the station where it happened.
    pub at: Instant,
    /// Reason or note; of [`Verb::HandTo`] the name of who gets it.
    pub note: Option<String>,
    /// Who gets it, where more than the name is known.
    pub to: Option<ActorId>,
}

impl Action {
    /// To whom an alarm is given by [`Verb::HandTo`]; somebody of whom only a name is known owns it until whoever bears the
    /// name takes it.
    pub fn recipient(&self) -> Option<Actor> {
        let name = self.note.as_deref().filter(|_| self.verb == Verb::HandTo)?;
        Some(self.to.as_ref().map_or_else(|| Actor::named(name), |id| Actor::known(id.clone(), name)))
    }
}

/// An action with the place in the server's order that decides between two takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenAction {
    /// The fact.
    pub action: Action,
    /// When the server took it (`meta.lastUpdated`); `None` while it is known to this station only.
    pub accepted_at: Option<Instant>,
}

/// Where an episode stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The condition holds and nobody has it.
    Active,
    /// Taken, and the condition still holds.
    Owned,
    /// A high one that ended before anybody took it; it stays until someone does.
    Latched,
    /// Handled with a reason; the condition still holds.
    Handled,
    /// Ended, and handled, or taken, or not latching.
    Closed,
}

impl Presence {
    /// The code on the page and in machine-readable output.
    pub fn code(self) -> &'static str {
        match self {
            Presence::Active => "active",
            Presence::Owned => "owned",
            Presence::Latched => "latched",
            Presence::Handled => "handled",
            Presence::Closed => "closed",
        }
    }

    /// In words, where there is no owner to name.
    pub fn words(self) -> &'static str {
        match self {
            Presence::Active => "Not owned",
            Presence::Owned => "Owned",
            Presence::Latched => "Ended, nobody took it",
            Presence::Handled => "Handled",
            Presence::Closed => "Nobody took it",
        }
    }

    /// Whether it still wants somebody: it is not handled, and not over.
    pub fn is_live(self) -> bool {
        matches!(self, Presence::Active | Presence::Owned | Presence::Latched)
    }

    /// Whether nobody has answered it yet: such an alarm is shown as a new one.
    pub fn is_unanswered(self) -> bool {
        matches!(self, Presence::Active | Presence::Latched)
    }
}

/// The part of a queue that an alarm stands in, in the order of the queue: what is on and nobody has, what ended and nobody
/// took, what somebody has, technical alarms, what is handled, what is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Group {
    Unowned,
    Latched,
    Owned,
    Technical,
    Handled,
    Over,
}

impl Group {
    /// Where an alarm of this priority stands.
    pub fn of(priority: Priority, presence: Presence) -> Group {
        match presence {
            Presence::Handled => Group::Handled,
            Presence::Closed => Group::Over,
            _ if priority == Priority::Technical => Group::Technical,
            Presence::Active => Group::Unowned,
            Presence::Latched => Group::Latched,
            Presence::Owned => Group::Owned,
        }
    }

    /// The code on the page.
    pub fn code(self) -> &'static str {
        match self {
            Group::Unowned => "unowned",
            Group::Latched => "latched",
            Group::Owned => "owned",
            Group::Technical => "technical",
            Group::Handled => "handled",
            Group::Over => "over",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_and_the_page_read_the_same_priority() {
        for priority in Priority::ALL {
            assert_eq!(Priority::from_code(priority.code()), Some(priority));
        }
        assert_eq!(Priority::from_code("med"), None);
        assert!(Priority::ALL.is_sorted_by(|a, b| a > b), "the highest first");
    }

    #[test]
    fn what_nobody_has_stands_before_everything_else() {
        let of = |priority| move |presence| Group::of(priority, presence);
        let presences =
            [Presence::Active, Presence::Latched, Presence::Owned, Presence::Handled, Presence::Closed];
        assert!(presences.map(of(Priority::Low)).is_sorted_by(|a, b| a < b));
        assert!(Group::of(Priority::Technical, Presence::Active) > Group::of(Priority::Low, Presence::Owned));
        assert!(
            Group::of(Priority::Technical, Presence::Active) < Group::of(Priority::High, Presence::Handled)
        );
    }
}
