//! The parameters of a search, and whether a stored resource matches them.

use serde_json::Value;

use crate::ward::dates::bounds;

/// A query as name and value, in order.
pub(crate) type Query = Vec<(String, String)>;

/// A range of time in milliseconds, both ends included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub from: i64,
    pub to: i64,
}

impl Range {
    pub(crate) const ALL: Range = Range { from: i64::MIN, to: i64::MAX };

    pub(crate) fn narrow(&mut self, text: &str) -> Result<(), String> {
        let (prefix, date) = match text.split_at_checked(2) {
            Some((p @ ("eq" | "ge" | "gt" | "le" | "lt"), rest)) => (p, rest),
            _ => ("eq", text),
        };
        let (low, high) = bounds(date).ok_or_else(|| format!("\"{date}\" is no date"))?;
        match prefix {
            "ge" => self.from = self.from.max(low),
            "gt" => self.from = self.from.max(high + 1),
            "le" => self.to = self.to.min(high),
            "lt" => self.to = self.to.min(low - 1),
            _ => {
                self.from = self.from.max(low);
                self.to = self.to.min(high);
            }
        }
        Ok(())
    }

    pub(crate) fn holds(&self, t: i64) -> bool {
        t >= self.from && t <= self.to
    }
}

pub(crate) fn is_patient(name: &str) -> bool {
    matches!(name, "patient" | "subject" | "subject:Patient")
}

/// Whether [`matches`] has anything to say about this parameter.
pub(crate) fn is_tested(name: &str) -> bool {
    is_patient(name)
        || matches!(
            name,
            "_id"
                | "code"
                | "category"
                | "identifier"
                | "status"
                | "part-of"
                | "partof"
                | "location"
                | "name"
                | "family"
                | "given"
                | "birthdate"
        )
}

/// Whether a stored resource matches the token and reference parameters.
pub(crate) fn matches(resource: &Value, id: &str, query: &Query) -> bool {
    query.iter().all(|(name, value)| {
        let any = |test: &dyn Fn(&str) -> bool| value.split(',').any(test);
        match name.as_str() {
            "_id" => any(&|v| v == id),
            n if is_patient(n) => {
                let reference =
                    resource["subject"]["reference"].as_str().or(resource["patient"]["reference"].as_str());
                any(&|v| reference.is_some_and(|r| r == v || r.rsplit('/').next() == Some(v)))
            }
            "code" | "category" => any(&|v| tokens(&resource[name.as_str()]).iter().any(|t| token_is(t, v))),
            "identifier" => {
                let identifiers = resource["identifier"].as_array().map_or(&[][..], Vec::as_slice);
                any(&|v| {
                    let pair = |i: &Value| {
                        (
                            i["system"].as_str().unwrap_or("").to_owned(),
                            i["value"].as_str().unwrap_or("").to_owned(),
                        )
                    };
                    identifiers.iter().any(|i| token_is(&pair(i), v))
                })
            }
            "status" => any(&|v| resource["status"] == v),
            "part-of" | "partof" => any(&|v| refers(&resource["partOf"], v)),
            // As R4 has it: a place that was left is one of them.
            "location" => any(&|v| {
                resource["location"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|l| refers(&l["location"], v)))
            }),
            "name" | "family" | "given" => any(&|v| is_called(&resource["name"], name, v)),
            "birthdate" => any(&|v| resource["birthDate"].as_str().is_some_and(|day| day.starts_with(v))),
            _ => true,
        }
    })
}

fn refers(reference: &Value, wanted: &str) -> bool {
    reference["reference"].as_str().is_some_and(|r| r == wanted || r.rsplit('/').next() == Some(wanted))
}

/// Whether a part of a name begins so.
fn is_called(names: &Value, part: &str, wanted: &str) -> bool {
    let wanted = wanted.to_lowercase();
    let begins = |text: &Value| text.as_str().is_some_and(|text| text.to_lowercase().starts_with(&wanted));
    names.as_array().into_iter().flatten().any(|name| {
        let family = part != "given" && begins(&name["family"]);
        let given = part != "family" && name["given"].as_array().is_some_and(|all| all.iter().any(begins));
        family || given
    })
}

fn tokens(concept: &Value) -> Vec<(String, String)> {
    let concepts = concept.as_array().map_or(std::slice::from_ref(concept), Vec::as_slice);
    concepts
        .iter()
        .filter_map(|c| c["coding"].as_array())
        .flatten()
        .map(|c| (c["system"].as_str().unwrap_or("").to_owned(), c["code"].as_str().unwrap_or("").to_owned()))
        .collect()
}

fn token_is((system, code): &(String, String), wanted: &str) -> bool {
    match wanted.split_once('|') {
        Some((s, c)) => s == system && (c.is_empty() || c == code),
        None => wanted == code,
    }
}

/// The references that `_include=Type:parameter` asks for.
pub(crate) fn included(resource: &Value, include: &str) -> Vec<String> {
    let mut parts = include.split(':');
    let (kind, parameter) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if resource["resourceType"] != kind {
        return Vec::new();
    }
    let places: Vec<&Value> = match parameter {
        "patient" | "subject" => vec![&resource["subject"], &resource["patient"]],
        "device" => vec![&resource["device"]],
        "location" => resource["location"]
            .as_array()
            .map_or(Vec::new(), |all| all.iter().map(|l| &l["location"]).collect()),
        "partof" => vec![&resource["partOf"]],
        "implicated" => resource["implicated"].as_array().map_or(Vec::new(), |all| all.iter().collect()),
        _ => Vec::new(),
    };
    places.into_iter().filter_map(|v| v["reference"].as_str().map(str::to_owned)).collect()
}
