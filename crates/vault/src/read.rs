//! What the screens and the command line read.

use clinical::{
    Action, Decimal, Device, Dose, Episode, Flag, Instant, Measure, Person, Place, Priority, SeenAction, Sex,
    Site, Stay, Verb, about_patient, patient_about,
};
use rusqlite::{OptionalExtension, Row, params};

use crate::error::VaultError;
use crate::schema::columns;
use crate::store::Reader;

/// A series, as it is named in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesInfo {
    /// Its row.
    pub id: i64,
    /// Logical id of the Patient.
    pub patient: String,
    /// Logical id of the Device; empty where none was named.
    pub device: String,
    /// The code as sent.
    pub code: String,
    /// Whether the code is MDC and not LOINC.
    pub mdc: bool,
    /// UCUM.
    pub unit: String,
    /// Whether it arrives as SampledData.
    pub streamed: bool,
}

impl SeriesInfo {
    /// What it measures, where the console knows.
    pub fn measure(&self) -> Option<Measure> {
        if self.mdc { Measure::from_mdc(&self.code) } else { Measure::from_loinc(&self.code) }
    }
}

/// The newest value of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesValue {
    /// The series.
    pub series: SeriesInfo,
    /// The value as sent.
    pub value: Decimal,
    /// When it was true of the patient.
    pub taken_at: Instant,
    /// Outside the plausible range.
    pub artefact: bool,
    /// `Type/id` it came in.
    pub source: String,
}

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
    pub flags: Vec<Flag>,
    /// What the site has set.
    pub site: Site,
}

const SERIES: &str = "s.id, s.patient, s.device, s.code, s.mdc, s.unit, s.streamed";

fn series_info(row: &Row) -> rusqlite::Result<SeriesInfo> {
    Ok(SeriesInfo {
        id: row.get(0)?,
        patient: row.get(1)?,
        device: row.get(2)?,
        code: row.get(3)?,
        mdc: row.get(4)?,
        unit: row.get(5)?,
        streamed: row.get(6)?,
    })
}

fn sex(code: i64) -> Sex {
    match code {
        0 => Sex::Female,
        1 => Sex::Male,
        2 => Sex::Other,
        _ => Sex::Unknown,
    }
}

