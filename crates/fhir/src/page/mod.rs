//! Pages of a Bundle.

pub(crate) mod bundle;

pub(crate) mod observations;

pub(crate) mod forms;
