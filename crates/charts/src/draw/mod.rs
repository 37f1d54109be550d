//! Panels and strips, drawn.

pub(crate) mod ground;

pub(crate) mod line;

pub(crate) mod bars;

pub(crate) mod single;

pub(crate) mod mark;
pub(crate) mod panel;
pub(crate) mod profile;

pub(crate) mod shares;

pub(crate) mod strip;
