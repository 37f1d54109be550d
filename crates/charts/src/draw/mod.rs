//! Panels and strips, drawn.

pub(crate) mod panel;

pub(crate) mod strip;
