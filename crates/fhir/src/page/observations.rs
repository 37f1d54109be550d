//! A page of Observations that are as they should be, which nearly every page is, read in one pass.

use clinical::SmolStr;
use serde::de::IgnoredAny;

use crate::map::gone::deleted;
use crate::map::modifiers::may_be_modified;
use crate::map::resource::map_observation;
use crate::page::entry::{Entry, Link, Page, next_link};
use crate::page::forms::Forms;
use crate::wire::bases::Bases;
use crate::wire::datatypes::Str;
use crate::wire::resource::Observation;
use crate::wire::scan::Cursor;

/// `None` where anything is odd about the page or something else stands in it; the thorough way reads it again and finds the
/// words.
pub(crate) fn read_observations(text: &str, bases: &Bases) -> Option<Page> {
    let mut page = Page::default();
    let (mut is_bundle, mut links, mut entries) = (false, false, false);
    let mut cursor = Cursor { text, at: 0 };
    cursor.step(b'{')?;
    loop {
        let name: Str = cursor.value()?;
        cursor.step(b':')?;
        match &*name {
            // A member that comes twice is odd.
            "resourceType" if !is_bundle => is_bundle = cursor.value::<Str>()? == "Bundle",
            "link" if !links => {
                links = true;
                page.next = next_link(&cursor.value::<Vec<Link>>()?);
            }
            "entry" if !entries => {
                entries = true;
                read_entries(&mut cursor, bases, &mut page)?;
            }
            "total" if page.total.is_none() => page.total = Some(cursor.value()?),
            "resourceType" | "link" | "entry" | "total" => return None,
            _ => {
                cursor.value::<IgnoredAny>()?;
            }
        }
        if cursor.step(b',').is_none() {
            break;
        }
    }
    cursor.step(b'}')?;
    (is_bundle && cursor.peek().is_none()).then_some(page)
}

