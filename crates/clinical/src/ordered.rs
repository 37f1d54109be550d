//! What people did about one episode, in the order that counts, and which of it answers the alarm as it stands.

use crate::{Action, Actor, Episode, Instant, SECOND_MS, SeenAction, Verb};

/// An action that reached the server this long after the click was made offline.
const LATE: i64 = 3 * SECOND_MS;

/// Whom an action makes the owner of what this person owns: `None` where it changes nothing, `Some(None)` where it is anybody's
/// again. People are told apart by who they are; an alarm that was given to a mere name becomes that of the first who bears
/// the name and takes it.
pub(crate) fn ownership(owner: Option<&Actor>, action: &Action) -> Option<Option<Actor>> {
    match action.verb {
        Verb::Take if owner.is_none_or(|who| who.is_name_of(&action.by)) => Some(Some(action.by.clone())),
        Verb::Release if owner.is_some_and(|who| who.is(&action.by)) => Some(None),
        Verb::HandTo => action.recipient().map(Some),
        _ => None,
    }
}

/// Server order where the server knows it; what it does not know yet comes after, by its own clock. Each action once.
pub(crate) fn in_order<'a>(episode: &Episode, actions: &'a [SeenAction]) -> Vec<&'a SeenAction> {
    let mut ordered: Vec<&SeenAction> =
        actions.iter().filter(|seen| seen.action.about.episode() == Some(&episode.id)).collect();
    ordered.sort_by(|a, b| {
        let key = |seen: &SeenAction| (seen.accepted_at.unwrap_or(Instant(i64::MAX)), seen.action.at);
        key(a).cmp(&key(b)).then_with(|| a.action.id.cmp(&b.action.id))
    });
    ordered.dedup_by(|later, first| later.action.id == first.action.id);
    ordered
}

/// Made offline: it reached the server long after the click.
pub(crate) fn late(seen: &SeenAction) -> bool {
    seen.accepted_at.is_none_or(|at| at.ms_since(seen.action.at) > LATE)
}

/// Whether an action came after the alarm was new for the last time. What was done before was an answer to less: to a lower
/// severity, or to an onset that was over.
///
/// The server's order decides. A click that reached it late was made by somebody who knew what this station's clock had seen
/// by then; where clocks differ the alarm rather sounds once more than not at all.
pub(crate) fn answers(episode: &Episode, seen: &SeenAction) -> bool {
    episode.renewed.is_none_or(|renewed| match seen.accepted_at {
        Some(at) => at > renewed.at && (!late(seen) || seen.action.at > renewed.at),
        None => seen.action.at > renewed.received,
    })
}
