//! The file on the disk: its tables, the connections to it, and the copy of what waits to be sent beside it.

pub(crate) mod schema;

pub(crate) mod durably;

pub(crate) mod connection;

pub(crate) mod kind;

pub(crate) mod journal;

pub(crate) mod page_cache;

pub(crate) mod said;

pub(crate) mod sources;

pub(crate) mod vault;

pub(crate) mod history;

pub(crate) mod log;

pub(crate) mod settings;

pub(crate) mod unit_settings;

pub(crate) mod first_sync;

pub(crate) mod scope;

pub(crate) mod counts;

pub(crate) mod ledger;

pub(crate) mod outages;