fn read_entries(cursor: &mut Cursor, bases: &Bases, page: &mut Page) -> Option<()> {
    let mut forms = Forms::new(bases);
    cursor.step(b'[')?;
    if cursor.step(b']').is_some() {
        return Some(());
    }
    loop {
        cursor.peek()?;
        if let Some((fact, end)) = forms.recognise(cursor.text, cursor.at) {
            cursor.at = end;
            page.resources += 1;
            page.facts.push(fact);
        } else {
            let from = cursor.at;
            let entry: Entry<Observation> = cursor.value()?;
            let text = &cursor.text[from..cursor.at];
            // Entries of its form are the same between what differs: none of them has what this one has not.
            if may_be_modified(text) {
                return None;
            }
            let is_outcome = entry.search.as_ref().is_some_and(|s| s.is_outcome());
            let gone = entry.gone().map(deleted);
            match (entry.resource, gone) {
                _ if is_outcome => {}
                (_, Some(fact)) => {
                    page.gone += 1;
                    page.facts.push(fact?);
                }
                (Some(observation), None) => {
                    let (fact, left_out, labels) = map_observation(observation, bases)?;
                    page.resources += 1;
                    // What is learned has no labels: a form whose labels say something is read by serde each time.
                    if left_out.is_empty() && labels.is_empty() {
                        forms.learn(text, &fact);
                    }
                    left_out.into_iter().for_each(|name| page.leave_out(SmolStr::new_static(name)));
                    if !labels.is_empty() {
                        page.labels.push((fact.source.clone(), labels));
                    }
                    page.facts.push(fact);
                }
                (None, None) => {}
            }
        }
        if cursor.step(b',').is_none() {
            return cursor.step(b']');
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::{Value, json};

    use super::*;
    use crate::page::bundle::read_any;

    /// Those of the server whose references stand in the entries.
    fn bases() -> Bases {
        Bases::of(&[url::Url::parse("http://server/fhir").unwrap()])
    }

    fn quantity(value: &str, unit: &str) -> Value {
        let value: Value = serde_json::from_str(value).unwrap();
        json!({ "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit })
    }

    fn loinc(code: &str) -> Value {
        json!({ "coding": [{ "system": "http://loinc.org", "code": code, "display": format!("Code {code} é") }] })
    }

    /// An entry as a server might write it, in one of a few forms.
    fn entry(form: u8, n: u32, code: &str, value: &str, at: &str) -> Value {
        let mut resource = json!({
            "resourceType": "Observation", "id": format!("o{n}"), "status": "final", "code": loinc(code),
            "meta": { "versionId": (n % 3).to_string(), "lastUpdated": at, "source": format!("#{n}") },
            "subject": { "reference": format!("Patient/p{}", n % 4), "display": format!("Name {n}") },
            "device": { "reference": format!("http://server/fhir/Device/d{}/_history/1", n % 2) },
            "category": [{ "coding": [{ "code": "vital-signs" }] }],
        });
        match form % 4 {
            0 => resource["effectiveDateTime"] = json!(at),
            1 => resource["effectiveInstant"] = json!(at),
            _ => resource["effectivePeriod"] = json!({ "start": at, "end": "2026-01-02" }),
        }
        match form / 4 % 5 {
            0 => resource["valueQuantity"] = quantity(value, "/min"),
            1 => {
                resource["code"] = loinc("8310-5");
                resource["valueQuantity"] = quantity(value, "Cel");
            }
            2 => {
                resource["code"] = loinc("85354-9");
                resource["component"] = json!([
                    { "code": loinc("8480-6"), "valueQuantity": quantity(value, "mm[Hg]") },
                    { "code": loinc("8462-4"), "valueQuantity": quantity(value, "mm[Hg]") },
                ]);
            }
            3 => {
                resource["code"] = loinc("59408-5");
                resource["valueQuantity"] = quantity(value, "%");
                resource["component"] =
                    json!([{ "code": loinc("3151-8"), "valueQuantity": quantity("2", "L/min") }]);
            }
            _ => resource["dataAbsentReason"] = json!({ "text": "lead off" }),
        }
        let mut entry =
            json!({ "fullUrl": format!("urn:{n}"), "resource": resource, "search": { "mode": "match" } });
        match form / 20 % 12 {
            0 => entry["search"]["mode"] = json!("outcome"),
            1 => entry["request"] = json!({ "method": "DELETE", "url": format!("Observation/o{n}") }),
            2 => entry["resource"]["status"] = json!("entered-in-error"),
            3 => entry["resource"]["text"] = json!({ "div": format!("<div class=\"x\">{n}</div>") }),
            4 => entry["resource"]["device"] = json!({ "display": format!("Cuff {n}") }),
            5 => entry["resource"]["device"] = json!({ "reference": format!("DeviceMetric/m{}", n % 2) }),
            7 | 8 => {
                let system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
                let code = if form / 20 % 12 == 7 { "N" } else { ["N", "R"][n as usize % 2] };
                entry["resource"]["meta"]["security"] = json!([{ "system": system, "code": code }]);
            }
            6 => entry["resource"]["valueQuantity"]["comparator"] = json!(["<", ">"][n as usize % 2]),
            _ => {}
        }
        entry
    }

    /// What may come instead of a piece of text: tokens that are close to right, or to wrong.
    const ODD: [&str; 16] = [
        "007", "-0", "1e2", "1.", "\\u0041", "\\", "\n", "\"x\":1,", "value", "id", "é", "null", "{}",
        "Patient/", "8867-4", "",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn a_page_is_read_as_entry_by_entry_or_not_at_all(
            entries in proptest::collection::vec(
                (any::<u8>(), 0u32..50, select(&["8867-4", "9279-1", "1-8"][..]),
                 select(&["72", "36.60", "-0.0", "1e2", "5000"][..]),
                 select(&["2026-01-01T00:00:00Z", "2026-01-01T01:00:00.5+02:00", "2026-01"][..])),
                1..14),
            alike in any::<bool>(),
            pretty in any::<bool>(),
            harm in proptest::option::of((any::<proptest::sample::Index>(), 0usize..6, select(&ODD[..]))),
        ) {
            let first = entries[0].0;
            let entries: Vec<Value> = entries
                .into_iter()
                .map(|(form, n, code, value, at)| entry(if alike { 80 + first % 20 } else { form }, n, code, value, at))
                .collect();
            let bundle = json!({ "resourceType": "Bundle", "entry": entries, "link": [{ "relation": "next", "url": "u" }] });
            let mut text = if pretty { serde_json::to_string_pretty(&bundle) } else { serde_json::to_string(&bundle) }.unwrap();
            if let Some((at, cut, odd)) = harm {
                let at = at.index(text.len());
                if text.is_char_boundary(at) && text.is_char_boundary((at + cut).min(text.len())) {
                    text.replace_range(at..(at + cut).min(text.len()), odd);
                }
            }
            let page = read_observations(&text, &bases());
            prop_assert!(page.is_some() || harm.is_some());
            if let Some(page) = page {
                let thorough = read_any(&text, &bases()).unwrap();
                prop_assert!(thorough.unreadable.is_empty());
                prop_assert_eq!(page.facts, thorough.facts);
                prop_assert_eq!(page.left_out, thorough.left_out);
                prop_assert_eq!(page.labels, thorough.labels);
                prop_assert_eq!((page.resources, page.next), (thorough.resources, thorough.next));
            }
        }
    }

    #[test]
    fn entries_of_a_known_form_are_recognised() {
        let entries: Vec<String> = (0..20)
            .map(|n| {
                entry(
                    [100, 108][n as usize % 2],
                    n,
                    ["8867-4", "9279-1"][n as usize / 10],
                    "72",
                    "2026-01-01T00:00:00Z",
                )
                .to_string()
            })
            .collect();
        let here = bases();
        let mut forms = Forms::new(&here);
        let missed = entries.iter().filter(|text| {
            if forms.recognise(text, 0).is_some_and(|(_, end)| end == text.len()) {
                return false;
            }
            let read: Entry<Observation> = serde_json::from_str(text).unwrap();
            forms.learn(text, &map_observation(read.resource.unwrap(), &bases()).unwrap().0);
            true
        });
        // One of each form, and one more where the code is seen to differ.
        assert_eq!(missed.count(), 3);
    }
}
