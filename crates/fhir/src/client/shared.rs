//! Communications that stations share and that are nobody's act: found by their category, and each kept in its own place.

use clinical::Instant;
use serde_json::Value;
use url::Url;

use crate::client::rest::Client;
use crate::error::FhirError;
use crate::wire::time::format_instant;

/// A search ends after so many pages of 200: where there are ten stations there are some hundreds of them.
const MOST_PAGES: usize = 20;

impl Client {
    /// The Communications of any category of a system that the server took since then; all of them where there is no moment.
    pub(crate) async fn of_category(
        &self,
        system: &str,
        since: Option<Instant>,
    ) -> Result<Vec<Value>, FhirError> {
        let mut url = self.url("Communication")?;
        url.query_pairs_mut().append_pair("category", &format!("{system}|")).append_pair("_count", "200");
        if let Some(since) = since {
            url.query_pairs_mut().append_pair("_lastUpdated", &format!("ge{}", format_instant(since)));
        }
        let (mut found, mut next) = (Vec::new(), Some(url));
        for _ in 0..MOST_PAGES {
            let Some(url) = next.take() else { break };
            let mut page = self.get_json(url.as_str()).await?;
            next = self.following(&url, &page)?;
            let entries = page["entry"].as_array_mut().map(std::mem::take).unwrap_or_default();
            found.extend(entries.into_iter().map(|mut entry| entry["resource"].take()));
        }
        Ok(found)
    }

    fn following(&self, from: &Url, page: &Value) -> Result<Option<Url>, FhirError> {
        let links = page["link"].as_array().map_or(&[][..], Vec::as_slice);
        let next = links.iter().find(|link| link["relation"] == "next").and_then(|link| link["url"].as_str());
        next.map(|link| self.next(from, link)).transpose()
    }

    /// The Communication under an id; `None` where there is none, or it was deleted.
    pub(crate) async fn communication(&self, id: &str) -> Result<Option<Value>, FhirError> {
        match self.get_json(&format!("Communication/{id}")).await {
            Ok(resource) => Ok(Some(resource)),
            Err(FhirError::NotFound | FhirError::Gone) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts a Communication in the place of the version that is known of it.
    pub(crate) async fn keep_communication(
        &self,
        resource: &Value,
        known: Option<&str>,
    ) -> Result<(), FhirError> {
        let path = format!("Communication/{}", resource["id"].as_str().unwrap_or_default());
        match known {
            Some(version) => self.update(&path, version, resource).await.map(|_| ()),
            None => self.put_new(&path, resource).await,
        }
    }
}
