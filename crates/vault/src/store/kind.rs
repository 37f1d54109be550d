//! The kinds of resource that a station sends.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

/// What kind of resource waits to be sent. The way it goes depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What somebody did: made once, under an identifier of its own.
    Communication,
    /// An alarm of the station's own rules: put under the episode's id, by every station that sees it.
    DetectedIssue,
    /// A call of the next role: made once, by whichever station comes first.
    CommunicationRequest,
}

impl Kind {
    /// As FHIR calls it.
    pub const fn code(self) -> &'static str {
        match self {
            Kind::Communication => "Communication",
            Kind::DetectedIssue => "DetectedIssue",
            Kind::CommunicationRequest => "CommunicationRequest",
        }
    }
}

impl ToSql for Kind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.code().into())
    }
}

impl FromSql for Kind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Kind> {
        let code = value.as_str()?;
        let kinds = [Kind::Communication, Kind::DetectedIssue, Kind::CommunicationRequest];
        kinds.into_iter().find(|kind| kind.code() == code).ok_or(FromSqlError::InvalidType)
    }
}
