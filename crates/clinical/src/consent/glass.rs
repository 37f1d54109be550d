//! Breaking the glass: somebody who treats sees of one patient, for a while, also what the patient's consents permit for that purpose
//! alone (`BTG`).
//!
//! Deliberately not here: who may (`rights`), the entry in the record, which comes first, and who is at a station.

use std::fmt;
use std::str::FromStr;

use crate::{Actor, ActorId, Instant, PatientId, SmolStr};

/// The purpose, as HL7's v3-ActReason codes it.
pub const BREAK_GLASS: &str = "BTG";
/// Whoever gives another reason than those of the list writes so many letters and digits at least.
pub const LEAST_WORDS: usize = 10;
/// More words are cut.
const MOST_WORDS: usize = 200;

/// Why somebody breaks the glass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GlassReason {
    /// What is withheld is needed to treat an emergency.
    Emergency,
    /// The patient cannot be asked.
    CannotConsent,
    /// Somebody would come to serious harm.
    Harm,
    /// Said in words.
    Other,
}

/// Code and words of each reason, in the order of a list.
const REASONS: [(GlassReason, &str, &str); 4] = [
    (GlassReason::Emergency, "emergency", "Emergency treatment"),
    (GlassReason::CannotConsent, "cannot-consent", "The patient cannot consent"),
    (GlassReason::Harm, "harm", "Serious harm has to be averted"),
    (GlassReason::Other, "other", "Other"),
];

impl GlassReason {
    /// All of them, in the order of a list.
    pub fn all() -> impl Iterator<Item = GlassReason> {
        REASONS.iter().map(|(reason, ..)| *reason)
    }

    /// As it is chosen.
    pub fn code(self) -> &'static str {
        REASONS[self as usize].1
    }

    /// As it is shown.
    pub fn words(self) -> &'static str {
        REASONS[self as usize].2
    }
}

impl FromStr for GlassReason {
    type Err = GlassError;

    fn from_str(code: &str) -> Result<GlassReason, GlassError> {
        let found = REASONS.iter().find(|(_, own, _)| *own == code);
        found.map(|(reason, ..)| *reason).ok_or(GlassError::NoReason)
    }
}

/// Why the glass is not broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlassError {
    /// None of the list.
    #[error("choose a reason before the glass is broken; nothing more is shown")]
    NoReason,
    /// Another reason, and too little was said.
    #[error("say in {LEAST_WORDS} letters or more why the glass is broken; nothing more is shown")]
    FewWords,
}

/// A glass that somebody broke: they alone see more of this patient alone, until a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glass {
    /// Of whom more is seen.
    pub patient: PatientId,
    /// Who sees it.
    pub who: ActorId,
    /// Who that is, as shown.
    pub by: SmolStr,
    reason: GlassReason,
    words: String,
    since: Instant,
    until: Instant,
}

impl Glass {
    /// A glass that is broken at `now`, for so many milliseconds.
    ///
    /// # Errors
    /// Where the reason needs words, and there are too few.
    pub fn broken(
        patient: PatientId,
        by: &Actor,
        (reason, words): (GlassReason, &str),
        now: Instant,
        lasts_ms: i64,
    ) -> Result<Glass, GlassError> {
        let words: String = words.chars().filter(|c| !c.is_control()).take(MOST_WORDS).collect();
        let words = words.trim().to_owned();
        let said = words.chars().filter(|c| c.is_alphanumeric()).count();
        if reason == GlassReason::Other && said < LEAST_WORDS {
            return Err(GlassError::FewWords);
        }
        let (who, by) = (by.id.clone(), by.name.clone());
        Ok(Glass { patient, who, by, reason, words, since: now, until: now + lasts_ms })
    }

    /// When it ends by itself.
    pub fn until(&self) -> Instant {
        self.until
    }

    /// For how long it was broken, milliseconds.
    pub fn lasts_ms(&self) -> i64 {
        self.until.ms_since(self.since)
    }

    /// Whether it is broken at a moment. A clock that went back behind its beginning tells nothing of how long it was, and ends it.
    pub fn holds(&self, at: Instant) -> bool {
        self.since <= at && at < self.until
    }

    /// Whether it lets more of a patient be seen at a moment.
    pub fn opens(&self, patient: &PatientId, at: Instant) -> bool {
        self.patient == *patient && self.holds(at)
    }

    /// `seen by breaking the glass: Emergency treatment`, for all that is made of what it shows.
    pub fn seen_by(&self) -> String {
        format!("seen by breaking the glass: {self}")
    }
}

/// The reason, in words.
impl fmt::Display for Glass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.words())?;
        if self.words.is_empty() { Ok(()) } else { write!(f, ": {}", self.words) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KnownRole, Right, Role, may};

    fn glass(reason: GlassReason, words: &str) -> Result<Glass, GlassError> {
        let by = Actor::known("Practitioner/1", "N. Okafor");
        Glass::broken("p".into(), &by, (reason, words), Instant(1_000), 500)
    }

    #[test]
    fn the_glass_is_broken_by_who_treats_at_the_bed_and_by_nobody_else() {
        let who: Vec<KnownRole> =
            KnownRole::all().filter(|role| may(Some(&Role::from(role.word())), Right::BreakGlass)).collect();
        assert_eq!(who, [KnownRole::Nurse, KnownRole::ChargeNurse, KnownRole::Physician]);
        assert!(!may(None, Right::BreakGlass) && !may(Some(&Role::from("Porter")), Right::BreakGlass));
    }

    #[test]
    fn a_reason_is_one_of_the_list_and_another_one_is_said_in_words() {
        for (n, reason) in GlassReason::all().enumerate() {
            assert_eq!((reason as usize, reason.code().parse()), (n, Ok(reason)), "the list is out of order");
        }
        for none in ["", "Emergency", "curious"] {
            assert_eq!(none.parse::<GlassReason>(), Err(GlassError::NoReason));
        }
        let said = |reason, words| glass(reason, words).map(|glass| glass.to_string());
        assert_eq!(said(GlassReason::Emergency, "").as_deref(), Ok("Emergency treatment"));
        assert_eq!(
            said(GlassReason::Emergency, " MET\n call ").as_deref(),
            Ok("Emergency treatment: MET call")
        );
        for few in ["", "         ", "need it", "..........", "a.b.c.d.e.f.g.h.i."] {
            assert_eq!(said(GlassReason::Other, few), Err(GlassError::FewWords), "{few}");
        }
        assert_eq!(said(GlassReason::Other, "overdose, unknown").as_deref(), Ok("Other: overdose, unknown"));
        let long = "x".repeat(5_000);
        assert!(said(GlassReason::Other, &long).is_ok_and(|words| words.len() < 250));
    }

    #[test]
    fn a_glass_is_of_one_patient_and_ends_at_its_time_and_with_a_clock_that_went_back() {
        let glass = glass(GlassReason::Harm, "").expect("a glass");
        let held: Vec<i64> = (0..2_000).filter(|at| glass.opens(&"p".into(), Instant(*at))).collect();
        assert_eq!(held, (1_000..1_500).collect::<Vec<_>>());
        assert!(!glass.opens(&"q".into(), Instant(1_000)));
        assert_eq!((glass.until(), glass.lasts_ms()), (Instant(1_500), 500));
        assert_eq!(glass.seen_by(), "seen by breaking the glass: Serious harm has to be averted");
    }
}
