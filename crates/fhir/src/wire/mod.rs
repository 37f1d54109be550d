//! What stands on the wire: R4 resources as they are written, the text they come in, and its times.

pub(crate) mod scan;

pub(crate) mod json;

pub(crate) mod time;

pub(crate) mod bases;

pub(crate) mod datatypes;

pub(crate) mod resource;

pub(crate) mod consent;

pub(crate) mod server;
