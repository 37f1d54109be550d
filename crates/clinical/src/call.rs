//! Calls of the next role: the message itself, and what became of it.
//!
//! "Called" is said only of what a server has. Deliberately not here: when a role falls due (`escalation`).

use crate::{EpisodeId, Instant, SmolStr};

/// A message to a role of a unit's chain about an alarm that nobody took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Made from alarm and level, so that whichever station comes first makes the one message.
    pub id: SmolStr,
    /// The alarm.
    pub episode: EpisodeId,
    /// 1 for the first role of the chain.
    pub level: usize,
    /// The role.
    pub role: String,
    /// When the role fell due.
    pub due: Instant,
    /// When a station made the message; later, where none was watching.
    pub made: Instant,
    /// What the server says of it.
    pub status: CallStatus,
}

/// What a server says of a call (`CommunicationRequest.status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStatus {
    /// It is to be passed on.
    Active,
    /// It waits at the server.
    OnHold,
    /// It was delivered, or answered.
    Completed,
    /// It was taken back.
    Revoked,
}

impl CallStatus {
    const ALL: [CallStatus; 4] =
        [CallStatus::Active, CallStatus::OnHold, CallStatus::Completed, CallStatus::Revoked];

    /// As FHIR calls it.
    pub fn code(self) -> &'static str {
        match self {
            CallStatus::Active => "active",
            CallStatus::OnHold => "on-hold",
            CallStatus::Completed => "completed",
            CallStatus::Revoked => "revoked",
        }
    }

    /// The status behind a code.
    pub fn from_code(code: &str) -> Option<CallStatus> {
        CallStatus::ALL.into_iter().find(|status| status.code() == code)
    }
}

/// A call with what is known of its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenCall {
    /// The message.
    pub call: Call,
    /// When the server took it; `None` while it is known to this station only.
    pub accepted_at: Option<Instant>,
    /// When it got its status, where that is not the first.
    pub status_at: Option<Instant>,
    /// Why the server refused it, where it did.
    pub refused: Option<String>,
}

/// Whether the role that is due was called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CallState {
    /// The clock made it due. Nobody was called yet.
    #[default]
    Due,
    /// The message was made and is not on the server yet.
    Waiting,
    /// The server has the message since then.
    Sent(Instant),
    /// The server says that it was delivered or answered, since then.
    Answered(Instant),
    /// Nobody was called, and why.
    NotSent(String),
}

impl CallState {
    /// What became of a message.
    pub fn of(seen: &SeenCall) -> CallState {
        match (seen.call.status, seen.accepted_at, &seen.refused) {
            (CallStatus::Completed, accepted, _) => {
                CallState::Answered(seen.status_at.or(accepted).unwrap_or(seen.call.made))
            }
            (CallStatus::OnHold, ..) => CallState::NotSent("the server holds it back".to_owned()),
            (CallStatus::Revoked, ..) => CallState::NotSent("it was taken back".to_owned()),
            (CallStatus::Active, Some(at), _) => CallState::Sent(at),
            (CallStatus::Active, None, Some(why)) => CallState::NotSent(why.clone()),
            (CallStatus::Active, None, None) => CallState::Waiting,
        }
    }

    /// The code on the page and in machine-readable output.
    pub fn code(&self) -> &'static str {
        match self {
            CallState::Due => "due",
            CallState::Waiting => "waiting",
            CallState::Sent(_) => "sent",
            CallState::Answered(_) => "answered",
            CallState::NotSent(_) => "not-sent",
        }
    }

    /// As it reads before the time at which the role fell due: `due: Charge nurse`.
    pub fn words(&self, role: &str) -> String {
        match self {
            CallState::Due | CallState::Waiting | CallState::NotSent(_) => format!("due: {role}"),
            CallState::Sent(_) => format!("call sent: {role}"),
            CallState::Answered(_) => format!("call answered: {role}"),
        }
    }

    /// What else there is to say of it: why nobody was called.
    pub fn remark(&self) -> Option<String> {
        match self {
            CallState::Waiting => Some("call not sent yet".to_owned()),
            CallState::NotSent(why) => Some(format!("not sent: {why}")),
            CallState::Due | CallState::Sent(_) | CallState::Answered(_) => None,
        }
    }

    /// In the list of what happened.
    pub fn done(&self) -> &'static str {
        match self {
            CallState::Due => "Due",
            CallState::Waiting => "Due, call not sent yet",
            CallState::Sent(_) => "Call sent",
            CallState::Answered(_) => "Call answered",
            CallState::NotSent(_) => "Due, call not sent",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(status: CallStatus, accepted: Option<i64>, refused: Option<&str>) -> SeenCall {
        SeenCall {
            call: Call {
                id: "e:high:1".into(),
                episode: "e".into(),
                level: 1,
                role: "Charge nurse".into(),
                due: Instant(10),
                made: Instant(20),
                status,
            },
            accepted_at: accepted.map(Instant),
            status_at: None,
            refused: refused.map(str::to_owned),
        }
    }

    #[test]
    fn nobody_reads_called_where_nobody_was() {
        let (active, full) = (CallStatus::Active, Some("it is full"));
        for (seen, code, words, remark) in [
            (None, "due", "due: Charge nurse", None),
            (Some(seen(active, None, None)), "waiting", "due: Charge nurse", Some("call not sent yet")),
            (Some(seen(active, None, full)), "not-sent", "due: Charge nurse", Some("not sent: it is full")),
            (Some(seen(active, Some(30), None)), "sent", "call sent: Charge nurse", None),
            // An earlier try arrived although its answer did not.
            (Some(seen(active, Some(30), full)), "sent", "call sent: Charge nurse", None),
            (
                Some(seen(CallStatus::Completed, Some(30), None)),
                "answered",
                "call answered: Charge nurse",
                None,
            ),
            (
                Some(seen(CallStatus::OnHold, Some(30), None)),
                "not-sent",
                "due: Charge nurse",
                Some("not sent: the server holds it back"),
            ),
            (
                Some(seen(CallStatus::Revoked, Some(30), None)),
                "not-sent",
                "due: Charge nurse",
                Some("not sent: it was taken back"),
            ),
        ] {
            let state = seen.as_ref().map_or(CallState::Due, CallState::of);
            assert_eq!((state.code(), state.words("Charge nurse").as_str()), (code, words));
            assert_eq!(state.remark().as_deref(), remark, "{code}");
            let says_called = state.done().starts_with("Call ");
            assert_eq!(says_called, matches!(state, CallState::Sent(_) | CallState::Answered(_)), "{code}");
        }
        for status in CallStatus::ALL {
            assert_eq!(CallStatus::from_code(status.code()), Some(status));
        }
    }
}
