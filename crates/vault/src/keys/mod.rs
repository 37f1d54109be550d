//! The key of the cache, and what keeps it.

pub(crate) mod keyring;

pub(crate) mod pin;

pub(crate) mod wraps;
