//! The station's log as the rows of a record that shows if anybody changed a line: entries, their leaves and the tree over them, the
//! station's key, its checkpoints. All of it is written within the transaction of what an entry tells of.

pub(crate) mod entry;

pub(crate) mod tree;

pub(crate) mod own;

pub(crate) mod checkpoints;

pub(crate) mod append;

pub(crate) mod begin;

pub(crate) mod retire;

pub(crate) mod carry;
