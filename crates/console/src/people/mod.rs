//! The people of a station: who comes in, who goes, who works here, and what each of them has begun to write.

mod coming;
mod drafts;
mod glass;
mod going;
mod shown;
mod staff;
