//! Who is on the board, and where each lies: all of a tile that neither a value, nor an alarm, nor the clock changes.

use std::collections::HashMap;

use clinical::{Device, Person, Place, PlaceId};
use vault::Ward;

/// Where somebody lies, and with which devices.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    /// Which of the ward's persons.
    pub person: usize,
    /// Bed as shown: `12`, or `H3` at home.
    pub bed: String,
    /// Ward as shown; empty at home.
    pub unit: String,
    pub home: bool,
    /// Which of the ward's devices are in use.
    pub devices: Vec<usize>,
}

/// Everybody on the board.
pub(crate) fn placed(ward: &Ward) -> Vec<Placed> {
    let places: HashMap<&PlaceId, &Place> = ward.places.iter().map(|p| (&p.id, p)).collect();
    let mut homes = 0;
    let mut persons: Vec<(usize, &Person)> =
        ward.persons.iter().enumerate().filter(|(_, p)| p.active).collect();
    persons.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
    let on_board = persons.into_iter().filter_map(|(index, person)| {
        let mut stays = ward.stays.iter().filter(|s| s.patient == person.id).peekable();
        let had_stay = stays.peek().is_some();
        let stay = stays.find(|s| s.in_progress);
        // Somebody who was sent home is on no board; somebody with no stay at all is followed at home.
        if had_stay && stay.is_none() {
            return None;
        }
        let bed = stay.and_then(|s| s.place.as_ref()).and_then(|id| places.get(id));
        let bed_name = match bed {
            Some(bed) => bed_number(&bed.name),
            None => {
                homes += 1;
                format!("H{homes}")
            }
        };
        let unit = bed.and_then(|b| b.part_of.as_ref()).and_then(|id| places.get(id));
        let own = |d: &Device| d.active && d.patient.as_ref() == Some(&person.id);
        let devices = ward.devices.iter().enumerate().filter(|(_, device)| own(device));
        Some(Placed {
            person: index,
            bed: bed_name,
            unit: unit.map(|ward| ward.name.clone()).unwrap_or_default(),
            home: bed.is_none(),
            devices: devices.map(|(index, _)| index).collect(),
        })
    });
    on_board.collect()
}

fn bed_number(name: &str) -> String {
    let bare = name.strip_prefix("Bed ").or_else(|| name.strip_prefix("bed ")).unwrap_or(name);
    // Beds sort and read by number: 3 and 12 become 03 and 12.
    match bare.parse::<u32>() {
        Ok(number) => format!("{number:02}"),
        Err(_) => bare.chars().take(8).collect(),
    }
}
