//! The FHIR server over the simulated ward.

pub(crate) mod start;

pub(crate) mod store;

pub(crate) mod search;

pub(crate) mod read;

pub(crate) mod write;

pub(crate) mod live;

pub(crate) mod capability;

pub(crate) mod answer;

pub(crate) mod bundle;

pub(crate) mod admin;

pub(crate) mod link;
