//! Why something is withheld.

use smol_str::SmolStr;

/// Why something is withheld; in words for a screen and for paper.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Why {
    /// A consent, or a part of it, cannot be read: it may refuse this.
    #[error("a consent cannot be read ({0})")]
    Unreadable(SmolStr),
    /// Refused.
    #[error("the patient refused it")]
    Denied,
    /// Others were agreed to, and these are none of them.
    #[error("the patient agreed to other data only")]
    OtherData,
    /// For this purpose a consent was given that has not begun.
    #[error("the consent has not begun")]
    NotYet,
    /// For this purpose a consent was given that is over.
    #[error("the consent has ended")]
    Over,
    /// For this purpose others were agreed to.
    #[error("the patient agreed to other people only")]
    OtherPeople,
    /// For this purpose the patient agreed to other ways of using it.
    #[error("the patient agreed to another use of it only")]
    OtherAction,
    /// The patient agreed to other purposes only.
    #[error("the patient agreed to other purposes only")]
    OtherPurpose,
    /// No consent speaks, and the site permits nothing without one.
    #[error("nobody agreed to it")]
    NoConsent,
}
