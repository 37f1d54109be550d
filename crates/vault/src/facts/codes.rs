//! Kinds and states as the tables keep them: by a number each, in columns that once held yes or no.

use clinical::{Care, PlaceKind, Stay};

/// Which place is which. A cache of an older Vigil tells beds from all others.
const PLACES: [PlaceKind; 6] =
    [PlaceKind::Other, PlaceKind::Bed, PlaceKind::Ward, PlaceKind::Room, PlaceKind::Site, PlaceKind::House];

/// Stays that go on. A cache of an older Vigil does not tell where the care is given.
const GOING_ON: [Care; 3] = [Care::Unsaid, Care::Home, Care::Hospital];

fn code<T: PartialEq>(all: &[T], wanted: &T) -> i64 {
    all.iter().position(|one| one == wanted).and_then(|n| i64::try_from(n).ok()).unwrap_or(0)
}

fn decoded<T: Copy + Default>(all: &[T], code: i64) -> T {
    usize::try_from(code).ok().and_then(|n| all.get(n)).copied().unwrap_or_default()
}

pub(crate) fn place_code(kind: PlaceKind) -> i64 {
    code(&PLACES, &kind)
}

pub(crate) fn place_kind(code: i64) -> PlaceKind {
    decoded(&PLACES, code)
}

/// 0 where a stay is over, else more, by where the care is given.
pub(crate) fn stay_code(stay: &Stay) -> i64 {
    if stay.in_progress { 1 + code(&GOING_ON, &stay.care) } else { 0 }
}

/// Whether it goes on, and where the care is given.
pub(crate) fn stay_state(code: i64) -> (bool, Care) {
    (code != 0, decoded(&GOING_ON, code - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_place_and_stay_comes_back_and_an_older_cache_reads_as_it_was() {
        for kind in PLACES {
            assert_eq!(place_kind(place_code(kind)), kind);
        }
        for care in GOING_ON {
            let stay = |in_progress| Stay {
                id: "s".into(),
                patient: "p".into(),
                places: Vec::new(),
                in_progress,
                care,
            };
            assert_eq!(stay_state(stay_code(&stay(true))), (true, care));
            assert!(!stay_state(stay_code(&stay(false))).0);
        }
        assert_eq!((place_kind(0), place_kind(1)), (PlaceKind::Other, PlaceKind::Bed));
        assert_eq!((stay_state(0).0, stay_state(1)), (false, (true, Care::Unsaid)));
        assert_eq!((place_kind(99), stay_state(99)), (PlaceKind::Other, (true, Care::Unsaid)));
    }
}
