//! Who may do what: one table from role to right.
//!
//! A role is a word of the unit ([`Role`]). The table knows some of these words; whoever acts in another role, or in none, may look
//! and nothing else. Deliberately not here: how a person came to a role, and the gate that asks.

use std::fmt;
use std::str::FromStr;

use crate::Role;

/// A role that the table knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnownRole {
    /// Cares for the patients of a unit.
    Nurse,
    /// Leads the unit for a shift.
    ChargeNurse,
    /// Treats.
    Physician,
    /// Watches monitors, often of several units and from afar, and calls who is there.
    TelemetryTechnician,
    /// Follows patients at home.
    ProgrammeNurse,
    /// Runs the station and its accounts, and treats nobody.
    It,
    /// Reads what was done, and does nothing.
    Auditor,
}

/// Something that not everybody may do. Looking at what is not restricted is none of them: who is signed in may do that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Own the response to an alarm.
    Take,
    /// Pause the sound of an alarm.
    PauseSound,
    /// Say that an alarm is handled.
    Handled,
    /// Let go of an alarm.
    Release,
    /// Give an alarm to somebody else.
    HandTo,
    /// Call the next role of the chain.
    Escalate,
    /// Write words to an alarm.
    Note,
    /// Set alarm limits for a patient.
    SetLimits,
    /// Save limits under a name.
    SavePresets,
    /// Write words at a moment of the trends.
    Annotate,
    /// Leave, or take over.
    Shift,
    /// Try an action again that the server refused.
    Retry,
    /// Carry a refused action on by other means.
    CarryOnByHand,
    /// Change a setting of the site or of a unit.
    Settings,
    /// Take a patient's data out as a file.
    Export,
    /// Print a patient's data.
    Print,
    /// See of one patient, for a while, also what a consent permits for emergencies alone.
    BreakGlass,
    /// Read the station's log.
    ReadLog,
    /// Say who works here, and in what role.
    ManagePeople,
    /// Take a patient's data in from a file.
    Import,
    /// See who of the people at home has to be called, and log calls.
    Programme,
}

/// The words of the roles, in the order of the table's columns.
const ROLES: [(KnownRole, &str); 7] = [
    (KnownRole::Nurse, "Nurse"),
    (KnownRole::ChargeNurse, "Charge nurse"),
    (KnownRole::Physician, "Physician"),
    (KnownRole::TelemetryTechnician, "Telemetry technician"),
    (KnownRole::ProgrammeNurse, "Programme nurse"),
    (KnownRole::It, "IT"),
    (KnownRole::Auditor, "Auditor"),
];

/// A row of the table.
struct Row {
    right: Right,
    /// The word in a log or a script.
    word: &'static str,
    /// What it is to do, as a refusal says it: "may not ...".
    deed: &'static str,
    /// Who may.
    roles: &'static [KnownRole],
}

/// Everybody who cares for patients.
const CARE: &[KnownRole] =
    &[KnownRole::Nurse, KnownRole::ChargeNurse, KnownRole::Physician, KnownRole::ProgrammeNurse];
/// The same, and who watches. A technician never owns, quiets or ends an alarm: who stands at no bed would hold the chain up.
const CARE_AND_WATCH: &[KnownRole] = &[
    KnownRole::Nurse,
    KnownRole::ChargeNurse,
    KnownRole::Physician,
    KnownRole::TelemetryTechnician,
    KnownRole::ProgrammeNurse,
];
/// As [`crate::LIMIT_ROLES`]: who treats at the bed.
const AT_THE_BED: &[KnownRole] = &[KnownRole::Nurse, KnownRole::ChargeNurse, KnownRole::Physician];
/// Who answers for the unit, for the machine, or for what was done.
const LOG: &[KnownRole] = &[KnownRole::ChargeNurse, KnownRole::It, KnownRole::Auditor];

