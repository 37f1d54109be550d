//! The FHIR server over the simulated ward.

pub(crate) mod start;

pub(crate) mod shared;

pub(crate) mod store;

pub(crate) mod query;

pub(crate) mod search;

pub(crate) mod capability;

pub(crate) mod answer;

pub(crate) mod bundle;

pub(crate) mod read;

pub(crate) mod write;

pub(crate) mod subscriptions;

pub(crate) mod live;

pub(crate) mod link;

pub(crate) mod admin;
