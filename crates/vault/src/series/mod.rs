//! Values over time: how they are packed, how they come in, and how they are read back.

pub(crate) mod parts;

pub(crate) mod chunk;

pub(crate) mod min_max;

pub(crate) mod rows;

pub(crate) mod sealed;

pub(crate) mod new_chunks;

pub(crate) mod restated;

pub(crate) mod write;

pub(crate) mod window;

pub(crate) mod points;

pub(crate) mod spans;

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
