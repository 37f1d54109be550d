//! Reads a page of a Bundle: in one pass where it holds Observations that are as they should be (`observations`), else entry by
//! entry, so that a bad one never costs its page.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::FhirError;
use crate::map::consent::withholding;
use crate::map::gone::{address, deleted};
use crate::map::resource::{map_resource, unreadable};
use crate::map::text::clean;
use crate::page::entry::{Entry, Link, Page, next_link};
use crate::page::observations::read_observations;
use crate::wire::bases::Bases;
use crate::wire::datatypes::Str;
use crate::wire::json::position;
use crate::wire::scan::{split_items, split_members};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle<'a> {
    #[serde(borrow)]
    resource_type: Str<'a>,
    /// As it stands there: one that is no number costs nothing.
    #[serde(borrow, default)]
    total: Option<&'a RawValue>,
    #[serde(borrow, default)]
    link: Vec<Link<'a>>,
    #[serde(borrow, default)]
    entry: Vec<RawEntry<'a>>,
}

/// An entry whose resource is only cut out: a bad one never costs its page.
type RawEntry<'a> = Entry<'a, &'a RawValue>;

/// Reads one page: a searchset, a history or a notification Bundle; `bases` are those of the server that it came from.
///
/// # Errors
/// Where the page as a whole is no JSON or no Bundle. A page with a single bad token is split by hand, so that only
/// the entry around the token is lost to the quarantine.
pub fn read_page_of(bytes: &[u8], bases: &Bases) -> Result<Page, FhirError> {
    if looks_like_html(bytes) {
        return Err(FhirError::WebPage);
    }
    let text = std::str::from_utf8(without_bom(bytes)).map_err(|e| FhirError::Malformed(e.to_string()))?;
    match read_observations(text, bases) {
        Some(page) => Ok(page),
        None => read_any(text, bases),
    }
}

/// The same where nothing is known of the server: only relative references lead to its resources.
///
/// # Errors
/// As [`read_page_of`].
pub fn read_page(bytes: &[u8]) -> Result<Page, FhirError> {
    read_page_of(bytes, &Bases::default())
}

/// A text without the mark that some servers begin it with: UTF-8 has no order of bytes, and JSON no place for it.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// For the fuzzer: a page that can be read in one pass says the same entry by entry.
#[cfg(fuzzing)]
pub fn fuzz_page(bytes: &[u8]) {
    if read_page(bytes).is_err() {
        return;
    }
    let text = std::str::from_utf8(without_bom(bytes)).unwrap_or_default();
    let bases = Bases::default();
    if let (Some(quick), Ok(thorough)) = (read_observations(text, &bases), read_any(text, &bases)) {
        assert_eq!((quick.facts, quick.left_out), (thorough.facts, thorough.left_out));
        assert_eq!(quick.labels, thorough.labels);
        assert_eq!(
            (quick.resources, quick.next, thorough.unreadable.len()),
            (thorough.resources, thorough.next, 0)
        );
    }
}

pub(crate) fn read_any(text: &str, bases: &Bases) -> Result<Page, FhirError> {
    let mut page = Page::default();
    match serde_json::from_str::<Bundle>(text) {
        Ok(bundle) if bundle.resource_type != "Bundle" => {
            return Err(FhirError::NotFhir(format!(
                "expected a Bundle, got {}",
                clip(&bundle.resource_type)
            )));
        }
        Ok(bundle) => {
            page.next = next_link(&bundle.link);
            page.total = bundle.total.and_then(|total| total.get().parse().ok());
            page.facts.reserve(bundle.entry.len());
            for entry in bundle.entry {
                take_entry(entry, bases, &mut page);
            }
        }
        // One token or one shape that is wrong somewhere: from here on entry by entry.
        Err(error) => {
            let members = split_members(text).ok_or_else(|| FhirError::Malformed(position(&error)))?;
            let find = |name: &str| members.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
            if find("resourceType") != Some("\"Bundle\"") {
                return Err(FhirError::NotFhir("expected a Bundle".into()));
            }
            if let Some(links) = find("link") {
                page.next = serde_json::from_str::<Vec<Link>>(links).ok().as_deref().and_then(next_link);
            }
            page.total = find("total").and_then(|total| total.trim().parse().ok());
            let entries =
                find("entry").and_then(split_items).ok_or_else(|| FhirError::Malformed(position(&error)))?;
            for entry in entries {
                read_entry(entry, bases, &mut page);
            }
        }
    }
    Ok(page)
}

