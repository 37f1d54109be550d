//! What of a board is seen. The board itself is worked out from everything, because its alarms and rules must not miss what somebody
//! may not look at; what the consents of a patient withhold is then taken from it, and said, with its count.
//!
//! That an alarm is on, how high it is and whose is always seen; its words can be withheld. Where a bed stands on the board is by
//! everything, too.

use clinical::consent::Withheld;
use clinical::{Instant, Measure};
use vault::{SeriesValue, Sight, Ward};

use crate::cells::Slot;
use crate::newest_value::newest;
use crate::score::{badge, oxygen, scored};
use crate::tile::{Tile, per_cent};
use crate::words::hide_words;

/// A tile as whoever looks may see it.
pub(crate) fn seen_tile(whole: &Tile, ward: &Ward, sight: &Sight, now: Instant) -> Tile {
    let mut tile = whole.clone();
    if let Some(line) = &mut tile.alarm {
        hide_words(line, ward, sight, now);
    }
    let Some(person) = ward.persons.iter().find(|person| person.id == tile.patient) else { return tile };
    let (mut withheld, mut measures) = (Withheld::default(), Vec::new());
    let mut values: Vec<&SeriesValue> =
        ward.values.iter().filter(|value| value.series.patient == tile.patient).collect();
    values.retain(|value| match sight.held_value(value, now) {
        None => true,
        Some((why, by)) => {
            withheld.count_one(why, by.as_ref());
            measures.extend(value.series.measure());
            false
        }
    });
    // What the score goes by beside the values: a prescription, a pregnancy.
    let of_score = [&ward.site.scale_two, &ward.site.pregnancy];
    let mut is_score_withheld = false;
    for flag in ward.flags.iter().filter(|f| f.patient == tile.patient && f.until.is_none_or(|end| now < end))
    {
        if let Some((why, by)) = sight.held_flag(flag, now) {
            withheld.count_one(why, by.as_ref());
            is_score_withheld |= of_score.iter().any(|code| flag.says(code, now));
        }
    }
    if withheld.is_empty() {
        return tile;
    }
    let is_withheld = |of: &[Measure]| of.iter().any(|measure| measures.contains(measure));
    tile.cells.retain(|cell| !is_withheld(cell.slot.measures()));
    tile.withheld_slots = Slot::ALL.into_iter().filter(|slot| is_withheld(slot.measures())).collect();
    tile.air = oxygen(&values, now).map(|(_, words)| words);
    let battery = newest(&values, &[Measure::Battery], now);
    tile.battery = battery.map(per_cent);
    if tile.battery.is_none() {
        tile.devices.iter_mut().for_each(|device| device.has_battery = false);
    }
    tile.news = badge(&values, &scored(ward, person, now), &ward.site.windows, now);
    if person.deceased {
        tile.news.next_due = None;
    }
    tile.news.hide(&measures, is_score_withheld);
    tile.withheld = withheld;
    tile
}
