//! How a person is reached, and who is spoken to for them.

use clinical::{ContactKind, ContactPerson, ContactPoint, Contacts, Instant};

use crate::map::names::{current_name, is_over};
use crate::map::text::clean;
use crate::wire::datatypes as types;
use crate::wire::datatypes::{Concept, Period};
use crate::wire::resource as r4;
use crate::wire::time::parse_instant;

/// Of each kind so many are kept: whoever calls tries no more.
const MOST: usize = 10;

/// What a Patient says of it. What was over or old when the server said so is left out: a number that somebody gave up may be a
/// stranger's now.
pub(crate) fn contacts(patient: &r4::Patient, updated: Option<Instant>) -> Contacts {
    let mut spoken: Vec<&r4::Spoken> = patient.communication.iter().collect();
    spoken.sort_by_key(|spoken| spoken.preferred != Some(true));
    let languages = spoken.iter().filter_map(|spoken| language(&spoken.language));
    let people = patient.contact.iter().filter(|one| holds(one.period.as_ref(), updated));
    Contacts {
        points: points(&patient.telecom, updated),
        address: address(&patient.address, updated),
        languages: languages.take(MOST).collect(),
        people: people.map(|one| person(one, updated)).filter(says_something).take(MOST).collect(),
    }
}

/// Whether what has a period held when the server said so: it had begun, and was not over.
fn holds(period: Option<&Period>, updated: Option<Instant>) -> bool {
    let start = period.and_then(|period| period.start.as_deref()).and_then(parse_instant);
    let is_to_come = start.zip(updated).is_some_and(|(start, updated)| start > updated);
    !is_to_come && !is_over(period, updated)
}

/// Its words, else its code.
fn language(spoken: &Concept) -> Option<String> {
    let code = || spoken.coding.iter().find_map(|coding| coding.code.as_deref());
    Some(clean(spoken.words().or_else(code)?, 40)).filter(|language| !language.is_empty())
}

fn person(one: &r4::PatientContact, updated: Option<Instant>) -> ContactPerson {
    let (family, given) = match &one.name {
        Some(name) => current_name(std::slice::from_ref(name), updated),
        None => Default::default(),
    };
    let relationship: Vec<String> =
        one.relationship.iter().filter_map(|kind| Some(clean(kind.words()?, 40))).collect();
    ContactPerson {
        name: [given, family].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
        relationship: relationship.join(", "),
        points: points(&one.telecom, updated),
    }
}

fn says_something(person: &ContactPerson) -> bool {
    !person.name.is_empty() || !person.points.is_empty()
}

/// Those that still reach somebody; by their rank, and those without one in the order that they were sent in.
fn points(said: &[types::ContactPoint], updated: Option<Instant>) -> Vec<ContactPoint> {
    let mut said: Vec<&types::ContactPoint> = said
        .iter()
        .filter(|point| point.usage.as_deref() != Some("old") && holds(point.period.as_ref(), updated))
        .collect();
    said.sort_by_key(|point| point.rank.unwrap_or(u32::MAX));
    let kept = said.into_iter().filter_map(|point| {
        let kind = match point.system.as_deref() {
            Some("phone") => ContactKind::Phone,
            Some("sms") => ContactKind::Sms,
            Some("email") => ContactKind::Email,
            // Nobody is spoken to by a fax, a pager or an address of the web.
            _ => return None,
        };
        let value = clean(point.value.as_deref()?, 80);
        let used = clean(point.usage.as_deref().unwrap_or_default(), 20);
        (!value.is_empty()).then_some(ContactPoint { kind, value, used })
    });
    kept.take(MOST).collect()
}

/// Where somebody lives: what is a postbox alone, a place to send bills to, old or over is no such place.
fn address(said: &[types::Address], updated: Option<Instant>) -> Option<String> {
    let rank = |address: &&types::Address| match address.usage.as_deref() {
        // Where somebody stays for a while is where they are, unless it has an end that may have come since it was said.
        Some("temp") if address.period.as_ref().is_none_or(|period| period.end.is_none()) => 0,
        Some("home") => 1,
        None => 2,
        _ => 3,
    };
    let lives = said.iter().filter(|address| {
        !matches!(address.usage.as_deref(), Some("old" | "billing"))
            && address.kind.as_deref() != Some("postal")
            && holds(address.period.as_ref(), updated)
    });
    lives
        .filter_map(|address| Some((rank(&address), line(address)?)))
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, line)| line)
}

