//! What the project's own commands share with its tests.

pub mod compare;
pub mod house;