fn priority(code: i64) -> Priority {
    match code {
        0 => Priority::Technical,
        1 => Priority::Low,
        2 => Priority::Medium,
        _ => Priority::High,
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

    /// The rows of one of the tables with a history as this view knew them.
    pub(crate) fn table(&self, name: &str, known_by: Instant) -> String {
        let columns = columns(name);
        if known_by == Instant(i64::MAX) {
            return format!("(SELECT id, {columns}, received FROM {name})");
        }
        // The bound is a number of ours, so it can stand in the text.
        let k = known_by.0;
        format!(
            "(SELECT id, {columns}, received FROM {name} WHERE received <= {k}
              UNION ALL SELECT id, {columns}, received FROM {name}_was WHERE received <= {k} AND until > {k})"
        )
    }

    /// Who lay where is looked up as of the view's moment, where this cache reaches back so far.
    fn ward_known_by(&self) -> Result<Instant, VaultError> {
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
    /// # Errors
    /// Of the database.
    pub fn ward(&self) -> Result<Ward, VaultError> {
        let known_by = self.ward_known_by()?;
        let from = |table| self.table(table, known_by);
        let mut ward = Ward {
            persons: self.list(
                &format!("SELECT id, mrn, family, given, birth_date, sex, active FROM {}", from("person")),
                [],
                |row| {
                    Ok(Person {
                        id: row.get(0)?,
                        mrn: row.get(1)?,
                        family: row.get(2)?,
                        given: row.get(3)?,
                        birth_date: row.get(4)?,
                        sex: sex(row.get(5)?),
                        active: row.get(6)?,
                        replaced_by: None,
                        replaces: Vec::new(),
                    })
                },
            )?,
            places: self.list(
                &format!("SELECT id, name, is_bed, part_of FROM {}", from("place")),
                [],
                |row| {
                    Ok(Place {
                        id: row.get(0)?,
                        name: row.get(1)?,
                        is_bed: row.get(2)?,
                        part_of: row.get(3)?,
                    })
                },
            )?,
            stays: self.list(
                &format!("SELECT id, patient, place, in_progress FROM {}", from("stay")),
                [],
                |row| {
                    Ok(Stay {
                        id: row.get(0)?,
                        patient: row.get(1)?,
                        place: row.get(2)?,
                        in_progress: row.get(3)?,
                    })
                },
            )?,
            devices: self.devices()?,
            values: self.latest(None)?,
            episodes: self.episodes()?,
            actions: self.actions()?,
            flags: self.list(
                &format!("SELECT id, patient, codes, by, begins, ends FROM {}", from("flag")),
                [],
                |row| {
                    Ok(Flag {
                        id: row.get(0)?,
                        patient: row.get(1)?,
                        codes: row.get::<_, String>(2)?.split(' ').map(str::to_owned).collect(),
                        by: row.get(3)?,
                        since: Instant(row.get(4)?),
                        until: row.get::<_, Option<i64>>(5)?.map(Instant),
                    })
                },
            )?,
            site: self.site()?,
        };
        let survivors = self.survivors(known_by)?;
        ward.persons.iter_mut().for_each(|p| p.active &= !survivors.is_merged(&p.id));
        survivors.rename_stays(&mut ward.stays);
        ward.flags.iter_mut().for_each(|flag| survivors.rename(&mut flag.patient));
        Ok(ward)
    }

    /// What the site has set.
    ///
    /// # Errors
    /// Of the database.
    pub fn site(&self) -> Result<Site, VaultError> {
        let settings: Vec<(String, String)> =
            self.list("SELECT substr(key, 6), value FROM setting WHERE key LIKE 'site:%'", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        Ok(Site::from_settings(settings.iter().map(|(key, value)| (key.as_str(), value.as_str()))))
    }

    /// The name of the unit a patient lies in, as of the view's moment: the ward of the bed, or where the stay says.
    ///
    /// # Errors
    /// Of the database.
    pub fn unit_of(&self, patient: &str) -> Result<Option<String>, VaultError> {
        let known_by = self.ward_known_by()?;
        let (stay, place) = (self.table("stay", known_by), self.table("place", known_by));
        let units = self.list(
            &format!(
                "SELECT coalesce(ward.name, bed.name) FROM {stay} AS stay JOIN {place} AS bed ON bed.id = stay.place
                 LEFT JOIN {place} AS ward ON ward.id = bed.part_of WHERE stay.patient IN {} AND stay.in_progress LIMIT 1",
                self.records_of_patient()
            ),
            [patient],
            |row| row.get(0),
        )?;
        Ok(units.into_iter().next())
    }

    /// Every device, as of the view's moment.
    ///
    /// # Errors
    /// Of the database.
    pub fn devices(&self) -> Result<Vec<Device>, VaultError> {
        let table = self.table("device", self.ward_known_by()?);
        let mut devices =
            self.list(&format!("SELECT id, patient, name, active FROM {table}"), [], |row| {
                Ok(Device { id: row.get(0)?, patient: row.get(1)?, name: row.get(2)?, active: row.get(3)? })
            })?;
        let survivors = self.survivors(self.ward_known_by()?)?;
        devices.iter_mut().filter_map(|d| d.patient.as_mut()).for_each(|patient| survivors.rename(patient));
        Ok(devices)
    }

    /// The newest value of every series, of one patient or of all.
    ///
    /// # Errors
    /// Of the database.
    pub fn latest(&self, patient: Option<&str>) -> Result<Vec<SeriesValue>, VaultError> {
        if !self.view.is_now() {
            return self.latest_then(patient);
        }
        let sql = format!(
            "SELECT {SERIES}, l.t, l.mantissa, l.scale, l.artefact, l.source
             FROM series s JOIN latest l ON l.series = s.id WHERE ?1 IS NULL OR s.patient IN {}",
            self.records_of_patient()
        );
        let values = self.list(&sql, [patient], |row| {
            Ok(SeriesValue {
                series: series_info(row)?,
                taken_at: Instant(row.get(7)?),
                value: Decimal { mantissa: row.get(8)?, scale: row.get(9)? },
                artefact: row.get(10)?,
                source: row.get(11)?,
            })
        })?;
        self.under_survivors(values)
    }

    fn under_survivors(&self, mut values: Vec<SeriesValue>) -> Result<Vec<SeriesValue>, VaultError> {
        let survivors = self.survivors(self.view.known_by)?;
        values.iter_mut().for_each(|value| survivors.rename(&mut value.series.patient));
        Ok(values)
    }

    fn latest_then(&self, patient: Option<&str>) -> Result<Vec<SeriesValue>, VaultError> {
        let mut values = Vec::new();
        let records = self.records_of_patient();
        let all = format!("SELECT {SERIES} FROM series s WHERE ?1 IS NULL OR s.patient IN {records}");
        for series in self.list(&all, [patient], series_info)? {
            if let Some(found) = self.value_at(series.id, self.view.at)? {
                values.push(SeriesValue {
                    series,
                    value: found.value,
                    taken_at: Instant(found.t),
                    artefact: found.artefact,
                    source: found.source,
                });
            }
        }
        self.under_survivors(values)
    }

    /// Episodes with an onset up to the view's moment that have not ended by then, or ended within the last day before it, or
    /// that are of high priority and nobody ever took: those stay until somebody does, however old they are.
    ///
    /// # Errors
    /// Of the database.
    pub fn episodes(&self) -> Result<Vec<Episode>, VaultError> {
        let until = self.view.at;
        let newest: i64 = if until.0 == i64::MAX {
            self.connection.query_row(
                "SELECT coalesce(max(max(onset), max(ended)), 0) FROM episode",
                [],
                |row| Ok(row.get::<_, Option<i64>>(0)?.unwrap_or(0)),
            )?
        } else {
            until.0
        };
        self.episodes_where(
            "(ended IS NULL OR ended > ?2 OR (priority = 3 AND NOT EXISTS
              (SELECT 1 FROM action a WHERE a.episode = e.id AND a.verb IN ('take', 'handled', 'hand-to'))))",
            Instant(newest - 86_400_000),
        )
    }

    /// Episodes with an onset up to the view's moment that were on at `since` or later, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn episodes_since(&self, since: Instant) -> Result<Vec<Episode>, VaultError> {
        self.episodes_where("(ended IS NULL OR ended > ?2)", since)
    }

    fn episodes_where(&self, condition: &str, since: Instant) -> Result<Vec<Episode>, VaultError> {
        let until = self.view.at;
        let mut episodes = self.list(
            &format!(
                "SELECT id, patient, priority, text, measure, onset, ended FROM {} e
                 WHERE onset <= ?1 AND {condition} ORDER BY onset, id",
                self.table("episode", self.view.known_by)
            ),
            params![until.0, since.0],
            |row| {
                let measure: Option<String> = row.get(4)?;
                let ended: Option<i64> = row.get(6)?;
                Ok(Episode {
                    id: row.get(0)?,
                    patient: row.get(1)?,
                    priority: priority(row.get(2)?),
                    text: row.get(3)?,
                    measure: measure.and_then(|c| Measure::from_loinc(&c).or(Measure::from_mdc(&c))),
                    onset: Instant(row.get(5)?),
                    // What ended later had not ended then.
                    ended: ended.map(Instant).filter(|ended| *ended <= until),
                })
            },
        )?;
        let survivors = self.survivors(self.view.known_by)?;
        episodes.iter_mut().for_each(|episode| survivors.rename(&mut episode.patient));
        Ok(episodes)
    }

    /// When this station first heard of an episode.
    ///
    /// # Errors
    /// Of the database.
    pub fn first_received(&self, episode: &str) -> Result<Option<Instant>, VaultError> {
        let first: Option<i64> = self.connection.query_row(
            "SELECT min(received) FROM (SELECT received FROM episode WHERE id = ?1
             UNION ALL SELECT received FROM episode_was WHERE id = ?1)",
            [episode],
            |row| row.get(0),
        )?;
        Ok(first.map(Instant))
    }

    /// Actions up to the view's moment.
    ///
    /// # Errors
    /// Of the database.
    pub fn actions(&self) -> Result<Vec<SeenAction>, VaultError> {
        let known_by = self.view.known_by;
        let mut actions = self.list(
            "SELECT id, episode, verb, by, at, note, accepted_at FROM action WHERE at <= ? AND received <= ?
             ORDER BY at, id",
            [self.view.at.0, known_by.0],
            |row| {
                let verb: String = row.get(2)?;
                Ok(SeenAction {
                    action: Action {
                        id: row.get(0)?,
                        episode: row.get(1)?,
                        verb: Verb::from_code(&verb).unwrap_or(Verb::Note),
                        by: row.get(3)?,
                        at: Instant(row.get(4)?),
                        note: row.get(5)?,
                    },
                    accepted_at: row.get::<_, Option<i64>>(6)?.map(Instant).filter(|at| *at <= known_by),
                })
            },
        )?;
        let survivors = self.survivors(known_by)?;
        for SeenAction { action, .. } in &mut actions {
            if let Some(patient) = patient_about(&action.episode).filter(|id| survivors.is_merged(id)) {
                action.episode = about_patient(survivors.of(patient));
            }
        }
        Ok(actions)
    }

    /// The series of one patient.
    ///
    /// # Errors
    /// Of the database.
    pub fn series_of(&self, patient: &str) -> Result<Vec<SeriesInfo>, VaultError> {
        let records = self.records_of_patient();
        let sql = format!("SELECT {SERIES} FROM series s WHERE s.patient IN {records}");
        self.list(&sql, [patient], series_info)
    }

    /// Doses of a patient since `from`, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn doses(&self, patient: &str, from: Instant) -> Result<Vec<Dose>, VaultError> {
        let mut doses = self.list(
            &format!(
                "SELECT id, patient, what, mantissa, scale, unit, at FROM {}
                 WHERE patient IN {} AND at >= ?2 AND at <= ?3 ORDER BY at DESC",
                self.table("dose", self.view.known_by),
                self.records_of_patient()
            ),
            params![patient, from.0, self.view.at.0],
            |row| {
                let mantissa: Option<i64> = row.get(3)?;
                let (scale, unit): (Option<u8>, Option<String>) = (row.get(4)?, row.get(5)?);
                Ok(Dose {
                    id: row.get(0)?,
                    patient: row.get(1)?,
                    what: row.get(2)?,
                    amount: mantissa
                        .zip(scale)
                        .zip(unit)
                        .map(|((mantissa, scale), unit)| (Decimal { mantissa, scale }, unit)),
                    at: Instant(row.get(6)?),
                })
            },
        )?;
        let survivors = self.survivors(self.view.known_by)?;
        doses.iter_mut().for_each(|dose| survivors.rename(&mut dose.patient));
        Ok(doses)
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
