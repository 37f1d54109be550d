//! Other ways in: HL7 v2 over MLLP, and files of other programs. What comes that way ends as the same `clinical::Fact`s as what FHIR says.
//!
//! Deliberately not here: a cache, a clock, a window. Whoever listens gives the function that keeps what came; a message is answered
//! only after it returned.

mod text;

mod way_in;

mod hl7v2;

mod mllp;

mod files;

#[cfg(fuzzing)]
mod fuzz;

pub use files::given::{DayOrder, FhirPage, Given, ReadFhir};
pub use files::kind::FileKind;
pub use files::open::{NotRead, open_file};
pub use files::portion::{FileIn, Named, Portion, Remark};
pub use files::shifted::minutes_apart;
#[cfg(fuzzing)]
pub use fuzz::fuzz;
pub use hl7v2::answer::answer;
pub use hl7v2::charset::Charset;
pub use hl7v2::fault::{Fault, Kind};
pub use hl7v2::file::Files;
pub use hl7v2::header::Header;
pub use hl7v2::peer::Peer;
pub use hl7v2::reader::{Heard, Messages, Outcome, Verdict, hear};
pub use mllp::answered::Answered;
pub use mllp::connection::{Bounds, Desk, serve};
pub use mllp::error::ListenError;
pub use mllp::frame::{Frames, Piece, framed};
pub use mllp::keeper::{Keeper, NotKept, Notice};
pub use mllp::listener::{Door, Listener};
pub use mllp::tls::MutualTls;
pub use way_in::{Read, WayIn};
