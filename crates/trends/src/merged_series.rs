//! From the packed series of a panel to what stands in it: each value is looked at once, as its block is opened.

use charts::{Bar, Content, Pressures, Viewport};
use clinical::{DeviceId, Instant, MINUTE_MS, TimeRange, Times};
use vault::{Blocks, Columns, Opened, SeriesInfo, VaultError, Window, steps_of};

use crate::device_change::{DeviceChange, Spell, device_changes};
use crate::sampler::{Sampled, Sampler};
use crate::summary::Summary;

/// A series on its way into a panel, still packed, with what makes its unit the panel's.
pub(crate) struct Part {
    pub series: SeriesInfo,
    /// What it said last before the window.
    pub before: Option<(Instant, f64)>,
    pub window: Window,
    pub factor: f64,
    pub offset: f64,
}

/// A part that is open: when its values were taken is known, and each block is handed over in the panel's unit.
struct Open<'a> {
    blocks: Blocks,
    sampler: Sampler<'a>,
    factor: f64,
    offset: f64,
}

impl Open<'_> {
    fn device(&self) -> Option<&DeviceId> {
        self.sampler.series().device.as_ref()
    }

    /// When a device said something, with what it said last before the window.
    fn spells(&self) -> Vec<Spell> {
        let Some(device) = self.device() else { return Vec::new() };
        let silence = usual(self.blocks.steps()).map_or(0, gap);
        let mut spans = self.blocks.spells(silence);
        if let Some((at, _)) = self.sampler.last() {
            match spans.first_mut() {
                Some(first) if first.0 - at.0 <= silence => first.0 = at.0,
                _ => spans.insert(0, (at.0, at.0)),
            }
        }
        spans.into_iter().map(|span| Spell { device: device.clone(), span }).collect()
    }

    fn each(&mut self, mut take: impl FnMut(&Times, &Opened)) -> Result<(), VaultError> {
        let (factor, offset) = (self.factor, self.offset);
        self.blocks.each(|times, opened| {
            self.sampler.see(times, &opened.values);
            opened.scale(factor, offset);
            take(times, opened);
        })
    }
}

/// The series of one panel, one after the other where a device took over from another, else mixed.
pub(crate) struct MergedSeries<'a> {
    open: Vec<Open<'a>>,
    /// Whether no two of them say something in the same stretch of time.
    apart: bool,
}

