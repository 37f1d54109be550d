//! Where somebody lies: the deepest place among all stays that are not over, and the ward above it.

use crate::{Care, Place, PlaceId, PlaceKind, Stay};

/// A chain of places longer than this turns in a circle.
const DEEPEST: usize = 16;

/// Where somebody lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whereabouts<'a> {
    /// The bed, or the room where no bed is told; `None` where only a ward is told, or nothing.
    pub spot: Option<&'a Place>,
    /// The ward.
    pub unit: Option<&'a Place>,
    /// Whether the person is followed at home. Who has no bed is not at home for that.
    pub at_home: bool,
}

/// Where a person lies by their stays; `None` where none is going on. `place` looks a Location up.
pub fn whereabouts<'a>(
    stays: impl Iterator<Item = &'a Stay>,
    place: impl Fn(&PlaceId) -> Option<&'a Place>,
) -> Option<Whereabouts<'a>> {
    let stays: Vec<&Stay> = stays.filter(|stay| stay.in_progress).collect();
    if stays.is_empty() {
        return None;
    }
    let above = |place_id: &Place| place_id.part_of.as_ref().and_then(&place);
    let chain = |from: &'a Place| std::iter::successors(Some(from), |at| above(at)).take(DEEPEST);
    let deepest = stays
        .iter()
        .flat_map(|stay| &stay.places)
        .filter_map(&place)
        .max_by_key(|found| (rank(found.kind), chain(found).count()));
    let Some(deepest) = deepest else {
        let at_home = !stays.iter().any(|stay| stay.care == Care::Hospital);
        return Some(Whereabouts { spot: None, unit: None, at_home });
    };
    let unit = chain(deepest)
        .find(|at| at.kind == PlaceKind::Ward)
        .or_else(|| chain(deepest).skip(1).find(|at| at.kind == PlaceKind::Other))
        .or_else(|| above(deepest));
    Some(match deepest.kind {
        PlaceKind::House => Whereabouts { spot: None, unit: None, at_home: true },
        PlaceKind::Ward | PlaceKind::Site => Whereabouts { spot: None, unit: Some(deepest), at_home: false },
        PlaceKind::Bed | PlaceKind::Room | PlaceKind::Other => {
            Whereabouts { spot: Some(deepest), unit, at_home: false }
        }
    })
}

fn rank(kind: PlaceKind) -> u8 {
    match kind {
        PlaceKind::Bed => 4,
        PlaceKind::Room => 3,
        PlaceKind::Other | PlaceKind::House => 2,
        PlaceKind::Ward => 1,
        PlaceKind::Site => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Vec<Place> {
        use PlaceKind::{Bed, House, Other, Room, Site, Ward};
        let place = |id: &str, kind, part_of: &str| Place {
            id: id.into(),
            name: id.to_owned(),
            kind,
            part_of: (!part_of.is_empty()).then(|| part_of.into()),
        };
        vec![
            place("hospital", Site, ""),
            place("7b", Ward, "hospital"),
            place("room 4", Room, "7b"),
            place("bed 12", Bed, "room 4"),
            place("bed 13", Bed, "7b"),
            place("unit", Other, "hospital"),
            place("slot", Other, "unit"),
            place("lone", Other, ""),
            place("round", Bed, "round"),
            place("house", House, ""),
        ]
    }

    fn stay(places: &[&str], in_progress: bool, care: Care) -> Stay {
        let places = places.iter().map(|id| PlaceId::from(*id)).collect();
        Stay { id: "s".into(), patient: "p".into(), places, in_progress, care }
    }

    /// Where these stays put somebody: the place, the ward, and whether that is at home.
    fn found(stays: &[Stay]) -> Option<(Option<String>, Option<String>, bool)> {
        let places = tree();
        let found = whereabouts(stays.iter(), |id| places.iter().find(|place| place.id == *id))?;
        let name = |place: Option<&Place>| place.map(|place| place.name.clone());
        Some((name(found.spot), name(found.unit), found.at_home))
    }

    #[test]
    fn nobody_is_shown_in_a_wrong_place_whatever_way_their_stays_are_written() {
        let hospital = |places: &[&str]| stay(places, true, Care::Hospital);
        let over = |places: &[&str]| stay(places, false, Care::Hospital);
        for (name, stays, spot, unit, at_home) in [
            ("a bed", vec![hospital(&["bed 12"])], "bed 12", "7b", false),
            (
                "hospital, department and bed apart",
                vec![hospital(&[]), hospital(&[]), hospital(&["bed 12"])],
                "bed 12",
                "7b",
                false,
            ),
            (
                "the bed before the ward",
                vec![hospital(&["bed 13"]), hospital(&["7b"])],
                "bed 13",
                "7b",
                false,
            ),
            (
                "all levels side by side",
                vec![hospital(&["hospital", "bed 12", "room 4", "7b"])],
                "bed 12",
                "7b",
                false,
            ),
            ("an old bed", vec![over(&["bed 13"]), hospital(&["bed 12"])], "bed 12", "7b", false),
            ("a room", vec![hospital(&["room 4"])], "room 4", "7b", false),
            ("a ward alone", vec![hospital(&["7b"])], "", "7b", false),
            ("kinds that are not told", vec![hospital(&["slot"])], "slot", "unit", false),
            ("a place that stands alone", vec![hospital(&["lone"])], "lone", "", false),
            ("a place within itself", vec![hospital(&["round"])], "round", "round", false),
            ("a place that was never read", vec![hospital(&["nowhere"])], "", "", false),
            ("no bed yet", vec![hospital(&[])], "", "", false),
            ("cared for at home", vec![stay(&[], true, Care::Home)], "", "", true),
            (
                "at home, and in hospital again",
                vec![stay(&[], true, Care::Home), hospital(&[])],
                "",
                "",
                false,
            ),
            ("a house", vec![stay(&["house"], true, Care::Home)], "", "", true),
            ("from a cache that kept no class", vec![stay(&[], true, Care::Unsaid)], "", "", true),
        ] {
            let word = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            assert_eq!(found(&stays), Some((word(spot), word(unit), at_home)), "{name}");
        }
        assert_eq!(found(&[over(&["bed 12"])]), None);
        assert_eq!(found(&[]), None);
    }
}
