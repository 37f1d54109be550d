//! From R4 resources to the console's own facts.

pub(crate) mod codes;

pub(crate) mod text;

pub(crate) mod measured;

pub(crate) mod ward;

pub(crate) mod alarms;

pub(crate) mod gone;

pub(crate) mod resource;
