//! HL7 v2: ORU^R01, as IHE PCD-01 and laboratories send it, and ADT^A01, A02, A03, A08.
//!
//! Own code: `hl7-parser` 0.3.0 says of a text that it did not read to its end that it is well, cuts bytes for letters, spills unknown
//! escapes, and shifts the header of v2.7 by one field, so that an answer would be for nobody. Character sets are `encoding_rs`'s.
//!
//! Deliberately not here: how messages travel, and orders, documents, bookings, which are refused by name.

pub(crate) mod charset;

pub(crate) mod delimiters;

pub(crate) mod escape;

pub(crate) mod fault;

pub(crate) mod message;

pub(crate) mod time;

pub(crate) mod peer;

pub(crate) mod header;

pub(crate) mod identity;

pub(crate) mod number;

pub(crate) mod coded;

pub(crate) mod person;

pub(crate) mod place;

pub(crate) mod devices;

pub(crate) mod row;

pub(crate) mod results;

pub(crate) mod admissions;

pub(crate) mod reader;

pub(crate) mod answer;

pub(crate) mod file;
