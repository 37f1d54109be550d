//! What the looks at people at home begin with: who is there, what is seen of them, until when the server was heard, and their months.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use bedside::local_time::wall_clock;
use bedside::{Board, Tile, phone_calls};
use clinical::call_today::OpenAlarm;
use clinical::{Actor, DAY_MS, Instant, MINUTE_MS, PatientId, SeenAction, TimeRange, WallClock, is_ahead};
use sync::{board_is_read, fortnight_is_read};
use trends::{AtHome, MONTH_DAYS};
use vault::{SeriesValue, Sight, View, Ward};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::months::Eyes;

/// After the link came back nobody counts as silent for so long.
const CATCH_UP_MS: i64 = 5 * MINUTE_MS;

/// What a look at people at home sees, and how much of it is known.
pub(super) struct HomeLook {
    pub now: Instant,
    pub board: Arc<Board>,
    pub ward: Arc<Ward>,
    pub sight: Arc<Sight>,
    /// Until when the server was heard; nothing where values were not read yet, or of a past moment.
    pub heard: Option<Instant>,
    /// Whether the fortnight was read from the server to its end.
    pub is_fortnight_read: bool,
}

/// The newest values of each, the alarms that want somebody, and the notes on them.
pub(super) struct OfThem<'a> {
    pub values: HashMap<PatientId, Vec<&'a SeriesValue>>,
    pub alarms: HashMap<PatientId, Vec<OpenAlarm>>,
    pub notes: HashMap<PatientId, Vec<SeenAction>>,
}

/// The month of each of some people, nothing where it is not worked out yet, and how many are still to be.
pub(super) type MonthsOf = (Vec<Option<Arc<AtHome>>>, usize);

impl Console {
    /// The people at home as they are seen now, or at the moment that is shown. A list of many is looked at through no broken glass: each
    /// look through one stands in the record.
    pub(super) fn home_look(&self, who: &Actor) -> Result<HomeLook, ConsoleError> {
        let (now, past) = (self.moment(), self.past());
        let board = self.look()?.board;
        let (ward, sight) = match past {
            Some(_) => {
                let ward = self.read_many(|reader| reader.ward())?;
                let sight = ward.sight.clone();
                (Arc::new(ward), sight)
            }
            None if self.here().has_broken(who, now) => {
                let (ward, looker) = (self.ward_and_board()?.0, self.looker(who)?);
                let sight = self.read_for(View::NOW, &looker, |reader| reader.sight_of(&ward))?;
                (ward, Arc::new(sight))
            }
            None => (self.ward_and_board()?.0, self.seen_board()?.1),
        };
        // Of a past moment it is not known whether the server was heard then.
        let heard = if past.is_none() { self.server_heard(&ward, now)? } else { None };
        let is_fortnight_read = self.engine().is_none() || self.vault.read(fortnight_is_read)?;
        Ok(HomeLook { now, board, ward, sight, heard, is_fortnight_read })
    }

    /// The months of these people, in their order. Every look asks for the same people: whose
    /// month nobody asks for is forgotten.
    pub(super) fn months_of(
        &self,
        who: &Actor,
        look: &HomeLook,
        home: &[Arc<Tile>],
    ) -> Result<MonthsOf, ConsoleError> {
        let eyes = Eyes { looker: self.looker(who)?, view: self.view() };
        let ids: Vec<PatientId> = home.iter().map(|tile| tile.patient.clone()).collect();
        let mut months = self.months.lock().unwrap_or_else(PoisonError::into_inner);
        let clock = clock_of(look.now);
        let pending = months.look(&self.vault, &ids, eyes, &look.sight, (look.now, &clock))?;
        Ok((ids.iter().map(|id| months.of(id).cloned()).collect(), pending))
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
    pub(super) fn notes_by_patient(
        &self,
        ward: &Ward,
    ) -> Result<HashMap<PatientId, Vec<SeenAction>>, ConsoleError> {
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

impl HomeLook {
    /// Who is at home and has a value, a device, an alarm or a call, and how many others there are.
    pub(super) fn people(&self, of_them: &OfThem<'_>) -> (Vec<Arc<Tile>>, usize) {
        let called = |patient: &PatientId| {
            of_them.notes.get(patient).is_some_and(|notes| !phone_calls(patient, notes).is_empty())
        };
        let is_known = |tile: &Arc<Tile>| {
            let sends = of_them.values.contains_key(&tile.patient) || !tile.devices.is_empty();
            let is_told = of_them.alarms.contains_key(&tile.patient) || !tile.withheld.is_empty();
            sends || is_told || called(&tile.patient)
        };
        let home = self.board.tiles.iter().filter(|tile| tile.home && !tile.deceased).cloned();
        let (home, others): (Vec<Arc<Tile>>, Vec<Arc<Tile>>) = home.partition(is_known);
        (home, others.len())
    }

    /// Until when the server was heard, where it is not heard now.
    pub(super) fn not_heard_since(&self) -> Option<Instant> {
        self.heard.filter(|at| *at < self.now)
    }
}

/// The clock on the wall over all that is looked at.
fn clock_of(now: Instant) -> WallClock {
    let looked_at = TimeRange::last((i64::from(MONTH_DAYS) + 1) * DAY_MS, now);
    wall_clock(None, looked_at).unwrap_or(WallClock::UTC)
}
