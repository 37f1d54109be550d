//! Words about stations' records, as the server keeps them: one Communication of a category of its own for each station, and one for
//! each record that a station saw. Each is written anew in its place, so that their number is that of the stations.

use clinical::Instant;
use serde_json::{Value, json};

use crate::client::rest::Client;
use crate::error::FhirError;
use crate::map::codes::RECORD;
use crate::map::text::clean;
use crate::wire::datatypes::is_id;
use crate::wire::time::{format_instant, parse_instant};

/// Of whoever keeps a record, and of whoever saw it.
const CHECKPOINT: &str = "checkpoint";
const COSIGNATURE: &str = "cosignature";

/// A word, as the server gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordWord {
    /// Logical id of the Communication.
    pub id: String,
    /// Whether somebody saw another's record; else it is of whoever keeps it.
    pub is_cosignature: bool,
    /// The station that says it, as people see it.
    pub station: String,
    /// What it says.
    pub text: String,
    /// When the server took it (`meta.lastUpdated`).
    pub updated: Option<Instant>,
    /// `meta.versionId`.
    pub version: String,
}

/// The Communication that carries a word; `origin` is the log that it is about.
pub fn record_word(
    id: &str,
    origin: &str,
    is_cosignature: bool,
    station: &str,
    text: &str,
    sent: Instant,
) -> Value {
    json!({
        "resourceType": "Communication",
        "id": id,
        "status": "completed",
        "identifier": [{ "system": RECORD, "value": origin }],
        "category": [{ "coding": [{
            "system": RECORD,
            "code": if is_cosignature { COSIGNATURE } else { CHECKPOINT },
        }] }],
        "sender": { "display": station },
        "sent": format_instant(sent),
        "payload": [{ "contentString": text }],
    })
}

impl Client {
    /// The words that the server took since then; all of them where there is no moment.
    ///
    /// # Errors
    /// Of the transport or of the status.
    pub async fn record_words(&self, since: Option<Instant>) -> Result<Vec<RecordWord>, FhirError> {
        Ok(self.of_category(RECORD, since).await?.iter().filter_map(word).collect())
    }

    /// The word under an id.
    ///
    /// # Errors
    /// Of the transport or of the status.
    pub async fn record_word(&self, id: &str) -> Result<Option<RecordWord>, FhirError> {
        Ok(self.communication(id).await?.as_ref().and_then(word))
    }

    /// Has the server keep a word in the place of the one that is known of it.
    ///
    /// # Errors
    /// [`FhirError::Conflict`] where somebody else wrote it meanwhile; else of the transport or of the status.
    pub async fn keep_record_word(
        &self,
        resource: &Value,
        known: Option<&RecordWord>,
    ) -> Result<(), FhirError> {
        self.keep_communication(resource, known.map(|known| known.version.as_str())).await
    }
}

/// The word in a resource; `None` where it is another one.
fn word(resource: &Value) -> Option<RecordWord> {
    let codings = resource["category"].as_array()?.iter().filter_map(|c| c["coding"].as_array()).flatten();
    let code =
        codings.filter(|coding| coding["system"] == RECORD).find_map(|coding| coding["code"].as_str())?;
    let is_cosignature = match code {
        CHECKPOINT => false,
        COSIGNATURE => true,
        _ => return None,
    };
    let text = resource["payload"].as_array()?.iter().find_map(|part| part["contentString"].as_str())?;
    Some(RecordWord {
        id: resource["id"].as_str().filter(|id| is_id(id))?.to_owned(),
        is_cosignature,
        station: clean(resource["sender"]["display"].as_str().unwrap_or("a station"), 80),
        text: text.to_owned(),
        updated: resource["meta"]["lastUpdated"].as_str().and_then(parse_instant),
        version: resource["meta"]["versionId"].as_str().unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::map::resource::map_resource;
    use crate::wire::bases::Bases;

    #[test]
    fn a_word_comes_back_as_it_was_sent_and_is_no_act_of_anybody() {
        for is_cosignature in [false, true] {
            let mut sent =
                record_word("vigil-record-0a", "vigil/0a", is_cosignature, "7B-1", "{\"a\":1}", Instant(5));
            sent["meta"] = json!({ "versionId": "3", "lastUpdated": "1970-01-01T00:00:00.007Z" });
            let wanted = RecordWord {
                id: "vigil-record-0a".into(),
                is_cosignature,
                station: "7B-1".into(),
                text: "{\"a\":1}".into(),
                updated: Some(Instant(7)),
                version: "3".into(),
            };
            assert_eq!(word(&sent), Some(wanted));
            let came = map_resource(&sent.to_string(), &Bases::default());
            assert!(came.fact.is_none() && came.unreadable.is_none() && came.left_out.is_empty());
            sent["category"][0]["coding"][0]["code"] = json!("other");
            assert_eq!(word(&sent), None);
        }
        assert_eq!(word(&json!({ "resourceType": "Communication" })), None);
    }
}
