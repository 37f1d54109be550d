//! What people look at. Nothing is changed here, but for waves: they are asked for when somebody looks.

mod moment;
mod over_time;
mod waves;
