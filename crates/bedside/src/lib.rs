//! What is true at a moment: the board, the state of each alarm, the queue, the station's own rules, limits and notes.
//!
//! Pure over a cached ward: what is read goes in, what is shown comes out, and the moment is an argument. The board of now is
//! kept from look to look, and brought up to date by what changed (`live`). Deliberately not here: what was true over time (`trends`), the way to the server, and writing anything down (`console`).

pub mod local_time;

mod newest_value;

mod alarm;
mod score;

mod board;
mod cells;
mod labels;
mod placed;
mod queue;
mod seen;
mod sparkline;
mod tile;
mod words;

mod live;

mod detector;

mod call_note;
mod limits;
mod notes;
mod patient;
mod phone_calls;
mod timeline;

mod alarm_load;

pub use alarm::{AlarmLine, states, units};
pub use alarm_load::{AlarmLoad, REPEAT_MS, Share, alarm_load};
pub use board::{Board, board};
pub use call_note::call_note;
pub use cells::{Cell, Slot};
pub use detector::{Change, Detector, Found, HasRead, Link, board_then};
pub use limits::{MeasureLimits, PatientLimits, patient_limits, unit_limits};
pub use live::LiveBoard;
pub use notes::{Annotation, ShiftNote, annotations, shift_notes};
pub use patient::{PatientPage, Said, patient_page};
pub use phone_calls::{PhoneCall, phone_calls};
pub use queue::{QueueItem, history};
pub use score::{NewsBadge, NewsInput, Scored, inputs, scored};
pub use sparkline::{Sparkline, sparklines};
pub use tile::{Tile, TileDevice, place};
pub use timeline::{TimelineEntry, timeline};
