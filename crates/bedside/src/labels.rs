//! What a place is called on a tile: short, and never the same for two.

use std::collections::HashMap;

use clinical::{PatientId, Place, PlaceId};

/// Who is in a hospital's care and has no bed that is known.
pub(crate) const NO_BED: &str = "no bed";
/// A tile has room for so many letters.
const ROOM: usize = 8;
/// Two of a thousand people at home rarely need more digits.
const DIGITS: usize = 3;

/// What a bed can be called, the shortest first: long names are cut at the front, where those of a house are alike; then without the
/// word for a bed, whole, and with its id.
const CALLED: [fn(&Place) -> String; 4] = [
    |place| short(&place.name),
    |place| bare(&place.name).to_owned(),
    |place| place.name.clone(),
    |place| format!("{} ({})", place.name, place.id),
];

/// The names of beds, each with the ward it is shown with. Those that are called the same as another of their ward get a longer one,
/// until none are.
pub(crate) fn bed_labels<'a>(
    beds: impl Iterator<Item = (&'a str, &'a Place)>,
) -> HashMap<&'a PlaceId, String> {
    let beds: HashMap<&PlaceId, (&str, &Place)> =
        beds.map(|(unit, place)| (&place.id, (unit, place))).collect();
    let mut labels: HashMap<&PlaceId, String> =
        beds.iter().map(|(id, (_, place))| (*id, CALLED[0](place))).collect();
    for call in &CALLED[1..] {
        let mut used: HashMap<(&str, String), usize> = HashMap::new();
        for (id, (unit, _)) in &beds {
            *used.entry((*unit, labels[id].clone())).or_default() += 1;
        }
        for (id, (unit, place)) in &beds {
            if used.get(&(*unit, labels[id].clone())).is_some_and(|beds| *beds > 1) {
                labels.insert(*id, call(place));
            }
        }
    }
    labels
}

fn bare(name: &str) -> &str {
    name.strip_prefix("Bed ").or_else(|| name.strip_prefix("bed ")).unwrap_or(name)
}

fn short(name: &str) -> String {
    let bare = bare(name);
    // Beds sort and read by number: 3 and 12 become 03 and 12.
    if let Ok(number) = bare.parse::<u32>() {
        return format!("{number:02}");
    }
    let letters = bare.chars().count();
    if letters <= ROOM {
        return bare.to_owned();
    }
    // Numbers stand at the end of a name.
    std::iter::once('…').chain(bare.chars().skip(letters - ROOM + 1)).collect()
}

/// A name for each home that follows from the person's record: it does not move to somebody else as people come and go.
pub(crate) fn home_labels<'a>(people: impl Iterator<Item = &'a PatientId>) -> HashMap<&'a PatientId, String> {
    let numbers: Vec<(&PatientId, String)> = people.map(|id| (id, number(id))).collect();
    let alone = |digits: &str| numbers.iter().filter(|(_, other)| other.starts_with(digits)).count() <= 1;
    let label = |all: &str| {
        let digits = (DIGITS..all.len()).map(|n| &all[..n]).find(|digits| alone(digits)).unwrap_or(all);
        format!("H{digits}")
    };
    numbers.iter().map(|(id, all)| (*id, label(all))).collect()
}

/// Twenty digits that differ from record to record (FNV-1a, whose last step is mixed so that neighbours differ at the front).
fn number(id: &PatientId) -> String {
    let hash = id.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let digits = format!("{:020}", mixed ^ (mixed >> 29));
    digits.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use clinical::PlaceKind;

    use super::*;

    fn bed(id: &str, name: &str) -> Place {
        Place { id: id.into(), name: name.into(), kind: PlaceKind::Bed, part_of: None }
    }

    #[test]
    fn no_two_beds_of_a_ward_are_called_the_same() {
        for (names, wanted) in [
            (["Bed 3", "12"], ["03", "12"]),
            (["HDU 3", "HDU 4"], ["HDU 3", "HDU 4"]),
            (["7B-0412-01", "7B-0412-02"], ["…0412-01", "…0412-02"]),
            (["East 7B-0412-01", "West 7B-0412-01"], ["East 7B-0412-01", "West 7B-0412-01"]),
            (["3", "03"], ["3", "03"]),
            (["Trolley 1", "Trolley 1 left"], ["…olley 1", "… 1 left"]),
            (["3", "Bed 3"], ["3", "Bed 3"]),
            (["bed 3", "Bed 3"], ["bed 3", "Bed 3"]),
            (["Bed 3", "Bed 3"], ["Bed 3 (0)", "Bed 3 (1)"]),
            (["Bed 03", "Bed 3"], ["03", "3"]),
            (["", ""], [" (0)", " (1)"]),
        ] {
            let beds: Vec<Place> =
                names.iter().enumerate().map(|(n, name)| bed(&n.to_string(), name)).collect();
            let labels = bed_labels(beds.iter().map(|bed| ("7B", bed)));
            let found: Vec<&str> = beds.iter().map(|bed| labels[&bed.id].as_str()).collect();
            assert_eq!(found, wanted);
        }
        let names = ["3", "Bed 3", "03", "Bed 03", "Bed 3", "bed 3", "003"];
        let beds: Vec<Place> = names.iter().enumerate().map(|(n, name)| bed(&n.to_string(), name)).collect();
        let labels = bed_labels(beds.iter().map(|bed| ("7B", bed)));
        assert_eq!(labels.values().collect::<HashSet<_>>().len(), names.len(), "{labels:?}");
        let (east, west) = (bed("a", "Bed 3"), bed("b", "Bed 3"));
        let labels = bed_labels([("East", &east), ("West", &west)].into_iter());
        assert_eq!(labels[&east.id], "03", "the ward stands beside it");
    }

    #[test]
    fn who_is_at_home_keeps_their_name_as_others_come_and_go() {
        let people: Vec<PatientId> = (0..400).map(|n| PatientId::from(format!("p{n}").as_str())).collect();
        let all = home_labels(people.iter());
        let distinct: HashSet<&String> = all.values().collect();
        assert_eq!(distinct.len(), people.len(), "no two share one");
        for count in [1, 2, 40] {
            let some = home_labels(people.iter().take(count));
            for id in people.iter().take(count) {
                let (few, many) = (&some[id], &all[id]);
                assert!(many.starts_with(few.as_str()), "{few} became {many}");
                let others = all.iter().filter(|(other, label)| **other != id && *label == few);
                assert_eq!(others.count(), 0, "{few} was given to somebody else");
            }
        }
    }
}
