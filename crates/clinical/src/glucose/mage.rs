//! MAGE: the mean amplitude of glycemic excursions.
//!
//! Service et al., Diabetes 1970;19:644: the mean of the swings between a nadir and a peak that are more than one standard
//! deviation, in the direction of the first of them. Here: one standard deviation of the period; a nadir or a peak is where glucose
//! turned by more than that, so lesser turns between are passed over; the ends of a stretch can be one; and no swing goes over
//! three hours without a reading.

use crate::HOUR_MS;

use super::Trace;

const LONGEST_WITHOUT_A_READING_MS: i64 = 3 * HOUR_MS;

/// Swings up and down, their sum and number.
#[derive(Default)]
struct Swings {
    up: (f64, usize),
    down: (f64, usize),
    first_is_up: Option<bool>,
}

/// Where glucose is going: since which turn, and how far it came.
enum Going {
    Nowhere { lowest: f64, highest: f64 },
    Up { from: f64, highest: f64 },
    Down { from: f64, lowest: f64 },
}

/// In mg/dL; nothing where no swing is that large.
pub(crate) fn mage(trace: &Trace, sd_mg_dl: f64) -> Option<f64> {
    let mut swings = Swings::default();
    let near = |a: &super::Reading, b: &super::Reading| b.at.ms_since(a.at) <= LONGEST_WITHOUT_A_READING_MS;
    for stretch in trace.readings().chunk_by(near) {
        let mut going = Going::Nowhere { lowest: f64::INFINITY, highest: f64::NEG_INFINITY };
        for reading in stretch {
            going = going.on(reading.mg_dl, sd_mg_dl, &mut swings);
        }
        match going {
            Going::Nowhere { .. } => {}
            Going::Up { from, highest } => swings.add(true, highest - from),
            Going::Down { from, lowest } => swings.add(false, from - lowest),
        }
    }
    let (sum, n) = if swings.first_is_up? { swings.up } else { swings.down };
    Some(sum / n as f64)
}

impl Going {
    fn on(self, mg_dl: f64, sd: f64, swings: &mut Swings) -> Going {
        match self {
            Going::Nowhere { lowest, highest } => {
                let (lowest, highest) = (lowest.min(mg_dl), highest.max(mg_dl));
                if mg_dl - lowest > sd {
                    Going::Up { from: lowest, highest: mg_dl }
                } else if highest - mg_dl > sd {
                    Going::Down { from: highest, lowest: mg_dl }
                } else {
                    Going::Nowhere { lowest, highest }
                }
            }
            Going::Up { from, highest } if highest - mg_dl > sd => {
                swings.add(true, highest - from);
                Going::Down { from: highest, lowest: mg_dl }
            }
            Going::Up { from, highest } => Going::Up { from, highest: highest.max(mg_dl) },
            Going::Down { from, lowest } if mg_dl - lowest > sd => {
                swings.add(false, from - lowest);
                Going::Up { from: lowest, highest: mg_dl }
            }
            Going::Down { from, lowest } => Going::Down { from, lowest: lowest.min(mg_dl) },
        }
    }
}

impl Swings {
    fn add(&mut self, is_up: bool, amplitude: f64) {
        self.first_is_up.get_or_insert(is_up);
        let (sum, n) = if is_up { &mut self.up } else { &mut self.down };
        *sum += amplitude;
        *n += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::{every, figures, period, trace};
    use super::*;
    use crate::{MINUTE_MS, WallClock};

    #[test]
    fn only_swings_of_more_than_one_deviation_count_in_the_direction_of_the_first() {
        let up_first = [100.0, 200.0, 190.0, 196.0, 90.0, 150.0, 60.0];
        assert_eq!(mage(&trace(5, &up_first), 40.0), Some((100.0 + 60.0) / 2.0));
        let down_first = [200.0, 100.0, 180.0, 100.0, 139.0, 100.0];
        assert_eq!(mage(&trace(5, &down_first), 40.0), Some((100.0 + 80.0) / 2.0), "139 is a lesser turn");
        assert_eq!(mage(&trace(5, &[100.0, 140.0]), 40.0), None, "one deviation is not more than one");
        assert_eq!(mage(&trace(5, &[]), 40.0), None);
    }

    #[test]
    fn a_lesser_turn_is_part_of_the_swing_around_it() {
        let wavering = [100.0, 130.0, 120.0, 160.0, 150.0, 200.0, 100.0];
        assert_eq!(mage(&trace(5, &wavering), 40.0), Some(100.0));
    }

    #[test]
    fn no_swing_goes_over_hours_without_a_reading() {
        let mut readings = every(5, &[100.0, 110.0, 200.0, 210.0, 120.0]);
        let whole = Trace::of(&readings, period(1), &WallClock::UTC, Some(5 * MINUTE_MS));
        assert_eq!(mage(&whole, 40.0), Some(110.0));
        for reading in &mut readings[2..] {
            reading.at = reading.at + 3 * HOUR_MS;
        }
        let cut = Trace::of(&readings, period(1), &WallClock::UTC, Some(5 * MINUTE_MS));
        assert_eq!(mage(&cut, 40.0), Some(90.0), "the fall alone was seen");
    }

    #[test]
    fn it_is_measured_by_the_deviation_of_the_period() {
        let found = figures(5, &[100.0, 200.0, 100.0, 200.0]);
        assert!((found.spread.sd_mg_dl().unwrap() - (10_000.0f64 / 3.0).sqrt()).abs() < 1e-9);
        assert_eq!(found.mage_mg_dl, Some(100.0));
    }
}
