//! How somebody is reached, and who speaks for them.

/// By what a contact point is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactKind {
    /// A telephone.
    Phone,
    /// Text messages.
    Sms,
    /// Electronic mail.
    Email,
}

/// A telephone number or an address of electronic mail (FHIR `ContactPoint`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactPoint {
    /// By what it is used.
    pub kind: ContactKind,
    /// As sent, without control characters.
    pub value: String,
    /// Where or on what it reaches somebody, in the sender's word: `home`, `work`, `mobile`; empty where none is said.
    pub used: String,
}

/// Somebody to be spoken to for a patient (FHIR `Patient.contact`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactPerson {
    /// As sent; empty where an organisation or nobody is named.
    pub name: String,
    /// What they are to the patient, in the sender's words; empty where nothing is said.
    pub relationship: String,
    /// How they are reached, the preferred first.
    pub points: Vec<ContactPoint>,
}

/// What a Patient says of reaching them. What was over or replaced when it was said is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contacts {
    /// How they are reached themselves, the preferred first.
    pub points: Vec<ContactPoint>,
    /// Where they live, in one line.
    pub address: Option<String>,
    /// What they speak, the preferred first: words, or the code of BCP 47 where there are none.
    pub languages: Vec<String>,
    /// Who else is spoken to.
    pub people: Vec<ContactPerson>,
}

impl Contacts {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Contacts::default()
    }
}
