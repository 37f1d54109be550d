//! What a page of the server says, taken in, and read back as a ward.

pub(crate) mod codes;

pub(crate) mod ingest;

pub(crate) mod brought;

pub(crate) mod merge;

pub(crate) mod renewed;

pub(crate) mod newest;

pub(crate) mod ward;

pub(crate) mod alarms;

pub(crate) mod calls;

pub(crate) mod doses;

pub(crate) mod quarantine;

pub(crate) mod consent_text;

pub(crate) mod contacts;

pub(crate) mod makes;

pub(crate) mod labels;

pub(crate) mod held;

pub(crate) mod consents;

pub(crate) mod sieve;

pub(crate) mod refresh;
