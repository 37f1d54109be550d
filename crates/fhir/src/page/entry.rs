//! What a page is made of: entries, links, and what is said of both.

use clinical::{Fact, Unreadable};
use serde::Deserialize;

use crate::wire::datatypes::{Str, Text};

/// What one page said.
#[derive(Debug, Default)]
pub struct Page {
    /// What could be read.
    pub facts: Vec<Fact>,
    /// What could not.
    pub unreadable: Vec<Unreadable>,
    /// How many resources the page held, read or not.
    pub resources: usize,
    /// The link to the page after this one.
    pub next: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Link<'a> {
    #[serde(borrow)]
    relation: Str<'a>,
    #[serde(borrow)]
    url: Str<'a>,
}

#[derive(Deserialize)]
pub(crate) struct Search<'a> {
    #[serde(borrow)]
    mode: Text<'a>,
}

impl Search<'_> {
    pub(crate) fn is_outcome(&self) -> bool {
        self.mode.as_deref() == Some("outcome")
    }
}

#[derive(Deserialize)]
pub(crate) struct Request<'a> {
    #[serde(borrow)]
    method: Str<'a>,
    #[serde(borrow)]
    pub(crate) url: Str<'a>,
}

impl Request<'_> {
    pub(crate) fn deletes(&self) -> bool {
        self.method == "DELETE"
    }
}

#[derive(Deserialize)]
pub(crate) struct Entry<'a, R> {
    pub(crate) resource: Option<R>,
    #[serde(borrow)]
    pub(crate) search: Option<Search<'a>>,
    #[serde(borrow)]
    pub(crate) request: Option<Request<'a>>,
}

pub(crate) fn next_link(links: &[Link]) -> Option<String> {
    links.iter().find(|link| link.relation == "next").map(|link| link.url.to_string())
}
