//! One measured value on its way from a device to a cell of the board.

use smol_str::SmolStr;

use crate::{Decimal, Instant, Measure};

/// The code system and code a value came with; a series keeps the code it was sent under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A LOINC code.
    Loinc(SmolStr),
    /// An IEEE 11073 nomenclature code.
    Mdc(SmolStr),
}

impl Code {
    /// The bare code, without its system.
    pub fn as_str(&self) -> &str {
        match self {
            Code::Loinc(code) | Code::Mdc(code) => code,
        }
    }

    /// What the code measures, where the console knows it.
    pub fn measure(&self) -> Option<Measure> {
        match self {
            Code::Loinc(code) => Measure::from_loinc(code),
            Code::Mdc(code) => Measure::from_mdc(code),
        }
    }
}

/// How far a value can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// As measured.
    Good,
    /// Outside the plausible range: kept and shown as an artefact, left out of scores and alarms.
    Artefact,
}

/// The resource a value came in, and the version of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// `Type/id`.
    pub reference: SmolStr,
    /// `meta.versionId`; empty where the server sends none.
    pub version: SmolStr,
}

/// One value of one patient, as sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Logical id of the Patient.
    pub patient: SmolStr,
    /// Logical id of the Device, where one is named.
    pub device: Option<SmolStr>,
    /// What was measured.
    pub code: Code,
    /// The value in `unit`.
    pub value: Decimal,
    /// UCUM, as sent, after the wire's nicknames (`bpm`, `mmHg`) were spelled out.
    pub unit: SmolStr,
    /// When it was true of the patient.
    pub taken_at: Instant,
    /// How far to trust it.
    pub quality: Quality,
}
