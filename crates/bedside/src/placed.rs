//! Who is on the board, and where each lies: all of a tile that neither a value, nor an alarm, nor the clock changes.

use std::collections::HashMap;

use clinical::{Device, Person, Place, PlaceId, whereabouts};
use vault::Ward;

use crate::labels::{NO_BED, bed_labels, home_labels};

/// Where somebody lies, and with which devices.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    /// Which of the ward's persons.
    pub person: usize,
    /// Bed as shown: `12`; at home a name of the person's own, `H417`; [`NO_BED`] for who has none.
    pub bed: String,
    /// Ward as shown; empty at home.
    pub unit: String,
    pub home: bool,
    /// Which of the ward's devices are in use.
    pub devices: Vec<usize>,
}

/// Where somebody on the board is.
enum Spot<'a> {
    Home,
    NoBed,
    Bed(&'a Place),
}

/// Everybody on the board.
pub(crate) fn placed(ward: &Ward) -> Vec<Placed> {
    let places: HashMap<&PlaceId, &Place> = ward.places.iter().map(|p| (&p.id, p)).collect();
    let mut persons: Vec<(usize, &Person)> =
        ward.persons.iter().enumerate().filter(|(_, p)| p.active).collect();
    persons.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
    let on_board: Vec<(usize, &Person, Spot, &str)> = persons
        .into_iter()
        .filter_map(|(index, person)| {
            let stays = || ward.stays.iter().filter(|s| s.patient == person.id);
            let found = whereabouts(stays(), |id| places.get(id).copied());
            let unit = found.and_then(|at| at.unit).map_or("", |unit| unit.name.as_str());
            let spot = match found {
                Some(at) if at.at_home => Spot::Home,
                Some(at) => at.spot.map_or(Spot::NoBed, Spot::Bed),
                // Whose stay was not read yet may lie in any bed.
                None if ward.stays_unread && stays().next().is_none() => Spot::NoBed,
                // Somebody with no stay at all is followed at home, and so is who left while a device in use names them; whoever
                // else was sent home is on no board.
                // Who belongs to a station of units without a stay belongs by a programme.
                None if ward.people.is_some() => Spot::Home,
                None if stays().next().is_none() || ward.devices.iter().any(|d| is_worn(d, person)) => {
                    Spot::Home
                }
                None => return None,
            };
            Some((index, person, spot, unit))
        })
        .collect();
    let beds = bed_labels(on_board.iter().filter_map(|(.., spot, unit)| match spot {
        Spot::Bed(place) => Some((*unit, *place)),
        _ => None,
    }));
    let homes = home_labels(
        on_board.iter().filter(|(.., spot, _)| matches!(spot, Spot::Home)).map(|(_, person, ..)| &person.id),
    );
    on_board
        .iter()
        .map(|(index, person, spot, unit)| {
            let devices = ward.devices.iter().enumerate().filter(|(_, device)| is_worn(device, person));
            Placed {
                person: *index,
                bed: match spot {
                    Spot::Home => homes.get(&person.id).cloned().unwrap_or_default(),
                    Spot::NoBed => NO_BED.to_owned(),
                    Spot::Bed(place) => beds.get(&place.id).cloned().unwrap_or_default(),
                },
                unit: (*unit).to_owned(),
                home: matches!(spot, Spot::Home),
                devices: devices.map(|(index, _)| index).collect(),
            }
        })
        .collect()
}

fn is_worn(device: &Device, person: &Person) -> bool {
    device.active && device.patient.as_ref() == Some(&person.id)
}
