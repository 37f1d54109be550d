//! Pages and figures, for paper and files.

mod fonts;

pub(crate) mod ink;

pub(crate) mod text;

pub(crate) mod page;

pub(crate) mod figure;
