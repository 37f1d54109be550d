//! From R4 resources to the console's own facts.

pub(crate) mod resource;

pub(crate) mod measured;
