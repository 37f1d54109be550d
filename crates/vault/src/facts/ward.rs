//! What the screens and the command line read.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use clinical::{
    Device, DeviceId, Episode, EpisodeId, Flag, Instant, PatientId, Person, Place, PlaceId, SeenAction,
    SeenCall, Sex, Site, Stay, Whereabouts, whereabouts,
};
use rusqlite::{OptionalExtension, Row};

use crate::codec::{id, some_id};
use crate::error::VaultError;
use crate::facts::codes::{place_kind, stay_state};
use crate::facts::held::Sight;
use crate::facts::newest::SeriesValue;
use crate::store::first_sync::{STAYS, StepState};
use crate::store::history::as_known_by;
use crate::store::vault::Reader;

/// Everything the board is made of.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)] // Each field is the list of the type it holds.
pub struct Ward {
    pub persons: Vec<Person>,
    pub places: Vec<Place>,
    pub stays: Vec<Stay>,
    pub devices: Vec<Device>,
    pub values: Vec<SeriesValue>,
    pub episodes: Vec<Episode>,
    pub actions: Vec<SeenAction>,
    /// The calls about these episodes.
    pub calls: Vec<SeenCall>,
    pub flags: Vec<Flag>,
    /// Whether the server takes calls; `None` where it never said.
    pub takes_calls: Option<bool>,
    /// What the site has set.
    pub site: Site,
    /// Who lies where was not read yet: whoever has no stay may have one all the same.
    pub stays_unread: bool,
    /// Everybody who belongs to the units and programmes that this station is of, and nobody else is in this ward; `None` where it is
    /// of its whole server.
    pub people: Option<BTreeSet<PatientId>>,
    /// What of it is withheld from whoever looks; nothing where it is read for what watches. All of it is in the ward.
    pub sight: Arc<Sight>,
}

impl Ward {
    /// Leaves out who does not belong to this station, with all that is theirs. What names nobody stays: it may be about anybody.
    pub(crate) fn leave_out_others(&mut self) {
        let Some(people) = &self.people else { return };
        self.persons.retain(|person| people.contains(&person.id));
        self.stays.retain(|stay| people.contains(&stay.patient));
        self.devices.retain(|device| device.patient.as_ref().is_none_or(|id| people.contains(id)));
        self.values.retain(|value| people.contains(&value.series.patient));
        self.flags.retain(|flag| people.contains(&flag.patient));
        self.leave_out_alarms_of_others();
    }

    /// The same of alarms.
    pub(crate) fn leave_out_alarms_of_others(&mut self) {
        let Some(people) = &self.people else { return };
        let others: HashSet<EpisodeId> = self
            .episodes
            .iter()
            .filter(|episode| episode.patient.as_ref().is_some_and(|id| !people.contains(id)))
            .map(|episode| episode.id.clone())
            .collect();
        self.episodes.retain(|episode| !others.contains(&episode.id));
        self.actions.retain(|seen| seen.action.about.episode().is_none_or(|id| !others.contains(id)));
        self.calls.retain(|seen| !others.contains(&seen.call.episode));
    }
}

/// Reads a row that selects `id, patient, place, in_progress`.
fn stay(row: &Row) -> rusqlite::Result<Stay> {
    let places: Option<String> = row.get(2)?;
    let places = places.as_deref().unwrap_or_default().split_whitespace().map(PlaceId::from).collect();
    let (in_progress, care) = stay_state(row.get(3)?);
    Ok(Stay { id: id(row, 0)?, patient: id(row, 1)?, places, in_progress, care })
}

fn sex(code: i64) -> Sex {
    match code {
        0 => Sex::Female,
        1 => Sex::Male,
        2 => Sex::Other,
        _ => Sex::Unknown,
    }
}

