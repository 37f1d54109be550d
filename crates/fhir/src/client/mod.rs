//! The way to the server: requests, and what it says by itself.

pub(crate) mod credentials;

pub(crate) mod way;

pub(crate) mod transport;

pub(crate) mod shown;

pub(crate) mod rest;

pub(crate) mod people;

pub(crate) mod shared;

pub(crate) mod words;

pub(crate) mod settings;

pub(crate) mod status;

pub(crate) mod socket;

pub(crate) mod live;
