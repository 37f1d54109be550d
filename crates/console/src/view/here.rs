//! Who is at the station, who could come, and what is shown while nobody is there.

use clinical::consent::Glass;
use clinical::{Instant, Right, Role};
use serde::Serialize;
use specta::Type;
use vault::StaffMember;

use super::form::{count, ms};

/// Who is here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Who {
    /// Raised with every change of who is here; what somebody asks for names it.
    pub sitting: u32,
    /// This station has people of its own: they come and go.
    pub of_people: bool,
    /// Nobody is here.
    pub locked: Option<Locked>,
    /// As shown; empty where nobody is here.
    pub name: String,
    /// In what role, where it is known.
    pub role: Option<String>,
    /// What this role may not do, and why.
    pub not_allowed: Vec<NotAllowed>,
    /// In which roles this person can set limits.
    pub limit_roles: Vec<&'static str>,
    /// They came by a PIN that IT gave, and do nothing before they chose their own.
    pub must_choose_pin: bool,
    /// They have just signed in fully, and may choose a PIN.
    pub may_choose_pin: bool,
    /// The glasses that they have broken.
    pub glasses: Vec<BrokenGlass>,
}

/// A glass that who is here has broken: of this patient they see more, for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct BrokenGlass {
    /// Logical id of the Patient.
    patient: String,
    /// Who, as shown.
    by: String,
    /// In words.
    reason: String,
    /// When it ends by itself.
    until: i64,
}

impl From<Glass> for BrokenGlass {
    fn from(glass: Glass) -> BrokenGlass {
        let (by, reason, until) = (glass.by.to_string(), glass.to_string(), ms(glass.until()));
        BrokenGlass { patient: glass.patient.into(), by, reason, until }
    }
}

/// Something that somebody may not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct NotAllowed {
    /// In a word of the table of rights.
    right: &'static str,
    /// Why, and who may.
    why: String,
}

/// A station at which nobody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct Locked {
    since: i64,
    /// After `Locked at 14:01`.
    why: String,
}

impl Locked {
    /// Since when, and why.
    pub fn new(since: Instant, why: String) -> Locked {
        Locked { since: ms(since), why }
    }
}

impl Who {
    /// What a role may not do. Who acts in none is who the station was started for, and may do all.
    pub fn not_allowed(role: Option<&Role>) -> Vec<NotAllowed> {
        if role.is_none() {
            return Vec::new();
        }
        let refused = |right: Right| {
            right.check(role).err().map(|why| NotAllowed { right: right.word(), why: why.to_string() })
        };
        Right::all().filter_map(refused).collect()
    }
}

/// Somebody who could come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    id: String,
    name: String,
    initials: String,
    role: String,
    /// A PIN lets them in.
    by_pin: bool,
    /// Why a full sign-in has to come first, where it has.
    why_not: Option<String>,
}

impl Colleague {
    /// Somebody of the station, and why PIN and badge are not enough for them, where they are not.
    pub fn new(member: StaffMember, why_not: Option<String>) -> Colleague {
        let letters =
            member.name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphabetic()));
        let letters: Vec<char> = letters.collect();
        let initials = match letters.as_slice() {
            [] => String::new(),
            [only] => only.to_string(),
            [first, .., last] => [*first, *last].iter().collect(),
        };
        Colleague {
            id: member.id.into(),
            initials: initials.to_uppercase(),
            name: member.name,
            role: member.role.to_string(),
            by_pin: member.has_pin && why_not.is_none(),
            why_not,
        }
    }
}

/// An alarm on a station at which nobody is: no name and no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StripItem {
    /// Where: `12`, `H3`.
    bed: String,
    /// On which ward; empty at home.
    ward: String,
    priority: &'static str,
    /// Nobody has answered it.
    unanswered: bool,
    /// `*** High, owned`.
    words: String,
    /// How many more are on there.
    more: u32,
}

impl StripItem {
    /// One bed is one tile, by its first alarm; where nobody has answered one of the others, that is so of the tile.
    pub(crate) fn add(&mut self, other: &bedside::QueueItem) {
        self.more += 1;
        self.unanswered |= other.line.presence.is_unanswered();
    }
}

impl From<&bedside::QueueItem> for StripItem {
    fn from(item: &bedside::QueueItem) -> StripItem {
        let (priority, unanswered) = (item.line.priority, item.line.presence.is_unanswered());
        let (marks, word) = (priority.marks(), priority.word());
        let title = if marks == word { word.to_owned() } else { format!("{marks} {word}") };
        StripItem {
            bed: item.bed.clone(),
            ward: item.ward.clone(),
            priority: priority.code(),
            unanswered,
            words: if unanswered { title } else { format!("{title}, owned") },
            more: 0,
        }
    }
}

/// Somebody from whom alarms can be taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct Leaver {
    id: String,
    name: String,
    role: Option<String>,
    /// How many alarms that are on they own.
    alarms: u32,
    /// When they left, where they said so.
    left: Option<i64>,
}

impl From<crate::acts::Leaver> for Leaver {
    fn from(leaver: crate::acts::Leaver) -> Leaver {
        Leaver {
            id: leaver.who.id.into(),
            name: leaver.who.name.into(),
            role: leaver.who.role.map(|role| role.to_string()),
            alarms: count(leaver.alarms),
            left: leaver.left.map(ms),
        }
    }
}

/// Somebody of the station, as a command prints them.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct StaffRow {
    /// Who that is.
    pub id: String,
    /// As shown.
    pub name: String,
    /// One of the table of rights.
    pub role: String,
    /// Whether they have a PIN.
    pub has_pin: bool,
    /// Whether it is one that IT gave.
    pub pin_is_given: bool,
    /// Whether they have a badge.
    pub has_badge: bool,
    /// Their last full sign-in, ISO 8601.
    pub full_sign_in: Option<String>,
    /// Why PIN and badge are not enough, where they are not.
    pub why_not: Option<String>,
}

impl StaffRow {
    /// Somebody of the station, and why PIN and badge are not enough for them, where they are not.
    pub fn new(member: StaffMember, why_not: Option<String>) -> StaffRow {
        StaffRow {
            id: member.id.into(),
            name: member.name,
            role: member.role.to_string(),
            has_pin: member.has_pin,
            pin_is_given: member.pin_is_given,
            has_badge: member.has_badge,
            full_sign_in: member.full.map(|(at, _)| fhir::format_instant(at)),
            why_not,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_not_is_told_why_by_the_table_and_who_has_no_role_may_all() {
        assert!(Who::not_allowed(None).is_empty());
        let technician = Who::not_allowed(Some(&Role::from("Telemetry technician")));
        let take = technician.iter().find(|not| not.right == "take").map(|not| not.why.as_str());
        assert_eq!(
            take,
            Some(
                "Telemetry technician may not take over an alarm; Nurse, Charge nurse, Physician or Programme nurse may"
            )
        );
        assert!(!technician.iter().any(|not| not.right == "note"));
        assert_eq!(Who::not_allowed(Some(&Role::from("Porter"))).len(), Right::all().count());
    }
}
