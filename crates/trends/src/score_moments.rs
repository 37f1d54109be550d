//! The moments at which the score is worked out, so that a wider picture has the same steps in its middle.

use clinical::{HOUR_MS, Instant, TimeRange};

/// Most steps of what is seen.
const STEPS: i64 = 240;
/// How long a step may be, milliseconds.
const LONG: [i64; 11] =
    [10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, HOUR_MS, 7_200_000, 14_400_000];

/// The ends of the steps of a range, at round moments; one is where `focus` ends, the last where the range does. How long a step
/// is follows from what is seen: a wider picture has the same steps in its middle.
pub(crate) fn moments(range: TimeRange, focus: TimeRange) -> Vec<Instant> {
    let seen = focus.length();
    let step = LONG.into_iter().find(|step| seen / step <= STEPS).unwrap_or(seen / STEPS + 1);
    let mut out: Vec<Instant> = (range.from().0.div_euclid(step) + 1..=range.to().0.div_euclid(step))
        .map(|n| Instant(n * step))
        .collect();
    for end in [focus.to(), range.to()] {
        if let Err(place) = out.binary_search(&end) {
            out.insert(place, end);
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn steps_end_at_round_moments_and_with_the_range() {
        let hour = HOUR_MS;
        let range = |from, to| TimeRange::of_ms(from, to).unwrap();
        let all = |from, to| moments(range(from, to), range(from, to));
        let day = all(100, 24 * hour + 7);
        assert_eq!((day[0], day[1], day.len()), (Instant(600_000), Instant(1_200_000), 145));
        assert_eq!(day.last(), Some(&Instant(24 * hour + 7)));
        assert_eq!(all(0, 50 * 365 * 24 * hour).len(), 240);
        assert_eq!(all(0, 1), [Instant(1)]);
    }

    #[test]
    fn a_wider_picture_has_the_same_steps_in_its_middle() {
        let hour = HOUR_MS;
        for length in [hour, 6 * hour, 24 * hour + 17] {
            let focus = TimeRange::starting(Instant(900 * hour + 12_345), length);
            let seen = moments(focus, focus);
            let wide = moments(TimeRange::new(focus.from() - length, focus.to() + length).unwrap(), focus);
            let middle: Vec<Instant> =
                wide.iter().copied().filter(|at| *at > focus.from() && *at <= focus.to()).collect();
            assert_eq!(middle, seen);
            assert!(wide.len() > 2 * seen.len() && wide.is_sorted());
        }
    }
}
