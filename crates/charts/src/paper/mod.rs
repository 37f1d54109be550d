//! Pages and figures, for paper and files.

pub(crate) mod figure;

pub(crate) mod page;
