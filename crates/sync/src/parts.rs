//! A search for many people, in parts that servers and proxies take: so many ids that the address stays short, or one by one where
//! a server takes no lists.

use clinical::PatientId;

/// The longest address, in bytes.
const LONGEST: usize = 1_800;

/// How people are named in a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Way {
    /// `patient=a,b,c`.
    #[default]
    List,
    /// `subject=Patient/a,Patient/b`.
    Subjects,
    /// `patient=a`, one after the other.
    One,
    /// `subject=Patient/a`, one after the other.
    OneSubject,
}

impl Way {
    /// What to try where this was refused.
    pub(crate) fn next(self) -> Option<Way> {
        match self {
            Way::List => Some(Way::Subjects),
            Way::Subjects => Some(Way::One),
            Way::One => Some(Way::OneSubject),
            Way::OneSubject => None,
        }
    }

    /// Whether it names one after the other.
    pub(crate) fn is_one_by_one(self) -> bool {
        matches!(self, Way::One | Way::OneSubject)
    }
}

/// One part of a search, and whom it asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub query: String,
    pub people: Vec<PatientId>,
}

/// The parts of `query` on one kind that ask for these people, below a base of so many bytes.
pub(crate) fn parts(kind: &str, query: &str, people: &[PatientId], way: Way, base: usize) -> Vec<Part> {
    let (name, before) = match (kind, way) {
        // A person's own record is named by its id.
        ("Patient", _) => ("_id", ""),
        (_, Way::List | Way::One) => ("patient", ""),
        (_, Way::Subjects | Way::OneSubject) => ("subject", "Patient/"),
    };
    let ids: Vec<String> = people.iter().map(|id| format!("{before}{id}")).collect();
    let room = LONGEST.saturating_sub(base + query.len() + name.len() + 2);
    let mut left = people;
    lists(&ids, room, way.is_one_by_one())
        .into_iter()
        .map(|list| {
            let (these, others) = left.split_at(list.len());
            left = others;
            Part { query: format!("{query}&{name}={}", list.join(",")), people: these.to_vec() }
        })
        .collect()
}

/// Ids in lists of so many bytes, commas with them; one by one where that is wanted.
pub(crate) fn lists(ids: &[String], room: usize, one_by_one: bool) -> Vec<&[String]> {
    let mut out = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (n, id) in ids.iter().enumerate() {
        if n > from && (one_by_one || bytes + id.len() + 1 > room) {
            out.push(&ids[from..n]);
            (from, bytes) = (n, 0);
        }
        bytes += id.len() + 1;
    }
    if from < ids.len() {
        out.push(&ids[from..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_asked_for_once_and_no_address_is_too_long_for_a_proxy() {
        let base = "https://fhir.hospital.example/r4".len();
        for count in [0, 1, 2, 45, 300] {
            let people: Vec<PatientId> =
                (0..count).map(|n| format!("{n:08}-7a2e-4c1b-9d5f-1f0b6c2d9a77").into()).collect();
            let mut way = Some(Way::default());
            while let Some(now) = way {
                let asked = parts("Flag", "Flag?_count=500", &people, now, base);
                let all: Vec<PatientId> = asked.iter().flat_map(|part| part.people.clone()).collect();
                assert_eq!(all, people, "{now:?}");
                for part in &asked {
                    assert!(base + 1 + part.query.len() <= LONGEST, "{}", part.query.len());
                    assert!(part.people.iter().all(|id| part.query.contains(id.as_str())));
                    assert!(!now.is_one_by_one() || part.people.len() == 1);
                }
                assert!(now.is_one_by_one() || asked.len() < 11, "{count}: {}", asked.len());
                way = now.next();
            }
        }
        let asked = parts("Patient", "Patient?_count=5", &["a".into(), "b".into()], Way::Subjects, base);
        assert_eq!(asked[0].query, "Patient?_count=5&_id=a,b");
        let asked = parts("Flag", "Flag?_count=5", &["a".into(), "b".into()], Way::Subjects, base);
        assert_eq!(asked[0].query, "Flag?_count=5&subject=Patient/a,Patient/b");
    }
}
