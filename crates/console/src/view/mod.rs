//! The one vocabulary that leaves Rust: what the page and the command line are told, and what the page asks for.
//!
//! The page's TypeScript is generated from these types, and the command line's `--json` is written from them. Keys of the
//! page are `camelCase` and its times milliseconds since 1970 UTC; keys of the command line are `snake_case` and its times
//! ISO 8601, as its scripts have read them since the first version. Deliberately not here: what any of it means, and how it
//! travels.

mod alarms;
mod asks;
mod board;
mod contacts;
mod devices;
mod disclosures;
mod episodes;
mod failure;
mod flowsheet;
mod form;
mod glucose;
mod glucose_page;
mod here;
mod imports;
mod insulin;
mod insulin_block;
mod ledger;
mod patient;
mod people;
mod programme;
mod record;
mod records;
mod score;
mod settings;
mod shift;
mod staff;
mod station;
mod trends;
mod vocabulary;
mod ward;
mod waves;
mod withheld;

pub use self::record::{RecordComplaint, StationRecord};
pub use self::trends::{
    Mark, Multiples, MultiplesQuery, Panel, Small, Trends, TrendsQuery, multiples_bytes, trends_bytes,
};
pub use alarms::{Alarm, Load, Onset, QueueItem, Share, TimelineEntry, Waiting};
pub use asks::{Answer, AsOf, Ask, Asked, Document, Head, Setting, StaffDeed, Stretch};
pub use board::{Audio, Cell, Late, Link, Moment, Past, Progress, Spark, Tile, Unwatched, Update};
pub use contacts::{ContactPerson, ContactPoint, Contacts};
pub use devices::{DeviceBattery, DeviceFault, DeviceRow, Devices};
pub use disclosures::{Disclosure, FileKind, Pages, PagesQuery, pages_bytes};
pub use episodes::{Episode, EpisodeAction, episodes};
pub use failure::{Failure, FailureCode};
pub use flowsheet::{FlowCell, FlowRow, SheetCell, SheetRow};
pub use form::{Iso, count};
pub use glucose::GlucoseFigures;
pub use glucose_page::{
    GlucoseDayView, GlucosePage, GlucosePart, GlucoseQuery, GlucoseRow, GlucoseTargets, glucose_bytes,
};
pub use here::{BrokenGlass, Colleague, Leaver, Locked, NotAllowed, StaffRow, StripItem, Who};
pub use imports::{Import, ImportProblem, Imported};
pub use insulin::InsulinTold;
pub use insulin_block::{InsulinBlock, InsulinDayRow, InsulinDose, InsulinFound};
pub use ledger::{Ledger, Outage};
pub use patient::{Dose, Patient};
pub use people::{FoundPeople, FoundPerson, OnceLook, SoughtBy};
pub use programme::{
    CallEntry, CallReason, Programme, ProgrammeRow, ProgrammeTrend, ProgrammeVital, TimeInRange,
};
pub use records::{Annotation, Bounds, Limit, LimitChange, Limits, Preset, SetLimit, ValueAt};
pub use score::{News, NewsInput, ScaleTwo, Score};
pub(crate) use settings::RowOf;
pub use settings::{SettingGroup, SettingRow, SettingTakes, Settings, TypedSetting};
pub use shift::{Shift, ShiftNote};
pub use staff::{Member, work_roles};
pub use station::{AppState, LogEntry, Quarantined, Server, SigningIn, Stage, Synced, Unread};
pub use vocabulary::{
    GlassReasonName, Layouts, PanelName, PriorityName, Silence, glass_reasons, glass_words, layouts,
    limit_hours, panel_names, priorities, silence,
};
pub use ward::{OpenAlarm, WardEntry, WardValue, ward};
pub use waves::{Strip, Waves, WavesQuery, waves_bytes};
pub use withheld::{Said, Withheld};
