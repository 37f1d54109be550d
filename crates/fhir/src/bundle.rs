//! Reads a page of a Bundle entry by entry: a bad entry never costs its page.

use clinical::{Fact, Unreadable};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::FhirError;
use crate::map::{deleted, map_observation, map_resource};
use crate::resource::{Observation, Str, Text};

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
struct Link<'a> {
    #[serde(borrow)]
    relation: Str<'a>,
    #[serde(borrow)]
    url: Str<'a>,
}

#[derive(Deserialize)]
struct Search<'a> {
    #[serde(borrow)]
    mode: Text<'a>,
}

impl Search<'_> {
    fn is_outcome(&self) -> bool {
        self.mode.as_deref() == Some("outcome")
    }
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    method: Str<'a>,
    #[serde(borrow)]
    url: Str<'a>,
}

impl Request<'_> {
    fn deletes(&self) -> bool {
        self.method == "DELETE"
    }
}

#[derive(Deserialize)]
struct Entry<'a, R> {
    resource: Option<R>,
    #[serde(borrow)]
    search: Option<Search<'a>>,
    #[serde(borrow)]
    request: Option<Request<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle<'a, R> {
    #[serde(borrow)]
    resource_type: Str<'a>,
    #[serde(borrow, default)]
    link: Vec<Link<'a>>,
    #[serde(borrow, default = "Vec::new")]
    entry: Vec<Entry<'a, R>>,
}

/// An entry whose resource is only cut out: a bad one never costs its page.
type RawEntry<'a> = Entry<'a, &'a RawValue>;

/// Reads one page: a searchset, a history or a notification Bundle.
///
/// # Errors
/// Where the page as a whole is no JSON or no Bundle. A page with a single bad token is split by hand, so that only
/// the entry around the token is lost to the quarantine.
pub fn read_page(bytes: &[u8]) -> Result<Page, FhirError> {
    if looks_like_html(bytes) {
        return Err(FhirError::WebPage);
    }
    let text = std::str::from_utf8(bytes).map_err(|e| FhirError::Malformed(e.to_string()))?;
    match read_observations(text) {
        Some(page) => Ok(page),
        None => read_any(text),
    }
}

/// An Observation that is as it should be, mapped as soon as it is read; nothing where it holds nothing of use. Whatever else
/// stands there is an error.
struct Observed(Option<Fact>);

impl<'de> Deserialize<'de> for Observed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let observation = Observation::deserialize(deserializer)?;
        map_observation(observation).map(Observed).ok_or_else(|| D::Error::custom("not as it should be"))
    }
}

/// Nearly every page is one of Observations that are as they should be: it is read in one pass. `None` where anything is odd
/// about it or something else stands in it; the thorough way reads it again and finds the words.
fn read_observations(text: &str) -> Option<Page> {
    let bundle: Bundle<Observed> = serde_json::from_str(text).ok().filter(is_bundle)?;
    let mut page = Page { next: next_link(&bundle.link), ..Page::default() };
    page.facts.reserve(bundle.entry.len());
    for entry in bundle.entry {
        match entry.resource {
            Some(Observed(fact)) if entry.search.is_none_or(|s| !s.is_outcome()) => {
                page.resources += 1;
                page.facts.extend(fact);
            }
            Some(_) => {}
            None => page.facts.extend(entry.request.filter(Request::deletes).and_then(|r| deleted(&r.url))),
        }
    }
    Some(page)
}

fn is_bundle<R>(bundle: &Bundle<R>) -> bool {
    bundle.resource_type == "Bundle"
}

