//! The use cases: what a window or the command line asks for, over one cache and one server. One `Console` drives them all.
//!
//! Deliberately not here: Tauri, what a value means (`clinical`), what is true at a moment (`bedside`) or over time (`trends`),
//! and how a page looks (`documents`).

mod asked_waves;
mod at_home;
mod calls;
mod clock;
mod home_devices;
mod lateness;
mod months;
mod unwatched;

mod console;
mod error;
mod here;
mod present;
mod staff_change;

mod looks;

mod acts;
mod gate;

mod disclosures;
mod imports;
mod listening;

mod people;

mod alarm_delay;
mod own_alarms;
mod watching;

mod answers;
mod door;
mod its_units;
mod one_server;
mod site_lock;

mod site_file;

mod opening;

mod its_site;
mod signing;
mod upkeep;
mod way_in;

pub mod view;

pub use acts::{Act, Leaver, Response, Waiting};
pub use alarm_delay::AlarmDelays;
pub use bedside::{
    AlarmLine, AlarmLoad, Annotation, Board, Cell, MeasureLimits, NewsBadge, NewsInput, PatientLimits,
    PatientPage, QueueItem, Share, ShiftNote, Slot, Sparkline, Tile, TimelineEntry, alarm_load, board, units,
};
pub use clock::{Clock, Found, Step, Ticks};
pub use console::{Console, Station};
pub use disclosures::{Disclosure, Exported, FileKind};
pub use documents::{ChartRequest, DocumentError, FlowCell, FlowRow, Imprint};
pub use door::serve;
pub use error::ConsoleError;
pub use here::Away;
pub use identity::{Kept, PATIENCE, Registered};
pub use its_units::Units;
pub use listening::{Listen, ListenTls};
pub use looks::board::Look;
pub use looks::record::verify_record;
pub use opening::{Damaged, Open, Opening, Start, clock};
pub use signing::{SignedIn, SignedOut};
pub use site_file::{SITE_FILE, SiteFile};
pub use staff_change::{Secret, StaffChange};
pub use trends::{
    Event, EventKind, GlucosePicture, GlucoseRequest, Multiples, MultiplesRequest, PanelFacts, SmallPanel,
    StripFacts, Trends, TrendsRequest, ValueAt, Waves, WavesRequest,
};
pub use upkeep::{Holds, Keys, Repaired};
pub use vault::{Pin, View};
pub use way_in::{Program, SignIn, WayIn};