impl<'a> MergedSeries<'a> {
    /// Opens the parts. `shrink` is a factor for all of them, `moments` is when the score asks what they said.
    ///
    /// # Errors
    /// Of a damaged chunk.
    pub(crate) fn open(
        parts: Vec<Part>,
        moments: &'a [Instant],
        shrink: f64,
    ) -> Result<MergedSeries<'a>, VaultError> {
        let open = parts.into_iter().map(|part| {
            let Part { series, before, window, factor, offset } = part;
            let sampler = Sampler::new(moments, series, before);
            let (factor, offset) = (factor * shrink, offset * shrink);
            Ok::<_, VaultError>(Open { blocks: window.blocks()?, sampler, factor, offset })
        });
        let mut open: Vec<Open> = open.collect::<Result<_, _>>()?;
        open.sort_by_key(|one| one.blocks.span());
        let spans: Vec<(i64, i64)> = open.iter().filter_map(|one| one.blocks.span()).collect();
        let apart = spans.windows(2).all(|pair| pair[0].1 < pair[1].0);
        Ok(MergedSeries { open, apart })
    }

    /// Where one device took over from another; before any value passes. A value without a device is of none.
    pub(crate) fn device_changes(&self) -> Vec<DeviceChange> {
        let named: Vec<&Open> = self.open.iter().filter(|one| one.device().is_some()).collect();
        if named.windows(2).all(|pair| pair[0].device() == pair[1].device()) {
            return Vec::new();
        }
        device_changes(named.into_iter().flat_map(Open::spells).collect())
    }

    /// When values came that are outside the plausible range.
    pub(crate) fn artefacts(&mut self) -> Vec<i64> {
        self.open.iter_mut().flat_map(|one| std::mem::take(&mut one.blocks.artefacts)).collect()
    }

    /// What the series said at each moment; empty before their values passed.
    pub(crate) fn sampled(self) -> Vec<Sampled> {
        self.open.into_iter().map(|one| one.sampler.end(one.blocks.bounds)).collect()
    }

    fn each(&mut self, mut take: impl FnMut(&Times, &Opened)) -> Result<(), VaultError> {
        self.open.iter_mut().try_for_each(|one| one.each(&mut take))
    }

    /// All values at once, in order of time.
    ///
    /// # Errors
    /// Of a damaged chunk.
    pub(crate) fn columns(&mut self) -> Result<Columns, VaultError> {
        let mut all = Columns::default();
        self.each(|times, opened| {
            all.times.extend((0..times.len()).map(|n| times.at(n)));
            all.values.extend_from_slice(&opened.values);
        })?;
        if !self.apart {
            let mut pairs: Vec<(i64, f64)> = all.times.into_iter().zip(all.values).collect();
            pairs.sort_by_key(|(t, _)| *t);
            (all.times, all.values) = pairs.into_iter().unzip();
        }
        Ok(all)
    }

    /// What is drawn in a viewport: only what decides its picture is kept of a line. Without one all is kept.
    ///
    /// # Errors
    /// Of a damaged chunk.
    pub(crate) fn content(
        &mut self,
        view: Option<&Viewport>,
        focus: TimeRange,
        summary: &mut Summary,
    ) -> Result<Content, VaultError> {
        let steps = self.open.iter().flat_map(|one| one.blocks.steps()).collect();
        match (view, usual(steps)) {
            (Some(view), Some(usual)) if self.apart && usual <= FAR_APART => {
                let gap_ms = gap(usual);
                let mut outliner = view.outliner(gap_ms, focus.ms());
                self.each(|times, opened| {
                    outliner.push(times, &opened.values);
                    summary.push(times, &opened.values, opened.whole());
                })?;
                Ok(Content::Outline { outline: outliner.end(), gap_ms })
            }
            _ => {
                let Columns { times, values, .. } = self.columns()?;
                summary.push(&Times::Each(&times), &values, None);
                let steps = steps_of(&times).collect();
                match usual(steps) {
                    Some(usual) if usual <= FAR_APART => {
                        Ok(Content::Line { times, values, gap_ms: gap(usual) })
                    }
                    _ => Ok(Content::Dots(times.into_iter().zip(values).collect())),
                }
            }
        }
    }
}

/// What is drawn of pressures: bars, or in a viewport that they crowd what they cover. The summary is of the systolic ones.
///
/// # Errors
/// Of a damaged chunk.
pub(crate) fn pressures(
    [high, low, mean]: [&mut MergedSeries; 3],
    view: Option<&Viewport>,
    focus: TimeRange,
    summary: &mut Summary,
) -> Result<Content, VaultError> {
    let crowd = |view: &&Viewport| view.is_crowded(high.open.iter().map(|one| one.blocks.len()).sum());
    let view = view.filter(crowd);
    if let (Some(view), [top], [foot]) = (view, high.open.as_mut_slice(), low.open.as_slice()) {
        let parts: Vec<&Open> = std::iter::once(foot).chain(&mean.open).collect();
        let blocks: Vec<&Blocks> =
            std::iter::once(&top.blocks).chain(parts.iter().map(|p| &p.blocks)).collect();
        if parts.len() <= 2 && Blocks::in_step(&blocks) {
            let mut condenser = view.condenser(focus.ms());
            let scales: Vec<(f64, f64)> = std::iter::once((top.factor, top.offset))
                .chain(parts.iter().map(|part| (part.factor, part.offset)))
                .collect();
            Blocks::each_of(&blocks, |times, opened| {
                top.sampler.see(times, &opened[0].values);
                opened
                    .iter_mut()
                    .zip(&scales)
                    .for_each(|(one, (factor, offset))| one.scale(*factor, *offset));
                summary.push(times, &opened[0].values, opened[0].whole());
                let mean = opened.get(2).map_or(&[][..], |mean| &mean.values);
                condenser.push(&Pressures {
                    times: *times,
                    high: &opened[0].values,
                    low: &opened[1].values,
                    mean,
                });
            })?;
            return Ok(Content::DenseBars(condenser.end()));
        }
    }
    let high = high.columns()?;
    summary.push(&Times::Each(&high.times), &high.values, None);
    Ok(Content::Bars(bars(&high, &low.columns()?, &mean.columns()?)))
}

