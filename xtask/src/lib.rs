//! What the project's own commands share with its tests.

pub mod compare;
#[cfg(feature = "house")]
pub mod house;
pub mod sbom;
