//! MLLP (HL7 Transport Specification, release 1): messages between VT and FS CR over a stream, each answered on the same stream.

pub(crate) mod frame;

pub(crate) mod answered;

pub(crate) mod keeper;

pub(crate) mod connection;

pub(crate) mod error;

pub(crate) mod tls;

pub(crate) mod listener;
