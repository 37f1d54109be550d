//! Values over time: how they are packed, how they come in, and how they are read back.

pub(crate) mod chunk;

pub(crate) mod min_max;

pub(crate) mod write;

pub(crate) mod sealed;

pub(crate) mod window;

pub(crate) mod points;
