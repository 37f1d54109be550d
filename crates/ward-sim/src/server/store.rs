//! What clients wrote, and the world's static resources: every version, in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::ward::dates::{bounds, iso};

/// One version of a resource.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub number: u64,
    pub updated: i64,
    /// When it was true, where it says.
    pub at: Option<i64>,
    /// `None` where this version is the deletion.
    pub resource: Option<Arc<Value>>,
}

/// All resources by type and id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    types: BTreeMap<String, BTreeMap<String, Vec<Version>>>,
}

impl Store {
    pub(crate) fn versions(&self, kind: &str, id: &str) -> &[Version] {
        self.types.get(kind).and_then(|ids| ids.get(id)).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn current(&self, kind: &str, id: &str) -> Option<&Version> {
        self.versions(kind, id).last()
    }

    /// The newest version of every resource of a type, deletions included.
    pub(crate) fn all(&self, kind: &str) -> impl Iterator<Item = (&String, &Version)> {
        self.types
            .get(kind)
            .into_iter()
            .flatten()
            .filter_map(|(id, versions)| versions.last().map(|v| (id, v)))
    }

    pub(crate) fn history(&self, kind: &str) -> impl Iterator<Item = (&String, &Version)> {
        self.types
            .get(kind)
            .into_iter()
            .flatten()
            .flat_map(|(id, versions)| versions.iter().map(move |v| (id, v)))
    }

    /// Writes a version and gives it back as stored. `first` is the number it gets where there is none yet.
    pub(crate) fn put(
        &mut self,
        kind: &str,
        id: &str,
        mut resource: Value,
        now: i64,
        first: u64,
    ) -> Arc<Value> {
        let versions = self.types.entry(kind.to_owned()).or_default().entry(id.to_owned()).or_default();
        let number = versions.last().map_or(first, |v| v.number + 1);
        resource["id"] = json!(id);
        if !resource["meta"].is_object() {
            resource["meta"] = json!({});
        }
        resource["meta"]["versionId"] = json!(number.to_string());
        resource["meta"]["lastUpdated"] = json!(iso(now));
        let resource = Arc::new(resource);
        versions.push(Version {
            number,
            updated: now,
            at: time_of(&resource),
            resource: Some(resource.clone()),
        });
        resource
    }

    /// Marks a resource as deleted; `false` where there is none.
    pub(crate) fn delete(&mut self, kind: &str, id: &str, now: i64) -> bool {
        let Some(versions) = self.types.get_mut(kind).and_then(|ids| ids.get_mut(id)) else { return false };
        match versions.last() {
            Some(last) if last.resource.is_some() => {
                let number = last.number + 1;
                versions.push(Version { number, updated: now, at: None, resource: None });
                true
            }
            _ => false,
        }
    }
}

/// When a stored resource is about, for `date`, `sent` and `identified`.
fn time_of(resource: &Value) -> Option<i64> {
    let text = ["effectiveDateTime", "sent", "identifiedDateTime", "effectiveInstant"]
        .iter()
        .find_map(|name| resource[*name].as_str())
        .or_else(|| resource["effectivePeriod"]["start"].as_str())
        .or_else(|| resource["identifiedPeriod"]["start"].as_str())?;
    bounds(text).map(|(low, _)| low)
}
