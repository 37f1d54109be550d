//! What a history, or a notification, says of a resource that is there no more.

use clinical::{Body, Fact, SmolStr, Source};
use smol_str::format_smolstr;

use crate::wire::datatypes::is_id;
use crate::wire::time::parse_instant;

/// An entry that says that something was deleted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gone<'a> {
    /// `request.url`.
    pub url: Option<&'a str>,
    /// `fullUrl`.
    pub full_url: Option<&'a str>,
    /// `response.etag`, which is the version.
    pub etag: Option<&'a str>,
    /// `response.lastModified`.
    pub at: Option<&'a str>,
}

/// The fact that a resource was deleted; nothing where neither address names one.
pub(crate) fn deleted(gone: Gone) -> Option<Fact> {
    let (reference, version) = [gone.url, gone.full_url].into_iter().flatten().find_map(address)?;
    let tag = gone.etag.map(|tag| tag.trim_start_matches("W/").trim_matches('"'));
    let source = Source { reference, version: SmolStr::new(version.or(tag).unwrap_or_default()) };
    Some(Fact { source, updated_at: gone.at.and_then(parse_instant), body: Body::Deleted })
}

/// `Type/id` and the version in an address, as servers write it: relative or below any base, with a version behind it or none.
pub(crate) fn address(text: &str) -> Option<(SmolStr, Option<&str>)> {
    // A deletion by a condition names no resource.
    let path = Some(text).filter(|text| !text.contains('?'))?.trim_end_matches('/');
    let (path, version) = path.split_once("/_history/").map_or((path, None), |(path, v)| (path, Some(v)));
    let mut parts = path.rsplit('/');
    let (id, kind) = (parts.next().filter(|id| is_id(id))?, parts.next()?);
    let is_kind =
        kind.starts_with(|c: char| c.is_ascii_uppercase()) && kind.bytes().all(|b| b.is_ascii_alphabetic());
    is_kind.then(|| (format_smolstr!("{kind}/{id}"), version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_deleted_is_gone_however_a_server_writes_it() {
        let base = "http://host:8080/fhir";
        let said = |url: &str, full_url: &str, etag: &str| {
            let some = |text: &'static str| (!text.is_empty()).then_some(text);
            let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
            let gone = Gone {
                url: some(leak(url)),
                full_url: some(leak(full_url)),
                etag: some(leak(etag)),
                at: None,
            };
            deleted(gone).map(|fact| (fact.source.reference.to_string(), fact.source.version.to_string()))
        };
        let found = |version: &str| Some(("Observation/o1".to_owned(), version.to_owned()));
        for (url, full_url, etag, wanted) in [
            ("Observation/o1", "", "", found("")),
            ("/Observation/o1", "", "", found("")),
            ("Observation/o1/", "", "", found("")),
            ("Observation/o1/_history/2", "", "", found("2")),
            ("Observation/o1/_history/2", "", "W/\"3\"", found("2")),
            ("Observation/o1", "", "W/\"3\"", found("3")),
            ("http://host:8080/fhir/Observation/o1", "", "", found("")),
            ("http://host:8080/fhir/Observation/o1/_history/2", "", "", found("2")),
            // A deletion by a condition: what it met stands in the other address, or nowhere.
            ("Observation?identifier=x", &format!("{base}/Observation/o1"), "", found("")),
            ("", &format!("{base}/Observation/o1/_history/9"), "", found("9")),
            ("Observation?identifier=x", "", "", None),
            ("Observation", "urn:uuid:0193a000-0000-7000-8000-000000000001", "", None),
            ("", "", "", None),
        ] {
            assert_eq!(said(url, full_url, etag), wanted, "{url} {full_url}");
        }
    }
}
