//! What the screens and the command line read.

use clinical::{
    Action, Decimal, Device, Dose, Episode, Instant, Measure, Person, Place, Priority, SeenAction, Sex, Stay,
    Verb,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::chunk::{Head, Value, walk};
use crate::error::VaultError;
use crate::ingest::{head, newest_in};
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

/// One value for a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Milliseconds since 1970 UTC.
    pub t: i64,
    /// In the unit of its series.
    pub v: f64,
    /// Outside the plausible range.
    pub artefact: bool,
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

/// The newest value of a series at or before `at`, from rows and chunks.
pub(crate) fn value_at(
    connection: &Connection,
    series: i64,
    at: Instant,
) -> Result<Option<Value>, VaultError> {
    let row = connection
        .prepare_cached(
            "SELECT t, mantissa, scale, artefact, source, version FROM sample WHERE series = ? AND t <= ?
             ORDER BY t DESC LIMIT 1",
        )?
        .query_row(params![series, at.0], |row| {
            Ok(Value {
                t: row.get(0)?,
                value: Decimal { mantissa: row.get(1)?, scale: row.get(2)? },
                artefact: row.get(3)?,
                source: row.get(4)?,
                version: row.get(5)?,
            })
        })
        .optional()?;
    // Chunks may overlap after late data; the one that begins last is not always the one that ends last.
    let mut newest = row;
    let mut chunks = connection.prepare_cached(
        "SELECT t0, n, period_ms, scale, source, version, data FROM chunk WHERE series = ?1 AND t0 <= ?2
         AND t1 > ?3 ORDER BY t1 DESC LIMIT 3",
    )?;
    let after = newest.as_ref().map_or(i64::MIN, |v| v.t);
    let found: Vec<(Head, Vec<u8>)> = chunks
        .query_map(params![series, at.0, after], |row| Ok((head(row)?, row.get("data")?)))?
        .collect::<Result<_, _>>()?;
    for (head, data) in found {
        if let Some(value) = newest_in(&head, &data, at.0)?
            && newest.as_ref().is_none_or(|best| value.t > best.t)
        {
            newest = Some(value);
        }
    }
    Ok(newest)
}

impl Reader<'_> {
    fn list<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        map: impl FnMut(&Row) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, VaultError> {
        Ok(self.0.prepare_cached(sql)?.query_map(parameters, map)?.collect::<Result<_, _>>()?)
    }

    /// The board: as it is known now, or (`at`) with the values and alarms of a past instant.
    ///
    /// # Errors
    /// Of the database.
    pub fn ward(&self, at: Option<Instant>) -> Result<Ward, VaultError> {
        let until = at.unwrap_or(Instant(i64::MAX));
        Ok(Ward {
            persons: self.list(
                "SELECT id, mrn, family, given, birth_date, sex, active FROM person",
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
                    })
                },
            )?,
            places: self.list("SELECT id, name, is_bed, part_of FROM place", [], |row| {
                Ok(Place { id: row.get(0)?, name: row.get(1)?, is_bed: row.get(2)?, part_of: row.get(3)? })
            })?,
            stays: self.list("SELECT id, patient, place, in_progress FROM stay", [], |row| {
                Ok(Stay {
                    id: row.get(0)?,
                    patient: row.get(1)?,
                    place: row.get(2)?,
                    in_progress: row.get(3)?,
                })
            })?,
            devices: self.list("SELECT id, patient, name, active FROM device", [], |row| {
                Ok(Device { id: row.get(0)?, patient: row.get(1)?, name: row.get(2)?, active: row.get(3)? })
            })?,
            values: match at {
                None => self.latest(None)?,
                Some(at) => self.values_at(at)?,
            },
            episodes: self.episodes(until)?,
            actions: self.actions(until)?,
        })
    }

    /// The newest value of every series, of one patient or of all.
    ///
    /// # Errors
    /// Of the database.
    pub fn latest(&self, patient: Option<&str>) -> Result<Vec<SeriesValue>, VaultError> {
        let sql = format!(
            "SELECT {SERIES}, l.t, l.mantissa, l.scale, l.artefact, l.source
             FROM series s JOIN latest l ON l.series = s.id WHERE ?1 IS NULL OR s.patient = ?1"
        );
        self.list(&sql, [patient], |row| {
            Ok(SeriesValue {
                series: series_info(row)?,
                taken_at: Instant(row.get(7)?),
                value: Decimal { mantissa: row.get(8)?, scale: row.get(9)? },
                artefact: row.get(10)?,
                source: row.get(11)?,
            })
        })
    }

    fn values_at(&self, at: Instant) -> Result<Vec<SeriesValue>, VaultError> {
        let mut values = Vec::new();
        for series in self.list(&format!("SELECT {SERIES} FROM series s"), [], series_info)? {
            if let Some(found) = value_at(self.0, series.id, at)? {
                values.push(SeriesValue {
                    series,
                    value: found.value,
                    taken_at: Instant(found.t),
                    artefact: found.artefact,
                    source: found.source,
                });
            }
        }
        Ok(values)
    }

    /// Episodes with an onset up to `until` that have not ended by then, or ended within the last day before it.
    ///
    /// # Errors
    /// Of the database.
    pub fn episodes(&self, until: Instant) -> Result<Vec<Episode>, VaultError> {
        let newest: i64 = if until.0 == i64::MAX {
            self.0.query_row("SELECT coalesce(max(max(onset), max(ended)), 0) FROM episode", [], |row| {
                Ok(row.get::<_, Option<i64>>(0)?.unwrap_or(0))
            })?
        } else {
            until.0
        };
        self.list(
            "SELECT id, patient, priority, text, measure, onset, ended FROM episode
             WHERE onset <= ?1 AND (ended IS NULL OR ended > ?2) ORDER BY onset",
            params![until.0, newest - 86_400_000],
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
        )
    }

    /// Actions up to `until`.
    ///
    /// # Errors
    /// Of the database.
    pub fn actions(&self, until: Instant) -> Result<Vec<SeenAction>, VaultError> {
        self.list(
            "SELECT id, episode, verb, by, at, note, accepted_at FROM action WHERE at <= ? ORDER BY at",
            [until.0],
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
                    accepted_at: row.get::<_, Option<i64>>(6)?.map(Instant),
                })
            },
        )
    }

    /// The series of one patient.
    ///
    /// # Errors
    /// Of the database.
    pub fn series_of(&self, patient: &str) -> Result<Vec<SeriesInfo>, VaultError> {
        self.list(&format!("SELECT {SERIES} FROM series s WHERE s.patient = ?"), [patient], series_info)
    }

    /// The values of a series from `from` up to and with `to`, in order of time.
    ///
    /// # Errors
    /// Of the database, or of a damaged chunk.
    pub fn points(&self, series: i64, from: Instant, to: Instant) -> Result<Vec<Point>, VaultError> {
        let mut points = Vec::new();
        let mut sorted = true;
        let mut push = |t: i64, value: Decimal, artefact: bool| {
            if t >= from.0 && t <= to.0 {
                sorted &= points.last().is_none_or(|last: &Point| last.t <= t);
                points.push(Point { t, v: value.to_f64(), artefact });
            }
        };
        let mut chunks = self.0.prepare_cached(
            "SELECT t0, n, period_ms, scale, source, version, data FROM chunk
             WHERE series = ? AND t1 >= ? AND t0 <= ? ORDER BY t0",
        )?;
        let mut rows = chunks.query(params![series, from.0, to.0])?;
        while let Some(row) = rows.next()? {
            let head = head(row)?;
            let data = row.get_ref("data")?.as_blob().map_err(|e| VaultError::Chunk(e.to_string()))?;
            walk(&head, data, &mut push)?;
        }
        let mut hot = self.0.prepare_cached(
            "SELECT t, mantissa, scale, artefact FROM sample WHERE series = ? AND t BETWEEN ? AND ? ORDER BY t",
        )?;
        let mut rows = hot.query(params![series, from.0, to.0])?;
        while let Some(row) = rows.next()? {
            push(row.get(0)?, Decimal { mantissa: row.get(1)?, scale: row.get(2)? }, row.get(3)?);
        }
        if !sorted {
            points.sort_by_key(|p| p.t);
        }
        Ok(points)
    }

    /// Doses of a patient since `from`, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn doses(&self, patient: &str, from: Instant) -> Result<Vec<Dose>, VaultError> {
        self.list(
            "SELECT id, patient, what, mantissa, scale, unit, at FROM dose WHERE patient = ? AND at >= ? ORDER BY at DESC",
            params![patient, from.0],
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
        )
    }

    /// The cursor of a kind of resource.
    ///
    /// # Errors
    /// Of the database.
    pub fn cursor(&self, kind: &str) -> Result<Option<String>, VaultError> {
        Ok(self
            .0
            .query_row("SELECT value FROM cursor WHERE kind = ?", [kind], |row| row.get(0))
            .optional()?)
    }

    /// A setting of this station.
    ///
    /// # Errors
    /// Of the database.
    pub fn setting(&self, key: &str) -> Result<Option<String>, VaultError> {
        Ok(self.0.query_row("SELECT value FROM setting WHERE key = ?", [key], |row| row.get(0)).optional()?)
    }
}
