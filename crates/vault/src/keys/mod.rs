//! The key of the cache, and what keeps it.

pub(crate) mod key;

pub(crate) mod wrap;

pub(crate) mod keyring;

pub(crate) mod pin;

pub(crate) mod verifier;

pub(crate) mod key_file;

pub(crate) mod unlock;
