//! What the numbers mean: measures and units, NEWS2, staleness, episodes of alarms and the actions on them.
//!
//! Pure functions and plain types. Deliberately not here: I/O, clocks, FHIR, SQL, JSON. Time is an argument.

mod actor;
mod acuity;
pub mod baseline;
mod call;
pub mod call_today;
pub mod consent;
mod contact;
mod convert;
mod date;
mod decimal;
mod episode;
mod escalation;
mod fact;
pub mod fix_today;
pub mod fleet;
pub mod glucose;
mod id;
pub mod insulin;
mod limits;
mod make;
mod measure;
pub mod medicine;
mod news2;
mod ordered;
mod person;
mod policy;
mod presets;
mod quality;
mod quantity;
pub mod remote_cardiac;
mod response;
mod rights;
mod rules;
mod sample;
mod scope;
mod setting_words;
mod settings;
pub mod silence;
mod site;
mod stale;
mod time;
mod tone;
mod unit_setting;
mod units;
mod wall_clock;
mod ward;
mod whereabouts;

pub use actor::{About, Actor, Role, is_hidden};
pub use acuity::Acuity;
pub use call::{Call, CallState, CallStatus, SeenCall};
pub use contact::{ContactKind, ContactPerson, ContactPoint, Contacts};
pub use convert::{Conversion, Shown};
pub use date::Date;
pub use decimal::{Decimal, NotADecimal};
pub use episode::{Action, Episode, Group, HANDLED_REASONS, Presence, Priority, Renewal, SeenAction, Verb};
pub use escalation::Escalation;
pub use fact::{Body, Fact, Unreadable};
pub use id::{ActionId, ActorId, ConsentId, DeviceId, DoseId, EpisodeId, FlagId, PatientId, PlaceId, StayId};
pub use limits::{
    LIMIT_HOURS, LIMIT_ROLES, LIMITED, LimitChange, LimitError, Limits, NotALimit, SetLimit, UnitLimits,
    limit_history, limit_steps, limits_at,
};
pub use make::DeviceMake;
pub use measure::{Code, Measure, MeasureSpec, Plausibility, measures};
pub use news2::{
    Acvpu, Air, Band, Input, Inputs, Missing, News2, News2Error, Parameter, ScaleTwo, Windows, news2,
};
pub use person::{Sex, age_years, initials};
pub use policy::Policy;
pub use presets::{Preset, presets};
pub use quality::Quality;
pub use quantity::{Amount, Comparator, Quantity, Unit, unit_word};
/// Short text without an allocation: ids, codes and units of the millions of values that pass through.
pub use smol_str::SmolStr;

pub use response::{CLOCK_TOLERANCE_MS, EpisodeState, Sound, fold};
pub use rights::{KnownRole, Refusal, Right, UnknownWord, may};
pub use rules::{CLEAR_MS, Cause, Kind, RULES, Rule, SeriesRule, Side, Turn, missed_dose, score_priority};
pub use sample::{Marks, Sample, Source, Times};
pub use scope::{NotInScope, Programme, Scope};
pub use setting_words::{SettingGroup, setting_key};
pub use settings::{Setting, SettingSpec, Takes, settings, settings_table};
pub use site::{Site, SiteError};
pub use stale::{AHEAD_MS, StaleAfter, is_ahead, is_stale};
pub use time::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, Reversed, SECOND_MS, TimeRange};
pub use tone::{Burst, burst, samples};
pub use unit_setting::UnitSetting;
pub use units::{UCUM, UnitError};
pub use wall_clock::{CalendarDay, WallClock};
pub use ward::{Care, Device, DeviceKind, Dose, Flag, LOW_BATTERY, Person, Place, PlaceKind, Segment, Stay};
pub use whereabouts::{Whereabouts, whereabouts};