impl Reader<'_> {
    pub(crate) fn list<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        map: impl FnMut(&Row) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, VaultError> {
        Ok(self.connection.prepare_cached(sql)?.query_map(parameters, map)?.collect::<Result<_, _>>()?)
    }

    /// Who lay where is looked up as of the view's moment, where this cache reaches back so far.
    pub(crate) fn ward_known_by(&self) -> Result<Instant, VaultError> {
        let wanted = self.view.known_by.min(self.view.at);
        if self.view.known_by != Instant(i64::MAX) || wanted == Instant(i64::MAX) {
            return Ok(wanted);
        }
        let first: Option<i64> =
            self.connection.query_row("SELECT min(received) FROM person", [], |row| row.get(0))?;
        Ok(if first.is_some_and(|first| first <= wanted.0) { wanted } else { Instant(i64::MAX) })
    }

    /// The board: who lies where, the newest values, alarms and actions of the view's moment.
    ///
    /// Of the actions it has those on its alarms, the limits that were set for its people, and all of the last day.
    ///
    /// # Errors
    /// Of the database.
    pub fn ward(&self) -> Result<Ward, VaultError> {
        self.ward_with(self.episodes_whole()?)
    }

    /// The board with every alarm that was on at `since` or later, and what was done about them.
    ///
    /// # Errors
    /// Of the database.
    pub fn ward_since(&self, since: Instant) -> Result<Ward, VaultError> {
        self.ward_with(self.episodes_since_whole(since)?)
    }

    fn ward_with(&self, episodes: Vec<Episode>) -> Result<Ward, VaultError> {
        let known_by = self.ward_known_by()?;
        let from = |table| as_known_by(table, known_by);
        let mut ward = Ward {
            persons: self.list(
                &format!("SELECT id, mrn, family, given, birth_date, sex, active FROM {}", from("person")),
                [],
                |row| {
                    Ok(Person {
                        id: id(row, 0)?,
                        mrn: row.get(1)?,
                        family: row.get(2)?,
                        given: row.get(3)?,
                        birth_date: row.get(4)?,
                        sex: sex(row.get(5)?),
                        active: row.get::<_, i64>(6)? & 1 != 0,
                        deceased: row.get::<_, i64>(6)? & 2 != 0,
                        replaced_by: None,
                        replaces: Vec::new(),
                        contacts: None,
                    })
                },
            )?,
            places: self.places(known_by)?,
            stays: self.list(
                &format!("SELECT id, patient, place, in_progress FROM {}", from("stay")),
                [],
                stay,
            )?,
            devices: self.devices()?,
            values: self.latest_whole(None)?,
            actions: Vec::new(),
            calls: self.calls_about(&episodes)?,
            takes_calls: self.takes_calls()?,
            episodes,
            flags: self.list(
                &format!("SELECT id, patient, codes, by, begins, ends FROM {}", from("flag")),
                [],
                |row| {
                    Ok(Flag {
                        id: id(row, 0)?,
                        patient: id(row, 1)?,
                        codes: row.get::<_, String>(2)?.split(' ').map(str::to_owned).collect(),
                        by: row.get(3)?,
                        since: Instant(row.get(4)?),
                        until: row.get::<_, Option<i64>>(5)?.map(Instant),
                    })
                },
            )?,
            site: self.site()?,
            stays_unread: !matches!(self.step(STAYS)?, Some(StepState::Done | StepState::NotServed)),
            people: None,
            sight: Arc::default(),
        };
        // Before records are merged: what was said about either is about the person.
        ward.actions = self.actions_of_board(&ward.episodes, &ward.persons)?;
        let survivors = self.survivors(known_by)?;
        ward.persons.iter_mut().for_each(|p| p.active &= !survivors.is_merged(&p.id));
        ward.sight = Arc::new(self.sight_of(&ward)?);
        survivors.rename_stays(&mut ward.stays);
        ward.flags.iter_mut().for_each(|flag| survivors.rename(&mut flag.patient));
        if let Some(within) = self.within()? {
            let belong = within.people(&ward.stays, &ward.places);
            let mut people = self.records_with(&belong)?;
            people.extend(belong);
            ward.people = Some(people);
            ward.leave_out_others();
        }
        Ok(ward)
    }

    /// What the site has set.
    ///
    /// # Errors
    /// Of the database.
    pub fn site(&self) -> Result<Site, VaultError> {
        let settings = self.site_settings()?;
        Ok(Site::from_settings(settings.iter().map(|(key, value)| (key.as_str(), value.as_str()))))
    }

    /// The settings of the site that somebody has set, by their keys.
    ///
    /// # Errors
    /// Of the database.
    pub fn site_settings(&self) -> Result<Vec<(String, String)>, VaultError> {
        self.list("SELECT substr(key, 6), value FROM setting WHERE key LIKE 'site:%'", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// The name of the unit a patient lies in, as of the view's moment: the ward of the bed, or where the stay says; empty where
    /// nothing says, and nothing for who is at home.
    ///
    /// # Errors
    /// Of the database.
    pub fn unit_of(&self, patient: &PatientId) -> Result<Option<String>, VaultError> {
        let known_by = self.ward_known_by()?;
        let stays = self.list(
            &format!(
                "SELECT id, patient, place, in_progress FROM {} WHERE patient IN {} ORDER BY id",
                as_known_by("stay", known_by),
                self.records_of("?1")
            ),
            [patient.as_str()],
            stay,
        )?;
        let places = self.places(known_by)?;
        let found = whereabouts(stays.iter(), |id| places.iter().find(|place| place.id == *id));
        let unit = |at: Whereabouts| at.unit.or(at.spot).map(|place| place.name.clone()).unwrap_or_default();
        Ok(found.filter(|at| !at.at_home).map(unit))
    }

    fn places(&self, known_by: Instant) -> Result<Vec<Place>, VaultError> {
        let sql =
            format!("SELECT id, name, is_bed, part_of FROM {} ORDER BY id", as_known_by("place", known_by));
        self.list(&sql, [], |row| {
            Ok(Place {
                id: id(row, 0)?,
                name: row.get(1)?,
                kind: place_kind(row.get(2)?),
                part_of: some_id(row, 3)?,
            })
        })
    }

    /// Every device, as of the view's moment.
    ///
    /// # Errors
    /// Of the database.
    pub fn devices(&self) -> Result<Vec<Device>, VaultError> {
        let table = as_known_by("device", self.ward_known_by()?);
        let mut devices =
            self.list(&format!("SELECT id, patient, name, active FROM {table}"), [], |row| {
                let (id, patient) = (id(row, 0)?, some_id(row, 1)?);
                Ok(Device { id, patient, name: row.get(2)?, active: row.get(3)?, make: None })
            })?;
        let survivors = self.survivors(self.ward_known_by()?)?;
        devices.iter_mut().filter_map(|d| d.patient.as_mut()).for_each(|patient| survivors.rename(patient));
        Ok(devices)
    }

    /// Since when this cache knows of each device that it knows of. Of a cache that did not keep it then, nothing is said.
    ///
    /// # Errors
    /// Of the database.
    pub fn devices_known_since(&self) -> Result<HashMap<DeviceId, Instant>, VaultError> {
        let sql = "SELECT id, min(received) FROM (SELECT id, received FROM device UNION ALL SELECT id, received FROM device_was)
                   WHERE received > 0 GROUP BY id";
        let rows = self.list(sql, [], |row| Ok((id(row, 0)?, Instant(row.get(1)?))))?;
        Ok(rows.into_iter().collect())
    }

    /// The cursor of a kind of resource.
    ///
    /// # Errors
    /// Of the database.
    pub fn cursor(&self, kind: &str) -> Result<Option<String>, VaultError> {
        Ok(self
            .connection
            .query_row("SELECT value FROM cursor WHERE kind = ?", [kind], |row| row.get(0))
            .optional()?)
    }

    /// A setting of this station.
    ///
    /// # Errors
    /// Of the database.
    pub fn setting(&self, key: &str) -> Result<Option<String>, VaultError> {
        Ok(self
            .connection
            .query_row("SELECT value FROM setting WHERE key = ?", [key], |row| row.get(0))
            .optional()?)
    }
}
