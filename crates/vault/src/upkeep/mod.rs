//! What a cache needs from time to time: less of what is old, and a beginning after damage.

pub(crate) mod left;

pub(crate) mod retention;

pub(crate) mod damage;

pub(crate) mod rotation;
