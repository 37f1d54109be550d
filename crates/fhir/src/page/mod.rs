//! Pages of a Bundle.

pub(crate) mod entry;

pub(crate) mod forms;

pub(crate) mod observations;

pub(crate) mod bundle;
