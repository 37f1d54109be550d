//! What is true at a moment: the board, the state of each alarm, the queue, the station's own rules, limits and notes.
//!
//! Pure over a cached ward: what is read goes in, what is shown comes out, and the moment is an argument. Deliberately not
//! here: what was true over time (`trends`), the way to the server, and writing anything down (`console`).

pub mod local_time;

mod alarm;
mod alarm_load;
mod board;
mod detector;
mod limits;
mod newest;
mod notes;
mod patient;
mod score;
mod sparkline;
mod tile;
mod timeline;

pub use alarm::{AlarmLine, states, units};
pub use alarm_load::{AlarmLoad, Share, alarm_load};
pub use board::{Board, QueueItem, board, history, queue};
pub use detector::{Change, Detector, Link, board_then};
pub use limits::{MeasureLimits, PatientLimits, patient_limits, unit_limits};
pub use notes::{Annotation, ShiftNote, annotations, shift_notes};
pub use patient::{PatientPage, patient_page};
pub use score::{NewsBadge, NewsInput, Scored, inputs, scored};
pub use sparkline::{Sparkline, sparklines};
pub use tile::{Cell, Slot, Tile};
pub use timeline::{TimelineEntry, timeline};
