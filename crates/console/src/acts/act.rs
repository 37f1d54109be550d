//! What a person can do at a station, as data.

use clinical::consent::GlassReason;
use clinical::{ActionId, ActorId, EpisodeId, Instant, LimitChange, Limits, Measure, PatientId, Right};

use crate::staff_change::StaffChange;

/// Something that a person does. [`Console::act`](crate::Console::act) is the one way to do it.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// About one alarm.
    Alarm {
        /// Which.
        episode: EpisodeId,
        /// What.
        response: Response,
    },
    /// Sets limits for one patient, each with role and reason: all of them, or none where one is refused.
    SetLimits {
        /// Logical id of the Patient.
        patient: PatientId,
        /// What changes.
        changes: Vec<LimitChange>,
    },
    /// Saves limits under a name. Only who saved a name first can change it.
    SavePreset {
        /// As it is listed.
        name: String,
        /// Of which measures.
        limits: Vec<(Measure, Limits)>,
    },
    /// Writes a few words at a moment of a patient's trends.
    Annotate {
        /// Logical id of the Patient.
        patient: PatientId,
        /// Which moment; it must have come.
        at: Instant,
        /// The words.
        text: String,
    },
    /// Logs a call of somebody at home.
    LogCall {
        /// Logical id of the Patient.
        patient: PatientId,
        /// Whether the person was reached.
        reached: bool,
        /// What was said or done; may be empty.
        words: String,
        /// When somebody is to look again; it is still to come.
        look_again: Option<Instant>,
    },
    /// This person leaves, or takes over: shown on every station.
    Shift {
        /// Takes over; leaves where not.
        takes_over: bool,
    },
    /// This person takes over from somebody, with every alarm that is on and that the other owns.
    TakeOver {
        /// From whom.
        from: ActorId,
    },
    /// Tries an action again that the server refused.
    Retry(ActionId),
    /// Takes a refused action out of the queue: this person carries it on by other means.
    CarryOnByHand {
        /// Which.
        action: ActionId,
        /// By which means.
        words: String,
    },
    /// Changes a setting of the site, of those in [`clinical::Site`].
    SetSite {
        /// Which; with `@unit` for one unit.
        key: String,
        /// As it is typed.
        value: String,
    },
    /// Gives a setting back: what holds until somebody sets it holds again.
    UnsetSite {
        /// Which; with `@unit` for one unit.
        key: String,
    },
    /// Changes who works at this station.
    Staff(StaffChange),
    /// Breaks the glass over a patient of whom something is withheld: who is here sees, for the site's time, what consents permit for
    /// that alone.
    BreakGlass {
        /// Logical id of the Patient.
        patient: PatientId,
        /// Why.
        reason: GlassReason,
        /// A few more words; another reason needs them.
        words: String,
    },
    /// Ends that.
    EndGlass {
        /// Logical id of the Patient.
        patient: PatientId,
    },
}

/// What a person does about an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// This person owns the response.
    Take,
    /// This person owns it from now on, whoever did before: who did may have left.
    TakeOver,
    /// Pauses the sound of this alarm alone; it ends by itself.
    PauseSound,
    /// Handled.
    Handled {
        /// One of [`clinical::HANDLED_REASONS`].
        reason: String,
        /// A few more words; "Other" needs them.
        words: String,
    },
    /// Lets go of an alarm this person owns; it is anybody's again, and sounds.
    Release,
    /// Gives it to somebody else by name: to the one person of that name who ever acted, as far as this station knows, else to
    /// the name, until somebody who bears it takes the alarm.
    HandTo(String),
    /// Adds a few words.
    Note(String),
    /// Calls the next role of the unit's chain now.
    Escalate,
}

impl Act {
    /// An act about one alarm.
    pub fn alarm(episode: impl Into<EpisodeId>, response: Response) -> Act {
        Act::Alarm { episode: episode.into(), response }
    }

    /// In a word, for the log.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Act::Alarm { response, .. } => match response {
                Response::Take => "take",
                Response::TakeOver => "take-over",
                Response::PauseSound => "audio-pause",
                Response::Handled { .. } => "handled",
                Response::Release => "release",
                Response::HandTo(_) => "hand-to",
                Response::Note(_) => "note",
                Response::Escalate => "escalate",
            },
            Act::SetLimits { .. } => "set-limit",
            Act::SavePreset { .. } => "save-preset",
            Act::Annotate { .. } => "annotate",
            Act::LogCall { .. } => "log-call",
            Act::Shift { .. } => "shift",
            Act::TakeOver { .. } => "take-over",
            Act::Retry(_) => "retry",
            Act::CarryOnByHand { .. } => "carried on by hand",
            Act::SetSite { .. } | Act::UnsetSite { .. } => "setting",
            Act::Staff(_) => "people",
            Act::BreakGlass { .. } => "break-glass",
            Act::EndGlass { .. } => "end-glass",
        }
    }

    /// What somebody needs who does it.
    pub fn right(&self) -> Right {
        match self {
            Act::Alarm { response, .. } => match response {
                Response::Take | Response::TakeOver => Right::Take,
                Response::PauseSound => Right::PauseSound,
                Response::Handled { .. } => Right::Handled,
                Response::Release => Right::Release,
                Response::HandTo(_) => Right::HandTo,
                Response::Note(_) => Right::Note,
                Response::Escalate => Right::Escalate,
            },
            Act::SetLimits { .. } => Right::SetLimits,
            Act::SavePreset { .. } => Right::SavePresets,
            Act::Annotate { .. } => Right::Annotate,
            Act::LogCall { .. } => Right::Programme,
            Act::Shift { .. } => Right::Shift,
            // Whoever may own no alarm takes none along.
            Act::TakeOver { .. } => Right::Take,
            Act::Retry(_) => Right::Retry,
            Act::CarryOnByHand { .. } => Right::CarryOnByHand,
            Act::SetSite { .. } | Act::UnsetSite { .. } => Right::Settings,
            Act::Staff(_) => Right::ManagePeople,
            Act::BreakGlass { .. } | Act::EndGlass { .. } => Right::BreakGlass,
        }
    }

    /// Whom it is about, where it names a patient.
    pub(crate) fn patient(&self) -> Option<&PatientId> {
        match self {
            Act::SetLimits { patient, .. }
            | Act::Annotate { patient, .. }
            | Act::LogCall { patient, .. }
            | Act::BreakGlass { patient, .. }
            | Act::EndGlass { patient } => Some(patient),
            _ => None,
        }
    }

    /// What it is about, for the log: an id, never a name.
    pub(crate) fn about(&self) -> Option<String> {
        match self {
            Act::Alarm { episode, .. } => Some(episode.to_string()),
            Act::SetLimits { patient, .. }
            | Act::Annotate { patient, .. }
            | Act::LogCall { patient, .. }
            | Act::BreakGlass { patient, .. }
            | Act::EndGlass { patient } => Some(patient.to_string()),
            Act::Retry(action) | Act::CarryOnByHand { action, .. } => Some(action.to_string()),
            Act::SetSite { key, .. } | Act::UnsetSite { key } => Some(key.clone()),
            Act::TakeOver { from } => Some(from.to_string()),
            Act::Staff(change) => Some(change.id().to_string()),
            Act::SavePreset { .. } | Act::Shift { .. } => None,
        }
    }
}
