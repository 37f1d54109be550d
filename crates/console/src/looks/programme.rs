//! A look at everybody at home: what each sends, and who of them has to be called today. What a person's month adds up to is kept from
//! look to look (`crate::months`).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use bedside::local_time::wall_clock;
use bedside::{Tile, phone_calls};
use clinical::consent::Withheld;
use clinical::{
    Actor, DAY_MS, Instant, MINUTE_MS, Measure, PatientId, Right, SeenAction, Shown, TimeRange, WallClock,
    is_ahead,
};
use sync::{board_is_read, fortnight_is_read};
use trends::MONTH_DAYS;
use vault::{View, Ward};

use crate::at_home::{AllAtHome, Somebody, alarms_of, glucose_units, in_order, values_of};
use crate::console::Console;
use crate::error::ConsoleError;
use crate::months::Eyes;
use crate::view::Programme;

/// After the link came back nobody counts as silent for so long.
const CATCH_UP_MS: i64 = 5 * MINUTE_MS;

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

    fn all_at_home(&self, who: &Actor) -> Result<AllAtHome, ConsoleError> {
        let (now, past) = (self.moment(), self.past());
        let board = self.look()?.board;
        // A list of many is looked at through no broken glass: each look through one stands in the record.
        let looker = self.looker(who)?;
        let (ward, sight) = match past {
            Some(_) => {
                let ward = self.read_many(|reader| reader.ward())?;
                let sight = ward.sight.clone();
                (Arc::new(ward), sight)
            }
            None if self.here().has_broken(who, now) => {
                let ward = self.ward_and_board()?.0;
                let sight = self.read_for(View::NOW, &looker, |reader| reader.sight_of(&ward))?;
                (ward, Arc::new(sight))
            }
            None => (self.ward_and_board()?.0, self.seen_board()?.1),
        };
        let (values, alarms) = (values_of(&ward, &sight, now), alarms_of(&board, &ward));
        let mut notes = self.notes_by_patient(&ward)?;
        let called = |patient: &PatientId| {
            notes.get(patient).is_some_and(|notes| !phone_calls(patient, notes).is_empty())
        };
        let is_known = |tile: &Arc<Tile>| {
            let sends = values.contains_key(&tile.patient) || !tile.devices.is_empty();
            let is_told = alarms.contains_key(&tile.patient) || !tile.withheld.is_empty();
            sends || is_told || called(&tile.patient)
        };
        let home = board.tiles.iter().filter(|tile| tile.home && !tile.deceased).cloned();
        let (home, others): (Vec<Arc<Tile>>, Vec<Arc<Tile>>) = home.partition(is_known);
        // Of a past moment it is not known whether the server was heard then.
        let heard = if past.is_none() { self.server_heard(&ward, now)? } else { None };
        let is_fortnight_read = self.engine().is_none() || self.vault.read(fortnight_is_read)?;
        let shown = Shown::at(&ward.site, Measure::Glucose, glucose_units(&ward));
        let eyes = Eyes { looker, view: self.view() };
        let ids: Vec<PatientId> = home.iter().map(|tile| tile.patient.clone()).collect();
        let mut months = self.months.lock().unwrap_or_else(PoisonError::into_inner);
        let pending = months.look(&self.vault, &ids, eyes, &sight, (now, &clock_of(now)))?;
        let mut all = AllAtHome {
            now,
            people: Vec::with_capacity(home.len()),
            pending,
            without: others.len(),
            not_heard_since: heard.filter(|at| *at < now),
            is_fortnight_read,
            withheld: Withheld::default(),
            shown,
        };
        for tile in home {
            let own = values.get(&tile.patient).map_or(&[][..], Vec::as_slice);
            let open = alarms.get(&tile.patient).map_or(&[][..], Vec::as_slice);
            let calls = notes.remove(&tile.patient).map_or_else(Vec::new, |n| phone_calls(&tile.patient, &n));
            let month = months.of(&tile.patient).cloned();
            let somebody =
                Somebody::new(tile, month, (own, open), calls, (heard, is_fortnight_read), (shown, now));
            all.withheld.add(somebody.withheld.clone());
            all.people.push(somebody);
        }
        drop(months);
        all.people.sort_by(in_order);
        Ok(all)
    }

    /// Until when the server was heard; nothing where values were not read yet, or not to their end.
    fn server_heard(&self, ward: &Ward, now: Instant) -> Result<Option<Instant>, ConsoleError> {
        let link = self.link();
        let newest = || ward.values.iter().map(|v| v.taken_at).filter(|at| !is_ahead(*at, now)).max();
        if self.engine().is_none() {
            return Ok(newest());
        }
        let is_open = link.unread.iter().any(|unread| unread.kind == "Observation");
        if is_open || !self.vault.read(board_is_read)? {
            return Ok(None);
        }
        Ok(match link.online {
            // The values of an outage are still on their way.
            true if link.since.is_some_and(|since| now.ms_since(since) < CATCH_UP_MS) => None,
            true => Some(now),
            false => link.last_good.or_else(newest),
        })
    }

    /// The notes on everybody, by whom they are about.
    fn notes_by_patient(&self, ward: &Ward) -> Result<HashMap<PatientId, Vec<SeenAction>>, ConsoleError> {
        let notes = self.read_many(|reader| reader.notes_on(ward.persons.iter().map(|person| &person.id)))?;
        let mut found: HashMap<PatientId, Vec<SeenAction>> = HashMap::new();
        for seen in notes {
            if let Some(patient) = seen.action.about.patient() {
                found.entry(patient.clone()).or_default().push(seen);
            }
        }
        Ok(found)
    }
}

/// The clock on the wall over all that is looked at.
fn clock_of(now: Instant) -> WallClock {
    let looked_at = TimeRange::last((i64::from(MONTH_DAYS) + 1) * DAY_MS, now);
    wall_clock(None, looked_at).unwrap_or(WallClock::UTC)
}