const TABLE: [Row; 21] = [
    row(Right::Take, "take", "take over an alarm", CARE),
    row(Right::PauseSound, "audio-pause", "pause the sound of an alarm", CARE),
    row(Right::Handled, "handled", "say that an alarm is handled", CARE),
    row(Right::Release, "release", "release an alarm", CARE),
    row(Right::HandTo, "hand-to", "hand an alarm to somebody else", CARE),
    row(Right::Escalate, "escalate", "call the next role", CARE_AND_WATCH),
    row(Right::Note, "note", "write a note to an alarm", CARE_AND_WATCH),
    row(Right::SetLimits, "set-limit", "set alarm limits", AT_THE_BED),
    row(Right::SavePresets, "save-preset", "save a preset of limits", AT_THE_BED),
    row(Right::Annotate, "annotate", "write on the trends", CARE_AND_WATCH),
    row(Right::Shift, "shift", "leave or take over a shift", CARE_AND_WATCH),
    row(Right::Retry, "retry", "try a refused action again", CARE_AND_WATCH),
    row(Right::CarryOnByHand, "by-hand", "carry an action on by other means", CARE_AND_WATCH),
    row(Right::Settings, "setting", "change settings", &[KnownRole::ChargeNurse, KnownRole::It]),
    row(Right::Export, "export", "take data out as a file", CARE),
    row(Right::Print, "print", "print patients' data", CARE_AND_WATCH),
    row(Right::BreakGlass, "break-glass", "break the glass", AT_THE_BED),
    row(Right::ReadLog, "read-log", "read the log", LOG),
    row(Right::ManagePeople, "people", "manage people and their roles", &[KnownRole::It]),
    row(Right::Import, "import", "take data in from a file", CARE),
    row(Right::Programme, "programme", "see whom to call at home, or log a call", CARE),
];

const fn row(right: Right, word: &'static str, deed: &'static str, roles: &'static [KnownRole]) -> Row {
    Row { right, word, deed, roles }
}

impl Right {
    /// All of them, in the order of the table.
    pub fn all() -> impl Iterator<Item = Right> {
        TABLE.iter().map(|row| row.right)
    }

    /// The table stands in the order of the rights; a test holds it.
    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The word in a log or a script.
    pub fn word(self) -> &'static str {
        self.row().word
    }

    /// As [`may`], with the reason for a refusal.
    ///
    /// # Errors
    /// Where the role may not, is not known, or was not said.
    pub fn check(self, role: Option<&Role>) -> Result<(), Refusal> {
        let Some(role) = role else { return Err(Refusal::NoRole { right: self }) };
        let Ok(known) = role.as_str().parse::<KnownRole>() else {
            return Err(Refusal::UnknownRole { role: role.clone(), right: self });
        };
        let may = self.row().roles.contains(&known);
        if may { Ok(()) } else { Err(Refusal::NotYours { role: known, right: self }) }
    }
}

impl KnownRole {
    /// All of them, in the order of the table.
    pub fn all() -> impl Iterator<Item = KnownRole> {
        ROLES.iter().map(|(role, _)| *role)
    }

    /// The word as it is shown.
    pub fn word(self) -> &'static str {
        ROLES[self as usize].1
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for KnownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that the table does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownWord {
    /// As a role.
    #[error("that is no role that this program knows")]
    Role,
    /// As something to do.
    #[error("that is nothing that this program knows to do")]
    Right,
}

impl FromStr for KnownRole {
    type Err = UnknownWord;

    /// Capitals and spaces around it do not matter: people type it, and directories spell it.
    fn from_str(text: &str) -> Result<KnownRole, UnknownWord> {
        let found = ROLES.iter().find(|(_, word)| word.eq_ignore_ascii_case(text.trim()));
        found.map(|(role, _)| *role).ok_or(UnknownWord::Role)
    }
}

impl FromStr for Right {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Right, UnknownWord> {
        TABLE.iter().find(|row| row.word == text).map(|row| row.right).ok_or(UnknownWord::Right)
    }
}

/// Why somebody may not do something; says what they may do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The role is known and may not.
    #[error("{role} may not {}; {} may", .right.row().deed, who(*.right))]
    NotYours {
        /// In which role.
        role: KnownRole,
        /// What.
        right: Right,
    },
    /// The role is none that the table knows.
    #[error("the role \"{role}\" may look and nothing else; {} may {}", who(*.right), .right.row().deed)]
    UnknownRole {
        /// As it was said.
        role: Role,
        /// What.
        right: Right,
    },
    /// Nobody said in what role.
    #[error("who acts in no role may look and nothing else; {} may {}", who(*.right), .right.row().deed)]
    NoRole {
        /// What.
        right: Right,
    },
}