fn read_any(text: &str) -> Result<Page, FhirError> {
    let mut page = Page::default();
    match serde_json::from_str::<Bundle<&RawValue>>(text) {
        Ok(bundle) if !is_bundle(&bundle) => {
            return Err(FhirError::NotFhir(format!(
                "expected a Bundle, got {}",
                clip(&bundle.resource_type)
            )));
        }
        Ok(bundle) => {
            page.next = next_link(&bundle.link);
            page.facts.reserve(bundle.entry.len());
            for entry in bundle.entry {
                take_entry(entry, &mut page);
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
            let entries =
                find("entry").and_then(split_items).ok_or_else(|| FhirError::Malformed(position(&error)))?;
            for entry in entries {
                read_entry(entry, &mut page);
            }
        }
    }
    Ok(page)
}

fn next_link(links: &[Link]) -> Option<String> {
    links.iter().find(|link| link.relation == "next").map(|link| link.url.to_string())
}

fn read_entry(text: &str, page: &mut Page) {
    let entry = match serde_json::from_str::<RawEntry>(text) {
        Ok(entry) => entry,
        Err(error) => {
            page.resources += 1;
            page.unreadable.push(unreadable("unknown", position(&error), text));
            return;
        }
    };
    take_entry(entry, page);
}

fn take_entry(entry: RawEntry, page: &mut Page) {
    if entry.search.is_some_and(|s| s.is_outcome()) {
        return;
    }
    if let Some(request) = entry.request.filter(Request::deletes) {
        page.facts.extend(deleted(&request.url));
        return;
    }
    if let Some(resource) = entry.resource {
        page.resources += 1;
        if let Err((reference, reason)) = map_resource(resource.get(), &mut page.facts) {
            page.unreadable.push(unreadable(&reference, reason, resource.get()));
        }
    }
}

fn unreadable(reference: &str, reason: String, body: &str) -> Unreadable {
    let mut end = body.len().min(64 * 1024);
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    Unreadable { reference: reference.to_owned(), reason, body: body[..end].to_owned() }
}

/// serde's message can quote the document, and documents hold patients; the place alone is safe to show.
pub(crate) fn position(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Eof => "ends too early",
        serde_json::error::Category::Syntax => "is not JSON",
        _ => "does not have the shape R4 gives it",
    };
    format!("{kind} (line {}, column {})", error.line(), error.column())
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

pub(crate) fn looks_like_html(bytes: &[u8]) -> bool {
    bytes.iter().copied().find(|b| !b.is_ascii_whitespace() && *b != 0xEF && *b != 0xBB && *b != 0xBF)
        == Some(b'<')
}

/// The end of the JSON value that starts at `from`, by brackets and strings alone; its inside may be broken.
fn value_end(text: &[u8], from: usize) -> Option<usize> {
    let (mut depth, mut quoted, mut at) = (0usize, false, from);
    while at < text.len() {
        match text[at] {
            b'\\' if quoted => at += 1,
            b'"' => {
                quoted = !quoted;
                if !quoted && depth == 0 {
                    return Some(at + 1);
                }
            }
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn skip_space(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Splits an object into its members without judging the values.
fn split_members(text: &str) -> Option<Vec<(&str, &str)>> {
    let bytes = text.as_bytes();
    let mut at = skip_space(bytes, 0);
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    let mut members = Vec::new();
    loop {
        at = skip_space(bytes, at + 1);
        if bytes.get(at) == Some(&b'}') {
            return Some(members);
        }
        let key_end = (bytes.get(at) == Some(&b'"')).then(|| value_end(bytes, at)).flatten()?;
        let key = text.get(at + 1..key_end - 1)?;
        at = skip_space(bytes, key_end);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        let start = skip_space(bytes, at + 1);
        let end = value_end(bytes, start)?;
        members.push((key, text.get(start..end)?.trim_end()));
        at = skip_space(bytes, end);
        match bytes.get(at)? {
            b',' => {}
            b'}' => return Some(members),
            _ => return None,
        }
    }
}

/// Splits an array into its items without judging them.
fn split_items(text: &str) -> Option<Vec<&str>> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'[') {
        return None;
    }
    let (mut items, mut at) = (Vec::new(), 0);
    loop {
        at = skip_space(bytes, at + 1);
        if bytes.get(at)? == &b']' {
            return Some(items);
        }
        let end = value_end(bytes, at)?;
        items.push(text.get(at..end)?.trim_end());
        at = skip_space(bytes, end);
        match bytes.get(at)? {
            b',' => {}
            b']' => return Some(items),
            _ => return None,
        }
    }
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
