//! What holds on every station and at any moment: names, their order, and what stands where. The page has it as constants.

use bedside::Slot;
use clinical::consent::{GlassReason, LEAST_WORDS};
use clinical::{LIMIT_HOURS, Priority};
use serde::Serialize;

/// A priority as the page names it.
#[derive(Clone, Debug, Serialize)]
pub struct PriorityName {
    code: &'static str,
    /// Alone: `High`.
    name: &'static str,
    /// With its marks: `*** High`.
    title: String,
}

/// A panel as the page names it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PanelName {
    key: &'static str,
    label: &'static str,
    /// Of which of its values a table tells, where it shows several.
    tabled: Option<&'static str>,
}

/// A place of a tile.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Place {
    slot: &'static str,
    label: &'static str,
}

/// Which values stand where on a tile.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Layout {
    large: Vec<Place>,
    small: Vec<Place>,
}

/// The two ways a tile is laid out; it names its own.
#[derive(Clone, Debug, Serialize)]
pub struct Layouts {
    ward: Layout,
    glucose: Layout,
}

/// What a tile says where nothing comes any more and no alarm tells of it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Silence {
    priority: &'static str,
    shown: &'static str,
}

/// Why somebody breaks the glass.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct GlassReasonName {
    code: &'static str,
    name: &'static str,
}

/// Every reason to break the glass, the last of which is said in words.
pub fn glass_reasons() -> Vec<GlassReasonName> {
    GlassReason::all().map(|reason| GlassReasonName { code: reason.code(), name: reason.words() }).collect()
}

/// For how many letters the last of them asks.
pub fn glass_words() -> usize {
    LEAST_WORDS
}

/// Every priority, the highest first.
pub fn priorities() -> [PriorityName; Priority::ALL.len()] {
    Priority::ALL.map(|priority| {
        let (name, marks) = (priority.word(), priority.marks());
        let title = if marks == name { name.to_owned() } else { format!("{marks} {name}") };
        PriorityName { code: priority.code(), name, title }
    })
}

/// Every panel, in the order of the page.
pub fn panel_names() -> Vec<PanelName> {
    trends::panel_kinds()
        .map(|kind| PanelName { key: kind.key, label: kind.label, tabled: kind.tabled() })
        .collect()
}

/// Which values stand where on a tile.
pub fn layouts() -> Layouts {
    let place = |slot: &Slot| Place { slot: slot.code(), label: slot.label() };
    let layout = |(large, small): ([Slot; 2], [Slot; 3])| Layout {
        large: large.iter().map(place).collect(),
        small: small.iter().map(place).collect(),
    };
    Layouts { ward: layout(Slot::ON_A_WARD), glucose: layout(Slot::WITH_GLUCOSE) }
}

/// What a tile says where nothing comes any more.
pub fn silence() -> Silence {
    Silence { priority: Priority::Technical.code(), shown: "INOP No data" }
}

/// For how many hours a limit can be set, the usual ones second.
pub fn limit_hours() -> [u32; LIMIT_HOURS.len()] {
    LIMIT_HOURS
}

/// Digits behind the point of a panel's values.
pub(super) fn digits(key: &str, unit: &str) -> u8 {
    trends::panel_kinds().find(|kind| kind.key == key).map_or(0, |kind| kind.digits(unit))
}

/// The name of a panel.
pub(super) fn label(key: &str) -> &'static str {
    trends::panel_kinds().find(|kind| kind.key == key).map_or("", |kind| kind.label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_is_named_with_its_marks_unless_they_are_its_name() {
        let titles = priorities().map(|priority| priority.title);
        assert_eq!(titles, ["*** High", "** Med", "* Low", "INOP"]);
    }

    #[test]
    fn a_temperature_has_a_tenth_and_glucose_only_in_millimoles() {
        let of = |key, unit| digits(key, unit);
        assert_eq!(
            [of("temp", "°C"), of("glucose", "mmol/L"), of("glucose", "mg/dL"), of("hr", "/min")],
            [1, 1, 0, 0]
        );
        assert_eq!([of("bp", "mmHg"), of("news", "")], [0, 0]);
    }

    #[test]
    fn every_value_of_a_tile_has_a_panel_of_the_same_code() {
        for slot in Slot::ALL {
            assert!(trends::panel_kinds().any(|kind| kind.key == slot.code()), "{slot:?}");
        }
    }
}