fn read_entry(text: &str, bases: &Bases, page: &mut Page) {
    let entry = match serde_json::from_str::<RawEntry>(text) {
        Ok(entry) => entry,
        Err(error) => {
            page.resources += 1;
            page.unreadable.push(unreadable(&named_in(text), position(&error), text));
            let resource = split_members(text).and_then(|members| {
                members.into_iter().find(|(key, _)| *key == "resource").map(|(_, value)| value)
            });
            // A Consent that is no JSON withholds, where it can be told whose it is.
            page.facts.extend(resource.and_then(|text| withholding(text, &position(&error), bases)));
            return;
        }
    };
    take_entry(entry, bases, page);
}

/// `Type/id` of an entry that is no JSON, as far as it can be made out: of what is missing it has to be known whether it is an alarm.
fn named_in(entry: &str) -> String {
    let member = |text, name: &str| {
        split_members(text)?.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let word = |text| Some(str::trim_matches(text, '"'));
    let by_address = || address(member(entry, "fullUrl").and_then(word)?).map(|(name, _)| name.to_string());
    let by_itself = || {
        let resource = member(entry, "resource")?;
        let kind = member(resource, "resourceType").and_then(word)?;
        Some(format!("{}/{}", clean(kind, 40), clean(member(resource, "id").and_then(word)?, 64)))
    };
    by_itself().or_else(by_address).unwrap_or_else(|| "unknown".into())
}

fn take_entry(entry: RawEntry, bases: &Bases, page: &mut Page) {
    if entry.search.as_ref().is_some_and(|s| s.is_outcome()) {
        return;
    }
    if let Some(gone) = entry.gone() {
        page.gone += 1;
        match deleted(gone) {
            Some(fact) => page.facts.push(fact),
            None => {
                page.unreadable.push(unreadable("unknown", "it was deleted, and has no address".into(), ""))
            }
        }
        return;
    }
    if let Some(resource) = entry.resource {
        page.resources += 1;
        let came = map_resource(resource.get(), bases);
        if came.fact.is_none() {
            page.saw(resource.get());
        }
        if let Some(fact) = came.fact.as_ref().filter(|_| !came.labels.is_empty()) {
            page.labels.push((fact.source.clone(), came.labels));
        }
        page.facts.extend(came.fact);
        page.unreadable.extend(came.unreadable);
        came.left_out.into_iter().for_each(|name| page.leave_out(name));
    }
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

pub(crate) fn looks_like_html(bytes: &[u8]) -> bool {
    bytes.iter().copied().find(|b| !b.is_ascii_whitespace() && *b != 0xEF && *b != 0xBB && *b != 0xBF)
        == Some(b'<')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"{"resource":{"resourceType":"Observation","id":"a","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-01T00:00:00Z","valueQuantity":{"value":72,"code":"/min"}}}"#;

    fn page_of(entries: &[&str]) -> String {
        format!(
            r#"{{"resourceType":"Bundle","type":"searchset","link":[{{"relation":"next","url":"http://s/next"}}],"entry":[{}]}}"#,
            entries.join(",")
        )
    }

    #[test]
    fn a_nan_costs_its_own_entry_and_nothing_else() {
        let bad = GOOD.replace("72", "NaN");
        let page = read_page(page_of(&[GOOD, &bad, GOOD]).as_bytes()).unwrap();
        assert_eq!((page.facts.len(), page.unreadable.len(), page.resources), (2, 1, 3));
        assert_eq!(page.next.as_deref(), Some("http://s/next"));
    }

    #[test]
    fn a_bad_token_does_not_hide_of_what_it_is() {
        let issue = r#""resource":{"resourceType":"DetectedIssue","id":"d","status":NaN}"#;
        let nameless = r#""resource":{"resourceType":"DetectedIssue","status":NaN}"#;
        let address = r#""fullUrl":"http://s/fhir/DetectedIssue/d""#;
        for (entry, name) in [
            (format!("{{{issue}}}"), "DetectedIssue/d"),
            (format!("{{{address},{issue}}}"), "DetectedIssue/d"),
            (format!("{{{address},{nameless}}}"), "DetectedIssue/d"),
            (format!("{{{nameless}}}"), "unknown"),
            ("NaN".to_owned(), "unknown"),
        ] {
            let page = read_page(page_of(&[&entry, GOOD]).as_bytes()).unwrap();
            let named: Vec<&str> = page.unreadable.iter().map(|held| held.reference.as_str()).collect();
            assert_eq!((named, page.facts.len()), (vec![name], 1), "{entry}");
        }
    }

    #[test]
    fn a_resource_nested_ten_thousand_deep_is_survived() {
        let deep = format!(
            r#"{{"resource":{{"resourceType":"Observation","id":"d","x":{}1{}}}}}"#,
            "[".repeat(10_000),
            "]".repeat(10_000)
        );
        let page = read_page(page_of(&[&deep, GOOD]).as_bytes()).unwrap();
        assert_eq!((page.facts.len(), page.unreadable.len()), (1, 1));
        let all_deep = format!("{}{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        assert!(matches!(
            read_page(all_deep.as_bytes()),
            Err(FhirError::Malformed(_) | FhirError::NotFhir(_))
        ));
    }

    #[test]
    fn a_login_page_and_half_a_document_are_named_as_such() {
        assert!(matches!(read_page(b"\n<!doctype html><title>Sign in"), Err(FhirError::WebPage)));
        let whole = page_of(&[GOOD]);
        assert!(matches!(read_page(&whole.as_bytes()[..whole.len() - 9]), Err(FhirError::Malformed(_))));
        assert!(matches!(read_page(br#"{"resourceType":"Patient"}"#), Err(FhirError::NotFhir(_))));
    }

    #[test]
    fn the_reason_never_quotes_the_patient() {
        let bad = r#"{"resource":{"resourceType":"Patient","id":"x","name":"Secretname"}}"#;
        let page = read_page(page_of(&[bad]).as_bytes()).unwrap();
        assert_eq!(page.unreadable.len(), 1);
        assert!(!page.unreadable[0].reason.contains("Secretname"));
    }

    #[test]
    fn a_mark_before_the_text_costs_no_page() {
        let page = page_of(&[GOOD, r#"{"resource":{"resourceType":"Goal","id":"g"}}"#, GOOD]);
        let marked = format!("\u{feff}{page}");
        let page = read_page(marked.as_bytes()).unwrap();
        assert_eq!((page.facts.len(), page.unreadable.len(), page.resources), (2, 0, 3));
        assert_eq!(page.left_out.into_iter().collect::<Vec<_>>(), [("Goal".into(), 1)]);
        assert!(matches!(read_page("\u{feff}<html>".as_bytes()), Err(FhirError::WebPage)));
    }

    proptest! {
        #[test]
        fn no_bytes_can_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in 0usize..400, flip in any::<u8>()) {
            let _ = read_page(&bytes);
            let mut page = page_of(&[GOOD, GOOD]).into_bytes();
            let at = cut % page.len();
            page[at] ^= flip;
            let _ = read_page(&page);
            page.truncate(at);
            let _ = read_page(&page);
        }
    }
}
