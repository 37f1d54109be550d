//! A look at the devices of everybody at home, and at the implants of everybody: what is to be put right today, and why.

use std::sync::Arc;

use bedside::Tile;
use clinical::consent::Withheld;
use clinical::{Actor, Right};

use super::home::OfThem;
use crate::at_home::{alarms_of, values_of};
use crate::console::Console;
use crate::error::ConsoleError;
use crate::home_devices::{AllDevices, Moment, Owner, Register, devices_of, in_order};
use crate::view::Devices;

impl Console {
    /// The devices of everybody at home, and the implants of everybody, what is worst first. Who looks asks again while some months are to
    /// be worked out, as of [`Console::programme`].
    ///
    /// # Errors
    /// Where nobody is here, their role may not, or of the cache.
    pub fn devices(&self) -> Result<Devices, ConsoleError> {
        let who = self.somebody_here()?;
        self.may_look(&who, Right::Programme)?;
        Ok(self.all_devices(&who)?.into())
    }

    fn all_devices(&self, who: &Actor) -> Result<AllDevices, ConsoleError> {
        let look = self.home_look(who)?;
        let of_them = OfThem {
            values: values_of(&look.ward, &look.sight, look.now),
            alarms: alarms_of(&look.board, &look.ward),
            notes: self.notes_by_patient(&look.ward)?,
        };
        let home = look.people(&of_them).0;
        let (months, pending) = self.months_of(who, &look, &home)?;
        let (since, makes) =
            self.read_many(|reader| Ok((reader.devices_known_since()?, reader.device_makes()?)))?;
        let register = Register::new(&look.ward.devices, since, makes);
        let moment = Moment { now: look.now, heard: look.heard, is_fortnight_read: look.is_fortnight_read };
        let mut all = AllDevices {
            now: look.now,
            devices: Vec::new(),
            pending,
            not_heard_since: look.not_heard_since(),
            is_fortnight_read: look.is_fortnight_read,
            withheld: Withheld::default(),
        };
        let elsewhere: Vec<Arc<Tile>> =
            look.board.tiles.iter().filter(|tile| !tile.home && !tile.deceased).cloned().collect();
        let of_home = home.iter().zip(months.iter().map(Option::as_deref));
        for (tile, month) in of_home.chain(elsewhere.iter().map(|tile| (tile, None))) {
            let of_month = month.map(|month| &month.withheld).filter(|of| !of.is_empty());
            let withheld = of_month.unwrap_or(&tile.withheld);
            let values = of_them.values.get(&tile.patient).map_or(&[][..], Vec::as_slice);
            // Of whom no month is known, what is withheld beside the newest is not known either.
            let is_withheld = !withheld.is_empty() || month.is_none() && look.sight.is_over(&tile.patient);
            let found = devices_of(&Owner { tile, values, month, is_withheld }, &register, moment);
            if !found.is_empty() {
                all.withheld.add(withheld.clone());
            }
            all.devices.extend(found);
        }
        all.devices.sort_by(in_order);
        Ok(all)
    }
}
