//! What people did, on its way to the server.

pub(crate) mod record;

pub(crate) mod queue;
