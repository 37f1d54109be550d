//! Who works at this station, what lets each of them in, and what they have begun to write.
//!
//! Deliberately not here: when somebody is let in (`identity`), who is here now and what they may do (`console`).

pub(crate) mod badge;

pub(crate) mod passed;

pub(crate) mod drafts;

pub(crate) mod members;

pub(crate) mod tries;
