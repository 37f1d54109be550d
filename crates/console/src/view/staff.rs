//! The people of a station, as IT sees them.

use std::collections::HashMap;

use clinical::{ActorId, Instant, KnownRole};
use serde::Serialize;
use specta::Type;
use vault::StaffMember;

use super::form::ms;

/// Somebody of the station: nothing of a PIN or a badge but that there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    id: String,
    name: String,
    role: String,
    has_pin: bool,
    /// It is one that IT gave: they choose their own when they come.
    pin_is_given: bool,
    has_badge: bool,
    /// When they came last, as far as the log goes back.
    last_came: Option<i64>,
    /// Their last full sign-in.
    full_sign_in: Option<i64>,
    /// Wrong PINs since the last right one.
    wrong_pins: u32,
    /// So many that neither PIN nor badge lets them in.
    locked_out: bool,
    /// Why PIN and badge are not enough, where they are not.
    why_not: Option<String>,
}

impl Member {
    pub(crate) fn new(
        member: StaffMember,
        why_not: Option<String>,
        last: &HashMap<ActorId, Instant>,
    ) -> Member {
        Member {
            last_came: last.get(&member.id).copied().map(ms),
            id: member.id.into(),
            name: member.name,
            role: member.role.to_string(),
            has_pin: member.has_pin,
            pin_is_given: member.pin_is_given,
            has_badge: member.has_badge,
            full_sign_in: member.full.map(|(at, _)| ms(at)),
            wrong_pins: member.failures,
            locked_out: member.failures >= identity::MOST_TRIES,
            why_not,
        }
    }
}

/// The roles that somebody can work in.
pub fn work_roles() -> Vec<&'static str> {
    KnownRole::all().map(KnownRole::word).collect()
}
