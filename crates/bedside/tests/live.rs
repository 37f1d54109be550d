//! The board that is kept from look to look is the board of everything there is, whatever happened in between.
#![allow(clippy::unwrap_used, missing_docs)]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]

use std::sync::Arc;

use bedside::{Board, LiveBoard, board};
use clinical::Instant;
use proptest::prelude::*;
use vault::Vault;

mod steps;

use steps::{Station, Step, nurse, step};

fn from_nothing(vault: &Vault, now: i64) -> Board {
    board(&vault.read(|reader| reader.ward()).unwrap(), Instant(now)).shown_to(&nurse(1))
}

/// Commits and looks in turns; the ward that is kept has to be the one that is read, and so has the board.
fn live_through(steps: Vec<(Step, bool)>) -> Result<(), TestCaseError> {
    let mut station = Station::new();
    let mut live = LiveBoard::new(station.vault.follow(), nurse(1));
    for (step, look) in steps {
        station.carry_out(&step);
        if !look {
            continue;
        }
        live.look(&station.vault, Instant(station.now)).unwrap();
        prop_assert_eq!(&**live.board(), &from_nothing(&station.vault, station.now), "after {:?}", step);
        let read = station.vault.read(|reader| reader.ward()).unwrap();
        let values = |ward: &vault::Ward| ward.values.clone();
        prop_assert_eq!(values(live.ward()), values(&read), "after {:?}", step);
        prop_assert_eq!(&live.ward().actions, &read.actions, "after {:?}", step);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_shown_what_is_no_longer_so(
        steps in prop::collection::vec((step(), prop::bool::weighted(0.7)), 1..40),
    ) {
        live_through(steps)?;
    }
}

#[test]
fn a_value_of_one_patient_leaves_every_other_tile_as_it_is() {
    let mut station = Station::new();
    let mut live = LiveBoard::new(station.vault.follow(), nurse(1));
    let value =
        |who, tenths| Step::Value { who, signal: 0, device: None, tenths, age_min: 0, artefact: false };
    (0..4).for_each(|who| station.carry_out(&value(who, 800)));
    live.look(&station.vault, Instant(station.now)).unwrap();
    let before = live.board().clone();
    station.carry_out(&value(2, 900));
    live.look(&station.vault, Instant(station.now)).unwrap();
    let same = |patient: &str| {
        let of = |board: &Board| board.tiles.iter().find(|t| t.patient.as_str() == patient).unwrap().clone();
        Arc::ptr_eq(&of(&before), &of(live.board()))
    };
    assert_eq!(["p0", "p1", "p2", "p3"].map(same), [true, true, false, true]);
}

#[test]
fn a_look_beside_an_open_window_sees_what_the_window_wrote() {
    let mut station = Station::new();
    let beside = Vault::open_to_read(station.folder.path(), station.key.clone()).unwrap();
    let mut live = LiveBoard::new(beside.follow(), nurse(1));
    for tenths in [800, 900, 1000] {
        station.carry_out(&Step::Value {
            who: 0,
            signal: 0,
            device: None,
            tenths,
            age_min: 0,
            artefact: false,
        });
        live.look(&beside, Instant(station.now)).unwrap();
        assert_eq!(**live.board(), from_nothing(&station.vault, station.now));
    }
}
