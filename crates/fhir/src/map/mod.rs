//! From R4 resources to the console's own facts.

pub(crate) mod codes;

pub(crate) mod text;

pub(crate) mod numbers;

pub(crate) mod whose;

pub(crate) mod modifiers;

pub(crate) mod streams;

pub(crate) mod measured;

pub(crate) mod names;

pub(crate) mod contacts;

pub(crate) mod make;

pub(crate) mod ward;

pub(crate) mod alarms;

pub(crate) mod calls;

pub(crate) mod labels;

pub(crate) mod consent;

pub(crate) mod gone;

pub(crate) mod resource;
