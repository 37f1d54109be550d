//! The way to the server: requests, and what it says by itself.

pub(crate) mod transport;

pub(crate) mod rest;

pub(crate) mod status;

pub(crate) mod live;
