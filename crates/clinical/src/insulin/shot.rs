//! One shot of a pen, with every record that tells of it, and what it was for.

use smol_str::SmolStr;

use crate::{DoseId, Instant};

use super::{InsulinKind, PenRecord};

/// Why two records are one shot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SameBy {
    /// One pen gave both the same number of its own.
    Sequence,
    /// Two ways brought the same amount within a minute.
    AmountAndTime,
}

/// Another record of the same shot.
#[derive(Clone, Debug, PartialEq)]
pub struct Again {
    /// The record.
    pub id: DoseId,
    /// The way it came by.
    pub source: SmolStr,
    /// When, as it says.
    pub at: Instant,
    /// How much, as it says. Where one pen's number came with two amounts they differ.
    pub units: f64,
    /// Why it is the same.
    pub by: SameBy,
}

/// What a shot was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// For the person.
    Dose,
    /// Into the air, before the shot that is named.
    Priming {
        /// The record of the dose that followed.
        before: DoseId,
    },
}

/// One shot of a pen.
#[derive(Clone, Debug, PartialEq)]
pub struct Shot {
    /// The record that speaks for it: the first by time, and of those the one whose pen and number are known.
    pub record: PenRecord,
    /// Others that say the same.
    pub again: Vec<Again>,
    /// What it was for.
    pub role: Role,
}

impl Shot {
    /// Whether it went into the person.
    pub fn counts(&self) -> bool {
        self.role == Role::Dose
    }

    /// When.
    pub fn at(&self) -> Instant {
        self.record.at
    }

    /// How much, in units of insulin.
    pub fn units(&self) -> f64 {
        self.record.units
    }

    /// Of which insulin.
    pub fn kind(&self) -> InsulinKind {
        self.record.kind
    }

    /// Whether its records name two amounts.
    pub fn is_disputed(&self) -> bool {
        self.again.iter().any(|again| !self.record.is_of(again.units))
    }
}
