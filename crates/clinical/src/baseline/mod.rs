//! A person's own fourteen days, and what leaves them: EWMA, CUSUM, and the rules of weight in heart failure.
//!
//! Everything works on one value a day ([`daily`]), and each [`BaselineAlert`] names its rule, its days and its samples, so that who is
//! called about it can look at what it is made of. `docs/home-devices.md` has each rule with its source. Deliberately not here: limits
//! that are the same for everybody (`limits`), and alarms at a bedside (`rules`).

mod alert;
mod chart;
mod daily;
mod own;
mod switch;
mod weight;

pub use alert::BaselineAlert;
pub use chart::{CHART_RULES, Chart, ChartRule, watch};
pub use daily::{DayValue, OfDay, OneSample, daily};
pub use own::{ENOUGH_OWN_DAYS, OWN_DAYS, Own};
pub use switch::{NoReason, Switch, is_on, split_by_switch};
pub use weight::{SOMEBODY_ELSE_KG, WEIGHT_RULES, Weighed, WeightRule, weigh};
