//! The record on its way out and in: its text for whoever verifies it, what stations tell each other of their records, and what of it
//! is wrong.

pub(crate) mod text;

pub(crate) mod proof;

pub(crate) mod complaints;

pub(crate) mod state;

mod of_others;

mod of_own;

pub(crate) mod hear;

pub(crate) mod send;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
