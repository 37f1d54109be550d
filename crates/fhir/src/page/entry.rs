//! What a page is made of: entries, links, and what is said of both.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use clinical::consent::Label;
use clinical::{Fact, SmolStr, Source, Unreadable};
use serde::Deserialize;

use crate::map::gone::Gone;
use crate::wire::datatypes::{Str, Text};

/// What one page said.
#[derive(Debug, Default)]
pub struct Page {
    /// What could be read.
    pub facts: Vec<Fact>,
    /// The security labels of those that have some, by their sources.
    pub labels: Vec<(Source, Vec<Label>)>,
    /// What could not.
    pub unreadable: Vec<Unreadable>,
    /// What stood there and is not read by this program, by its name in R4, with how often.
    pub left_out: BTreeMap<SmolStr, usize>,
    /// How many resources the page held, read or not.
    pub resources: usize,
    /// Deletions that a history told of.
    pub gone: usize,
    /// How many entries the whole search or history has, as far as the server says.
    pub total: Option<u64>,
    /// The link to the page after this one.
    pub next: Option<String>,
    /// Tells two pages apart whose resources became no facts.
    pub silent: u64,
}

impl Page {
    /// Takes note of a resource that became no fact.
    pub(crate) fn saw(&mut self, resource: &str) {
        let mut hasher = DefaultHasher::new();
        (self.silent, resource).hash(&mut hasher);
        self.silent = hasher.finish();
    }
}

impl Page {
    /// Counts what is not read.
    pub(crate) fn leave_out(&mut self, name: SmolStr) {
        *self.left_out.entry(name).or_default() += 1;
    }
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
    url: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Response<'a> {
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    etag: Text<'a>,
    #[serde(borrow)]
    last_modified: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry<'a, R> {
    #[serde(borrow)]
    full_url: Text<'a>,
    pub(crate) resource: Option<R>,
    #[serde(borrow)]
    pub(crate) search: Option<Search<'a>>,
    #[serde(borrow)]
    request: Option<Request<'a>>,
    #[serde(borrow)]
    response: Option<Response<'a>>,
}

impl<R> Entry<'_, R> {
    /// What it says of a deletion, where it is one: by the method, or by a version that is asked for and gone (410).
    pub(crate) fn gone(&self) -> Option<Gone<'_>> {
        let request = self.request.as_ref()?;
        let response = self.response.as_ref();
        let is_gone =
            response.and_then(|r| r.status.as_deref()).is_some_and(|status| status.starts_with("410"));
        (request.method == "DELETE" || is_gone).then(|| Gone {
            url: request.url.as_deref(),
            full_url: self.full_url.as_deref(),
            etag: response.and_then(|r| r.etag.as_deref()),
            at: response.and_then(|r| r.last_modified.as_deref()),
        })
    }
}

pub(crate) fn next_link(links: &[Link]) -> Option<String> {
    links.iter().find(|link| link.relation == "next").map(|link| link.url.to_string())
}