/// What comes more rarely than this is charted now and then: dots, and no line. Milliseconds.
const FAR_APART: i64 = 15 * MINUTE_MS;

/// The longest silence that is no gap in what usually comes so often.
fn gap(usual: i64) -> i64 {
    (usual * 3).max(10_000)
}

/// The middle one of steps in time, each with how often it comes.
fn usual(mut steps: Vec<(i64, usize)>) -> Option<i64> {
    steps.sort_unstable();
    let middle = steps.iter().map(|(_, n)| n).sum::<usize>() / 2;
    let mut before = 0;
    steps
        .into_iter()
        .find(|(_, n)| {
            before += n;
            before > middle
        })
        .map(|(step, _)| step)
}

/// Pressures from what was taken at the same moments.
fn bars(high: &Columns, low: &Columns, mean: &Columns) -> Vec<Bar> {
    // All three ascend: each is walked once.
    let (mut lows, mut means) = (0, 0);
    let at = |columns: &Columns, from: &mut usize, t: i64| {
        while columns.times.get(*from).is_some_and(|known| *known < t) {
            *from += 1;
        }
        let found = columns.times.get(*from).filter(|known| **known == t).map(|_| columns.values[*from]);
        // Two pressures of one moment are two pairs, in the order in which they were sent.
        *from += usize::from(found.is_some() && columns.times.get(*from + 1) == Some(&t));
        found
    };
    let pressures = high.times.iter().zip(&high.values).filter_map(|(t, value)| {
        let mean = at(mean, &mut means, *t);
        Some(Bar { t: *t, high: *value, low: at(low, &mut lows, *t)?, mean })
    });
    pressures.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_step_is_the_middle_one() {
        assert_eq!(usual(vec![]), None);
        assert_eq!(usual(vec![(1000, 3599), (60_000, 10)]), Some(1000));
        assert_eq!(usual(vec![(60_000, 1), (5, 1), (7, 1)]), Some(7));
    }

    #[test]
    fn two_pressures_of_one_moment_are_two_pairs() {
        let columns = |pairs: &[(i64, f64)]| {
            let (times, values) = pairs.iter().copied().unzip();
            Columns { times, values, ..Default::default() }
        };
        let high = columns(&[(1, 120.0), (2, 121.0), (2, 140.0), (3, 122.0)]);
        let low = columns(&[(1, 70.0), (2, 71.0), (2, 90.0), (3, 72.0)]);
        let paired = |mean: &Columns| -> Vec<(f64, f64, Option<f64>)> {
            bars(&high, &low, mean).iter().map(|b| (b.high, b.low, b.mean)).collect()
        };
        let expected = [(120.0, 70.0), (121.0, 71.0), (140.0, 90.0), (122.0, 72.0)];
        assert_eq!(paired(&Columns::default()), expected.map(|(high, low)| (high, low, None)));
        let one = columns(&[(2, 80.0)]);
        let means = [None, Some(80.0), Some(80.0), None];
        let with: Vec<_> =
            expected.iter().zip(means).map(|((high, low), mean)| (*high, *low, mean)).collect();
        assert_eq!(paired(&one), with);
    }
}
