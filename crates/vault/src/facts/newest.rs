//! The newest value of every series, which is what a board shows of it.

use std::collections::BTreeSet;

use clinical::{Comparator, DAY_MS, Decimal, DeviceId, Instant, Marks, Measure, PatientId};
use rusqlite::Row;

use crate::codec::{id, json, some_id};
use crate::error::VaultError;
use crate::store::vault::Reader;

/// A series, as it is named in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesInfo {
    /// Its row.
    pub id: i64,
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// Logical id of the Device, where one was named.
    pub device: Option<DeviceId>,
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
    /// Of an artefact, the last value of the series that is none, from the day before it.
    pub good: Option<(Decimal, Instant)>,
    /// On which side of the value the quantity lies, where it is only a bound.
    pub comparator: Option<Comparator>,
    /// `Type/id` it came in.
    pub source: String,
}

const SERIES: &str = "s.id, s.patient, s.device, s.code, s.mdc, s.unit, s.streamed";

fn series_info(row: &Row) -> rusqlite::Result<SeriesInfo> {
    Ok(SeriesInfo {
        id: row.get(0)?,
        patient: id(row, 1)?,
        device: some_id(row, 2)?,
        code: row.get(3)?,
        mdc: row.get(4)?,
        unit: row.get(5)?,
        streamed: row.get(6)?,
    })
}

impl Reader<'_> {
    /// The newest value of every series, of one patient or of all; without those that are withheld from who looks.
    ///
    /// # Errors
    /// Of the database.
    pub fn latest(&self, patient: Option<&PatientId>) -> Result<Vec<SeriesValue>, VaultError> {
        let mut values = self.latest_whole(patient)?;
        if self.looking.is_some() {
            let held = values.iter().map(|value| Ok(self.held_latest(value)?.is_some()));
            let held: Vec<bool> = held.collect::<Result<_, VaultError>>()?;
            let mut held = held.into_iter();
            values.retain(|_| held.next() != Some(true));
        }
        Ok(values)
    }

    /// The same with all of them: for what watches, and for a ward, which knows what of it is withheld.
    pub(crate) fn latest_whole(&self, patient: Option<&PatientId>) -> Result<Vec<SeriesValue>, VaultError> {
        if !self.view.is_now() {
            return self.latest_then(patient);
        }
        let records = self.records_of("?1");
        self.latest_where(&format!("?1 IS NULL OR s.patient IN {records}"), [patient.map(PatientId::as_str)])
    }

    /// The newest value of every series that is kept under one of these records.
    pub(crate) fn latest_of_records(
        &self,
        records: &BTreeSet<PatientId>,
    ) -> Result<Vec<SeriesValue>, VaultError> {
        let records: Vec<&str> = records.iter().map(PatientId::as_str).collect();
        self.latest_where("s.patient IN (SELECT value FROM json_each(?1))", [json(&records)])
    }

    fn latest_where(
        &self,
        condition: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<SeriesValue>, VaultError> {
        // In the order of the series, however they are read: of two values of one moment the later series speaks.
        let sql = format!(
            "SELECT {SERIES}, l.t, l.mantissa, l.scale, l.artefact, l.source
             FROM series s JOIN latest l ON l.series = s.id WHERE {condition} ORDER BY s.id"
        );
        let values = self.list(&sql, parameters, |row| {
            let marks = Marks::from_code(row.get(10)?);
            Ok(SeriesValue {
                series: series_info(row)?,
                taken_at: Instant(row.get(7)?),
                value: Decimal { mantissa: row.get(8)?, scale: row.get(9)? },
                artefact: marks.is_artefact(),
                good: None,
                comparator: marks.comparator,
                source: row.get(11)?,
            })
        })?;
        self.under_survivors(values)
    }

    fn under_survivors(&self, mut values: Vec<SeriesValue>) -> Result<Vec<SeriesValue>, VaultError> {
        for value in values.iter_mut().filter(|value| value.artefact) {
            value.good = self.last_good(value.series.id, value.taken_at)?;
        }
        let survivors = self.survivors(self.view.known_by)?;
        values.iter_mut().for_each(|value| survivors.rename(&mut value.series.patient));
        Ok(values)
    }

    /// The last value before an artefact that is what was measured.
    fn last_good(&self, series: i64, artefact: Instant) -> Result<Option<(Decimal, Instant)>, VaultError> {
        let day = self.decimals(series, artefact - DAY_MS, artefact)?;
        let good =
            day.into_iter().rev().find(|(_, _, marks)| !marks.is_artefact() && marks.comparator.is_none());
        Ok(good.map(|(at, value, _)| (value, at)))
    }

    fn latest_then(&self, patient: Option<&PatientId>) -> Result<Vec<SeriesValue>, VaultError> {
        let mut values = Vec::new();
        let records = self.records_of("?1");
        let all = format!("SELECT {SERIES} FROM series s WHERE ?1 IS NULL OR s.patient IN {records}");
        for series in self.list(&all, [patient.map(PatientId::as_str)], series_info)? {
            if let Some(found) = self.value_at(series.id, self.view.at)? {
                values.push(SeriesValue {
                    series,
                    value: found.value,
                    taken_at: Instant(found.t),
                    artefact: found.marks.is_artefact(),
                    good: None,
                    comparator: found.marks.comparator,
                    source: found.source,
                });
            }
        }
        self.under_survivors(values)
    }

    /// When the newest value of a patient was taken, whether it is shown or withheld.
    ///
    /// # Errors
    /// Of the database.
    pub fn newest_at(&self, patient: &PatientId) -> Result<Option<Instant>, VaultError> {
        Ok(self.latest_whole(Some(patient))?.iter().map(|value| value.taken_at).max())
    }

    /// One series.
    pub(crate) fn series_info(&self, series: i64) -> Result<Option<SeriesInfo>, VaultError> {
        let sql = format!("SELECT {SERIES} FROM series s WHERE s.id = ?");
        Ok(self.list(&sql, [series], series_info)?.into_iter().next())
    }

    /// The series of one patient.
    ///
    /// # Errors
    /// Of the database.
    pub fn series_of(&self, patient: &PatientId) -> Result<Vec<SeriesInfo>, VaultError> {
        let records = self.records_of("?1");
        let sql = format!("SELECT {SERIES} FROM series s WHERE s.patient IN {records}");
        self.list(&sql, [patient.as_str()], series_info)
    }

    /// The units in which a measure was ever sent of anybody.
    ///
    /// # Errors
    /// Of the database.
    pub fn units_sent(&self, measure: Measure) -> Result<Vec<String>, VaultError> {
        let all = self.list(
            &format!("SELECT {SERIES} FROM series s GROUP BY s.mdc, s.code, s.unit"),
            [],
            series_info,
        )?;
        Ok(all.into_iter().filter(|s| s.measure() == Some(measure)).map(|s| s.unit).collect())
    }
}
