//! What a use case can fail with.

/// An error a person reads.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// Of the cache.
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
    /// Of the server or the way to it.
    #[error(transparent)]
    Fhir(#[from] fhir::FhirError),
    /// Of a sync.
    #[error(transparent)]
    Sync(#[from] sync::SyncError),
    /// The episode is not known here.
    #[error("this alert is not known on this station; nothing was recorded")]
    NoEpisode,
    /// The patient is not known here.
    #[error("this patient is not known on this station")]
    NoPatient,
    /// The record has no such entry.
    #[error(
        "there is no entry {0} in the record of this station, or it is older than the site keeps them; nothing was written"
    )]
    NoEntry(u64),
    /// The record does not hold what a row of it says.
    #[error("the entry cannot be proven: {0}. Nothing was written; vigil audit export and verify say more")]
    NotProven(String),
    /// Handled needs a reason.
    #[error("choose a reason before an alert is handled; nothing was recorded")]
    NoReason,
    /// Somebody else owns it.
    #[error("somebody else owns this alert, so it cannot be released here; nothing was recorded")]
    NotYours,
    /// The role of who asks has no right to it.
    #[error("{0}. Nothing was done")]
    MayNot(#[from] clinical::Refusal),
    /// Nobody is at the station.
    #[error("this station is locked: sign in first. Nothing was done")]
    NobodyHere,
    /// It was asked for by somebody who is not at the station any more.
    #[error("somebody else is at this station now; nothing was done")]
    AnotherSitting,
    /// Somebody is not let in.
    #[error(transparent)]
    NotLetIn(#[from] identity::NotLetIn),
    /// A PIN is chosen after a full sign-in alone.
    #[error(
        "sign in with the hospital account first, and choose a PIN within ten minutes; the old one holds"
    )]
    NotFully,
    /// They chose the PIN that IT gave them.
    #[error("that is the PIN that IT gave you, and IT knows it: choose another one")]
    SamePin,
    /// They came by a PIN that IT gave.
    #[error("IT gave you this PIN: choose one of your own first. Nothing was done")]
    PinOfTheirOwn,
    /// Somebody without a name.
    #[error("give the name of who works here, of 80 characters at most; nothing was changed")]
    NoName,
    /// No role that the table of rights knows.
    #[error("a role is one of {}; nothing was changed", roles())]
    NoSuchRole,
    /// No badge.
    #[error("a badge has 4 to 64 letters, digits or signs, as its reader types them; nothing was changed")]
    NoBadge,
    /// Somebody has it.
    #[error("this badge is somebody else's at this station; nothing was changed")]
    OthersBadge,
    /// There is no glass to break.
    #[error("nothing of this patient is withheld from you; nothing was done")]
    NothingWithheld,
    /// The glass is not broken.
    #[error(transparent)]
    Glass(#[from] clinical::consent::GlassError),
    /// The glass is not broken: no record, no data.
    #[error("this station's record could not be written ({0}), so nothing more is shown")]
    GlassNotRecorded(String),
    /// They own nothing, and did not leave.
    #[error("there is nothing to take over from them any more; nothing was recorded")]
    NothingToTake,
    /// Too little was typed to find anybody.
    #[error(
        "type two letters of a name at least, a whole number, or a birth date as 1955-03-14; nobody was looked for"
    )]
    NobodySought,
    /// Somebody who was found is gone.
    #[error("the server has nobody under this id any more; nothing is shown")]
    NobodyThere,
    /// There is no server to look on.
    #[error("this station has no server; nobody was looked for")]
    NoServer,
    /// Nothing was typed.
    #[error("write a few words first; nothing was recorded")]
    NoWords,
    /// Paper and files leave with a reason.
    #[error("say why this leaves the station; nothing was written")]
    NoWhy,
    /// What is taken in is taken in with a reason.
    #[error("say why this is taken in (--why); nothing was taken in")]
    NoWhyIn,
    /// A handover has no values of its own.
    #[error(
        "a handover is printed or saved as PDF; values are exported from a patient's page. Nothing was written"
    )]
    OnlyPages,
    /// A chart is a picture.
    #[error("a chart is saved as PNG, SVG or PDF; values are exported with the report. Nothing was written")]
    OnlyPictures,
    /// Figures of a longer time say little of a person.
    #[error("--from: ask for a year at most; nothing was shown")]
    LongerThanAYear,
    /// No zone of time has that name.
    #[error("--zone: \"{0}\" is no zone; write it like Asia/Kolkata. Nothing was shown")]
    NoZone(String),
    /// Nobody acts in the past.
    #[error("this screen shows a past moment; go back to now before you act. Nothing was recorded")]
    Past,
    /// Nobody knows yet what will be.
    #[error("that moment has not come yet; nothing was recorded")]
    Future,
    /// When to look again is over, or too far.
    #[error("when to look again is still to come, within a year; nothing was recorded")]
    LookAgain,
    /// A limit that a unit does not accept.
    #[error(transparent)]
    Limit(#[from] clinical::LimitError),
    /// The site has locked a setting.
    #[error("{0} is set by this site's file for all its stations; nothing was changed")]
    SetBySite(String),
    /// A setting that there is not, or a value it does not take.
    #[error(transparent)]
    Setting(#[from] clinical::SiteError),
    /// Trends or waves that could not be drawn.
    #[error(transparent)]
    Trends(trends::TrendsError),
    /// A document that could not be made.
    #[error(transparent)]
    Document(documents::DocumentError),
    /// A file could not be written.
    #[error(
        "the file could not be written ({0}); what was asked is in this station's log. Make room, or try another form"
    )]
    NotWritten(String),
    /// The program is closing.
    #[error("the console is closing")]
    Closing,
}

fn roles() -> String {
    clinical::KnownRole::all().map(clinical::KnownRole::word).collect::<Vec<_>>().join(", ")
}

impl ConsoleError {
    /// Whether this says that somebody may not do what they asked for, rather than that it cannot be done.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(
            self,
            ConsoleError::NotYours
                | ConsoleError::SetBySite(_)
                | ConsoleError::MayNot(_)
                | ConsoleError::Limit(clinical::LimitError::NotYours { .. })
        )
    }
}

impl From<trends::TrendsError> for ConsoleError {
    fn from(error: trends::TrendsError) -> ConsoleError {
        match error {
            trends::TrendsError::Vault(error) => ConsoleError::Vault(error),
            other => ConsoleError::Trends(other),
        }
    }
}

impl From<documents::DocumentError> for ConsoleError {
    fn from(error: documents::DocumentError) -> ConsoleError {
        match error {
            documents::DocumentError::Vault(error) => ConsoleError::Vault(error),
            documents::DocumentError::NoPatient => ConsoleError::NoPatient,
            other => ConsoleError::Document(other),
        }
    }
}
