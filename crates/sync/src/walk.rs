//! The way through the pages of one search: to its true last page, or to where it turns in a circle.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use fhir::{Client, FhirError, Page};
use url::Url;

/// More pages than this in one search are taken for a loop.
const MOST_PAGES: usize = 20_000;
/// Servers name a next page that holds nothing; more than this many of them in a row are taken for a loop.
const MOST_EMPTY: usize = 50;

/// What was met on the way. A loop is told by the links, or by the resources of two pages: their ids and states.
#[derive(Default)]
pub(crate) struct Walk {
    met: HashSet<Url>,
    held: HashSet<u64>,
    pages: usize,
    empty: usize,
}

impl Walk {
    /// Whether the first page is still to come.
    pub(crate) fn is_at_start(&self) -> bool {
        self.pages == 0
    }

    /// How many pages were read.
    pub(crate) fn pages(&self) -> usize {
        self.pages
    }

    /// Where the search goes on after the page that stood at `url`; nothing after its last page.
    ///
    /// # Errors
    /// Where the next page leads elsewhere, or back.
    pub(crate) fn after(
        &mut self,
        client: &Client,
        url: &Url,
        page: &Page,
    ) -> Result<Option<Url>, FhirError> {
        self.pages += 1;
        self.met.insert(url.clone());
        let is_again = if page.resources == 0 {
            self.empty += 1;
            self.empty > MOST_EMPTY
        } else {
            self.empty = 0;
            !self.held.insert(fingerprint(page))
        };
        let Some(link) = page.next.as_deref() else { return Ok(None) };
        let next = client.next(url, link)?;
        if is_again || self.met.contains(&next) || self.pages >= MOST_PAGES {
            return Err(FhirError::Loop { pages: self.pages });
        }
        Ok(Some(next))
    }
}

fn fingerprint(page: &Page) -> u64 {
    let mut hasher = DefaultHasher::new();
    (page.resources, page.silent).hash(&mut hasher);
    for fact in &page.facts {
        (&fact.source.reference, &fact.source.version, fact.updated_at.map(|at| at.0)).hash(&mut hasher);
    }
    for item in &page.unreadable {
        item.reference.hash(&mut hasher);
    }
    hasher.finish()
}

/// The same search in pages of a quarter of the size.
pub(crate) fn smaller(url: &Url) -> Option<Url> {
    let count: usize =
        url.query_pairs().find(|(name, _)| name == "_count").and_then(|(_, v)| v.parse().ok())?;
    (count > 1).then(|| {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(n, v)| {
                if n == "_count" {
                    (n.into_owned(), (count / 4).max(1).to_string())
                } else {
                    (n.into_owned(), v.into_owned())
                }
            })
            .collect();
        let mut url = url.clone();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        url
    })
}
