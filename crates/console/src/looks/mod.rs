//! What people look at. Nothing is changed here, but for waves: they are asked for when somebody looks.

pub(crate) mod board;
mod devices;
mod glucose;
mod home;
mod moment;
mod over_time;
pub(crate) mod people;
mod programme;
pub(crate) mod record;
mod settings;
mod somebody;
mod waves;
