//! Calls of the next role, as stations asked a server to pass them on.

use clinical::{Body, Call, CallStatus, SmolStr};

use crate::map::codes::{CALL, CALL_LEVEL};
use crate::map::numbers::Reason;
use crate::map::text::clean;
use crate::wire::bases::Bases;
use crate::wire::resource as r4;
use crate::wire::time::parse_instant;

/// The call that a CommunicationRequest is; `None` where it is a request of another kind.
pub(crate) fn communication_request(
    said: r4::CommunicationRequest,
    bases: &Bases,
) -> Result<Option<Body>, Reason> {
    if said.status.as_deref() == Some("entered-in-error") {
        return Ok(Some(Body::Deleted));
    }
    let key = said.identifier.iter().find(|i| i.system.as_deref() == Some(CALL));
    let Some(key) = key.and_then(|i| i.value.as_deref()) else { return Ok(None) };
    let status = match said.status.as_deref() {
        // A request that asks for nothing to be said calls nobody.
        _ if said.do_not_perform == Some(true) => CallStatus::Revoked,
        Some("active" | "draft" | "unknown") => CallStatus::Active,
        Some(code) => CallStatus::from_code(code).ok_or("its status is none of R4's")?,
        None => return Err("it has no status".into()),
    };
    let episode = said.about.iter().find_map(|r| r.id_of("DetectedIssue", bases));
    let level = said.extension.iter().find(|e| e.url == CALL_LEVEL).and_then(|e| e.value_positive_int);
    let due =
        said.occurrence_date_time.as_deref().and_then(parse_instant).ok_or("it has no readable time")?;
    let role = said.recipient.first().and_then(|party| party.display.as_deref());
    Ok(Some(Body::Call(Call {
        id: SmolStr::from(clean(key, 160)),
        episode: episode.ok_or("it is about no DetectedIssue")?,
        level: level.and_then(|n| usize::try_from(n).ok()).ok_or("it names no level of a chain")?,
        role: clean(role.ok_or("it names no role")?, 60),
        due,
        made: said.authored_on.as_deref().and_then(parse_instant).unwrap_or(due),
        status,
    })))
}
