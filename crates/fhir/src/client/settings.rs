//! Settings of units, as the server keeps them for all stations of a unit: one Communication of a category of its own for each setting
//! of each unit, written anew in its place.

use clinical::{Instant, UnitSetting};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::rest::Client;
use crate::error::FhirError;
use crate::map::codes::UNIT_SETTING;
use crate::map::text::clean;
use crate::wire::datatypes::is_id;
use crate::wire::time::{format_instant, parse_instant};

/// The one category of the system.
const SETTING: &str = "setting";
/// Longer texts are nobody's setting.
const MOST: usize = 500;

/// A setting of a unit, as the server gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSetting {
    /// Logical id of the Communication.
    pub id: String,
    /// What was set.
    pub setting: UnitSetting,
    /// When the server took it (`meta.lastUpdated`).
    pub updated: Option<Instant>,
    /// `meta.versionId`.
    pub version: String,
}

/// What the payload says.
#[derive(Serialize, Deserialize)]
struct Said {
    key: String,
    value: Option<String>,
    by: String,
}

/// The Communication that carries a setting.
pub fn unit_setting(id: &str, setting: &UnitSetting) -> Value {
    let UnitSetting { key, value, at, by, station } = setting;
    json!({
        "resourceType": "Communication",
        "id": id,
        "status": "completed",
        "identifier": [{ "system": UNIT_SETTING, "value": key }],
        "category": [{ "coding": [{ "system": UNIT_SETTING, "code": SETTING }] }],
        "sender": { "display": station },
        "sent": format_instant(*at),
        "payload": [{ "contentString": json!({ "key": key, "value": value, "by": by }).to_string() }],
    })
}

impl Client {
    /// The settings of units that the server took since then; all of them where there is no moment. Also how many there are that
    /// cannot be read.
    ///
    /// # Errors
    /// Of the transport or of the status.
    pub async fn unit_settings(
        &self,
        since: Option<Instant>,
    ) -> Result<(Vec<KeptSetting>, usize), FhirError> {
        let found = self.of_category(UNIT_SETTING, since).await?;
        let ours: Vec<&Value> = found.iter().filter(|one| is_setting(one)).collect();
        let read: Vec<KeptSetting> = ours.iter().filter_map(|one| kept(one)).collect();
        let unread = ours.len() - read.len();
        Ok((read, unread))
    }

    /// Has the server keep a setting, unless it keeps one that takes its place; gives that one.
    ///
    /// # Errors
    /// [`FhirError::Conflict`] where somebody else wrote it meanwhile; else of the transport or of the status.
    pub async fn keep_unit_setting(
        &self,
        id: &str,
        setting: &UnitSetting,
    ) -> Result<Option<KeptSetting>, FhirError> {
        let known = self.communication(id).await?;
        match known.as_ref().and_then(kept) {
            Some(known) if known.setting.replaces(setting) => return Ok(Some(known)),
            // The answer to an earlier try was lost.
            Some(known) if known.setting == *setting => return Ok(None),
            _ => {}
        }
        let version = known.as_ref().map(|known| known["meta"]["versionId"].as_str().unwrap_or_default());
        self.keep_communication(&unit_setting(id, setting), version).await?;
        Ok(None)
    }
}

fn is_setting(resource: &Value) -> bool {
    let categories = resource["category"].as_array().map_or(&[][..], Vec::as_slice);
    let mut codings = categories.iter().filter_map(|category| category["coding"].as_array()).flatten();
    let is_ours = codings.any(|coding| coding["system"] == UNIT_SETTING && coding["code"] == SETTING);
    is_ours && resource["status"] == "completed"
}

/// The setting in a resource; `None` where it says none. Whether it may be set is not asked here.
fn kept(resource: &Value) -> Option<KeptSetting> {
    if !is_setting(resource) {
        return None;
    }
    let text = resource["payload"].as_array()?.iter().find_map(|part| part["contentString"].as_str())?;
    let Said { key, value, by } = serde_json::from_str(text).ok()?;
    if key.len() > MOST || value.as_ref().is_some_and(|value| value.len() > MOST) {
        return None;
    }
    Some(KeptSetting {
        id: resource["id"].as_str().filter(|id| is_id(id))?.to_owned(),
        setting: UnitSetting {
            key,
            value,
            at: resource["sent"].as_str().and_then(parse_instant)?,
            by: clean(&by, 80),
            station: clean(resource["sender"]["display"].as_str().unwrap_or("a station"), 80),
        },
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

    fn setting(value: Option<&str>) -> UnitSetting {
        UnitSetting {
            key: "alarm.pause@Ward 7B".into(),
            value: value.map(str::to_owned),
            at: Instant(5),
            by: "N. Okafor".into(),
            station: "7B-1".into(),
        }
    }

    #[test]
    fn a_setting_comes_back_as_it_was_sent_and_is_no_act_of_anybody() {
        for value in [Some("90"), None] {
            let mut sent = unit_setting("vigil-setting-0a", &setting(value));
            sent["meta"] = json!({ "versionId": "3", "lastUpdated": "1970-01-01T00:00:00.007Z" });
            let wanted = KeptSetting {
                id: "vigil-setting-0a".into(),
                setting: setting(value),
                updated: Some(Instant(7)),
                version: "3".into(),
            };
            assert_eq!(kept(&sent), Some(wanted));
            let came = map_resource(&sent.to_string(), &Bases::default());
            assert!(came.fact.is_none() && came.unreadable.is_none() && came.left_out.is_empty());
        }
    }

    #[test]
    fn what_says_no_setting_is_none() {
        let good = unit_setting("a", &setting(Some("90")));
        let bad = |change: fn(&mut Value)| {
            let mut one = good.clone();
            change(&mut one);
            kept(&one)
        };
        assert!(bad(|_| {}).is_some());
        assert_eq!(bad(|one| one["status"] = json!("entered-in-error")), None);
        assert_eq!(bad(|one| one["sent"] = json!("yesterday")), None);
        assert_eq!(bad(|one| one["id"] = json!("not an id")), None);
        assert_eq!(bad(|one| one["payload"] = json!([{ "contentString": "alarm.pause = 90" }])), None);
        assert_eq!(bad(|one| one["category"][0]["coding"][0]["code"] = json!("other")), None);
        let long = format!("{{\"key\":\"{}\",\"value\":null,\"by\":\"\"}}", "k".repeat(501));
        let mut one = good.clone();
        one["payload"][0]["contentString"] = json!(long);
        assert_eq!(kept(&one), None);
    }
}
