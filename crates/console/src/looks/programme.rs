//! A look at everybody at home: what each sends, and who of them has to be called today. What a person's month adds up to is kept from
//! look to look (`crate::months`).

use bedside::phone_calls;
use clinical::consent::Withheld;
use clinical::{Actor, Measure, PatientId, Right, Shown};

use super::home::OfThem;
use crate::at_home::{AllAtHome, Somebody, alarms_of, glucose_units, in_order, values_of};
use crate::console::Console;
use crate::error::ConsoleError;
use crate::view::{Contacts, Programme};

impl Console {
    /// Everybody at home, worst first. A look works out some of the people who changed; who looks asks again while some are left.
    ///
    /// # Errors
    /// Where nobody is here, their role may not, or of the cache.
    pub fn programme(&self) -> Result<Programme, ConsoleError> {
        let who = self.somebody_here()?;
        self.may_look(&who, Right::Programme)?;
        Ok(self.all_at_home(&who)?.into())
    }

    /// How somebody is reached, and who speaks for them.
    ///
    /// # Errors
    /// As [`Console::programme`].
    pub fn contacts(&self, patient: &PatientId) -> Result<Contacts, ConsoleError> {
        let who = self.somebody_here()?;
        self.may_look(&who, Right::Programme)?;
        Ok(self.read_of(patient, "contacts", |reader| reader.contacts_of(patient))?.into())
    }

    fn all_at_home(&self, who: &Actor) -> Result<AllAtHome, ConsoleError> {
        let look = self.home_look(who)?;
        let (now, ward) = (look.now, &look.ward);
        let mut of_them = OfThem {
            values: values_of(ward, &look.sight, now),
            alarms: alarms_of(&look.board, ward),
            notes: self.notes_by_patient(ward)?,
        };
        let (home, without) = look.people(&of_them);
        let (months, pending) = self.months_of(who, &look, &home)?;
        let shown = Shown::at(&ward.site, Measure::Glucose, glucose_units(ward));
        let mut all = AllAtHome {
            now,
            people: Vec::with_capacity(home.len()),
            pending,
            without,
            not_heard_since: look.not_heard_since(),
            is_fortnight_read: look.is_fortnight_read,
            withheld: Withheld::default(),
            shown,
        };
        for (tile, month) in home.into_iter().zip(months) {
            let own = of_them.values.get(&tile.patient).map_or(&[][..], Vec::as_slice);
            let open = of_them.alarms.get(&tile.patient).map_or(&[][..], Vec::as_slice);
            let notes = of_them.notes.remove(&tile.patient);
            let calls = notes.map_or_else(Vec::new, |notes| phone_calls(&tile.patient, &notes));
            let known = (look.heard, look.is_fortnight_read);
            let somebody = Somebody::new(tile, month, (own, open), calls, known, (shown, now));
            all.withheld.add(somebody.withheld.clone());
            all.people.push(somebody);
        }
        all.people.sort_by(in_order);
        Ok(all)
    }
}
