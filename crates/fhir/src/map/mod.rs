//! From R4 resources to the console's own facts.

pub(crate) mod codes;

pub(crate) mod measured;

pub(crate) mod resource;