/// Who has a right, in words: `Charge nurse or IT`.
fn who(right: Right) -> String {
    let words: Vec<&str> = right.row().roles.iter().map(|role| role.word()).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "nobody".to_owned(),
    }
}

/// Whether somebody in this role may do this.
pub fn may(role: Option<&Role>, right: Right) -> bool {
    right.check(role).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LIMIT_ROLES;

    /// Written by hand beside the table: a change of it is a change of both. N nurse, C charge nurse, P physician, T telemetry
    /// technician, G programme nurse, I IT, A auditor.
    const EXPECTED: [(&str, &str); 21] = [
        ("take", "NCP.G.."),
        ("audio-pause", "NCP.G.."),
        ("handled", "NCP.G.."),
        ("release", "NCP.G.."),
        ("hand-to", "NCP.G.."),
        ("escalate", "NCPTG.."),
        ("note", "NCPTG.."),
        ("set-limit", "NCP...."),
        ("save-preset", "NCP...."),
        ("annotate", "NCPTG.."),
        ("shift", "NCPTG.."),
        ("retry", "NCPTG.."),
        ("by-hand", "NCPTG.."),
        ("setting", ".C...I."),
        ("export", "NCP.G.."),
        ("print", "NCPTG.."),
        ("break-glass", "NCP...."),
        ("read-log", ".C...IA"),
        ("people", ".....I."),
        ("import", "NCP.G.."),
        ("programme", "NCP.G.."),
    ];

    fn word(role: KnownRole) -> Role {
        Role::from(role.word())
    }

    #[test]
    fn nobody_does_what_their_role_may_not_and_everybody_what_it_may() {
        let mut printed = String::new();
        for (right, (name, expected)) in Right::all().zip(EXPECTED) {
            let found: String = KnownRole::all()
                .zip("NCPTGIA".chars())
                .map(|(role, letter)| if may(Some(&word(role)), right) { letter } else { '.' })
                .collect();
            printed += &format!("{name:16} {found}\n");
            assert_eq!((right.word(), found.as_str()), (name, expected));
        }
        print!("{printed}");
        assert_eq!((Right::all().count(), KnownRole::all().count()), (EXPECTED.len(), 7));
    }

    #[test]
    fn every_right_and_role_has_its_own_row_and_its_word_reads_back() {
        for (n, right) in Right::all().enumerate() {
            assert_eq!(right as usize, n, "{right}: the table is out of order");
            assert_eq!(right.to_string().parse(), Ok(right));
        }
        for (n, role) in KnownRole::all().enumerate() {
            assert_eq!(role as usize, n, "{role}: the table is out of order");
            assert_eq!(role.to_string().parse(), Ok(role));
            assert_eq!(format!(" {} ", role.word().to_uppercase()).parse(), Ok(role));
        }
        assert_eq!("Nurses".parse::<KnownRole>(), Err(UnknownWord::Role));
        assert_eq!("taking".parse::<Right>(), Err(UnknownWord::Right));
    }

    #[test]
    fn a_role_that_is_not_known_may_look_and_nothing_else() {
        for said in ["", "Porter", "Nurse; IT", "admin", "Charge  nurse", "Physician on call"] {
            let role = Role::from(said);
            for right in Right::all() {
                assert!(!may(Some(&role), right), "{said}: {right}");
            }
        }
        assert!(Right::all().all(|right| !may(None, right)));
    }

    #[test]
    fn who_is_refused_is_told_what_and_who_may() {
        for right in Right::all() {
            for role in
                [None, Some(Role::from("Porter"))].into_iter().chain(KnownRole::all().map(|r| Some(word(r))))
            {
                let Err(refusal) = right.check(role.as_ref()) else { continue };
                let text = refusal.to_string();
                assert!(text.contains(right.row().deed) && text.contains(&who(right)), "{text}");
            }
        }
        let refusal = Right::Take.check(Some(&Role::from("IT"))).unwrap_err().to_string();
        assert_eq!(
            refusal,
            "IT may not take over an alarm; Nurse, Charge nurse, Physician or Programme nurse may"
        );
    }

    #[test]
    fn who_may_set_limits_is_said_once() {
        let said: Vec<&str> = LIMIT_ROLES.to_vec();
        for role in KnownRole::all() {
            assert_eq!(may(Some(&word(role)), Right::SetLimits), said.contains(&role.word()), "{role}");
        }
    }
}