fn line(address: &types::Address) -> Option<String> {
    let town = [&address.postal_code, &address.city].into_iter().filter_map(Option::as_deref);
    let town = town.collect::<Vec<_>>().join(" ");
    let lines = address.line.iter().filter_map(Option::as_deref);
    let rest = [&address.state, &address.country].into_iter().filter_map(Option::as_deref);
    let parts: Vec<&str> =
        lines.chain([town.as_str()]).chain(rest).map(str::trim).filter(|part| !part.is_empty()).collect();
    let text = match parts.is_empty() {
        true => {
            address.text.as_deref().unwrap_or_default().lines().map(str::trim).collect::<Vec<_>>().join(", ")
        }
        false => parts.join(", "),
    };
    Some(clean(&text, 200)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use clinical::Body;

    use super::*;
    use crate::map::resource::tests::one;

    fn of(more: &str) -> Contacts {
        let text = format!(
            r#"{{"resourceType":"Patient","id":"p","meta":{{"lastUpdated":"2026-01-02T00:00:00Z"}},{more}}}"#
        );
        let Body::Person(person) = one(&text) else { panic!() };
        *person.contacts.unwrap()
    }

    #[test]
    fn a_number_that_was_given_up_is_nobodys_and_the_preferred_stands_first() {
        for (said, wanted) in [
            (r#"{"system":"phone","value":"1","use":"old"},{"system":"phone","value":"2"}"#, vec!["2"]),
            (r#"{"system":"phone","value":"1","period":{"end":"2025-01-01"}}"#, vec![]),
            (r#"{"system":"phone","value":"1","period":{"end":"2027-01-01"}}"#, vec!["1"]),
            (r#"{"system":"phone","value":"1"},{"system":"phone","value":"2","rank":1}"#, vec!["2", "1"]),
            (
                r#"{"system":"phone","value":"1","rank":2},{"system":"sms","value":"2","rank":1}"#,
                vec!["2", "1"],
            ),
            (r#"{"system":"fax","value":"1"},{"system":"url","value":"2"},{"value":"3"}"#, vec![]),
            (r#"{"system":"email","value":"a@b.example"}"#, vec!["a@b.example"]),
            (r#"{"system":"phone"},{"system":"phone","value":" "}"#, vec![]),
        ] {
            let found = of(&format!(r#""telecom":[{said}]"#));
            let values: Vec<&str> = found.points.iter().map(|point| point.value.as_str()).collect();
            assert_eq!(values, wanted, "{said}");
        }
        let mobile = of(r#""telecom":[{"system":"phone","value":"1","use":"mobile"}]"#).points;
        assert_eq!((mobile[0].kind, mobile[0].used.as_str()), (ContactKind::Phone, "mobile"));
    }

    #[test]
    fn an_address_is_where_somebody_lives() {
        let home = r#"{"use":"home","line":["Ringstr. 4","Tür 2"],"city":"Wien","postalCode":"1010","country":"AT"}"#;
        for (said, wanted) in [
            (home.to_owned(), Some("Ringstr. 4, Tür 2, 1010 Wien, AT")),
            (
                format!(r#"{{"use":"old","text":"x"}},{{"use":"billing","text":"y"}},{home}"#),
                Some("Ringstr. 4, Tür 2, 1010 Wien, AT"),
            ),
            (
                format!(r#"{home},{{"use":"temp","line":["At her son's"],"city":"Graz"}}"#),
                Some("At her son's, Graz"),
            ),
            (
                format!(r#"{home},{{"use":"temp","city":"Graz","period":{{"end":"2025-12-01"}}}}"#),
                Some("Ringstr. 4, Tür 2, 1010 Wien, AT"),
            ),
            (
                format!(r#"{home},{{"use":"temp","city":"Graz","period":{{"end":"2026-03-01"}}}}"#),
                Some("Ringstr. 4, Tür 2, 1010 Wien, AT"),
            ),
            (
                format!(r#"{home},{{"use":"temp","city":"Graz","period":{{"start":"2026-02-01"}}}}"#),
                Some("Ringstr. 4, Tür 2, 1010 Wien, AT"),
            ),
            (r#"{"type":"postal","line":["PO Box 9"]}"#.to_owned(), None),
            (r#"{"text":"7 Mill Lane\nLeeds"}"#.to_owned(), Some("7 Mill Lane, Leeds")),
            (r#"{"line":[null],"city":" "}"#.to_owned(), None),
        ] {
            assert_eq!(of(&format!(r#""address":[{said}]"#)).address.as_deref(), wanted, "{said}");
        }
    }

    #[test]
    fn what_somebody_speaks_and_who_speaks_for_them_is_read_and_the_rest_costs_nothing() {
        let of = |more: &str| of(&format!(r#""name":[{{"family":"A"}}],{more}"#));
        let german = r#"{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"de"}]}}"#;
        let turkish = r#"{"language":{"text":"Turkish"},"preferred":true}"#;
        assert_eq!(of(&format!(r#""communication":[{german},{turkish}]"#)).languages, ["Turkish", "de"]);
        let carer = r#"{"relationship":[{"text":"Daughter"}],"name":{"family":"Roth","given":["Eva"]},"telecom":[{"system":"phone","value":"7"}]}"#;
        let over = r#"{"name":{"text":"Gone"},"period":{"end":"2020"}}"#;
        let found = of(&format!(r#""contact":[{over},{carer},{{"relationship":[]}}]"#)).people;
        assert_eq!(found.len(), 1);
        let one = &found[0];
        assert_eq!(
            (one.name.as_str(), one.relationship.as_str(), one.points.len()),
            ("Eva Roth", "Daughter", 1)
        );
    }

    #[test]
    fn a_contact_that_cannot_be_read_costs_no_person() {
        for more in [
            r#""telecom":7"#,
            r#""telecom":[{"rank":-1}]"#,
            r#""address":"Mill Lane""#,
            r#""communication":[{}]"#,
            r#""contact":[{"name":7}]"#,
        ] {
            let text = format!(r#"{{"resourceType":"Patient","id":"p","name":[{{"family":"A"}}],{more}}}"#);
            let came = crate::map::resource::map_resource(&text, &crate::wire::bases::Bases::default());
            let Some(Body::Person(person)) = came.fact.map(|fact| fact.body) else { panic!("{more}") };
            assert_eq!(person.family, "A");
            assert!(came.unreadable.is_some(), "{more}");
        }
    }
}
