//! A burst of an alarm's sound, and the silence that asks a device for a sign.

use std::time::Duration;

use clinical::{Priority, burst, samples};
use rodio::buffer::SamplesBuffer;
use rodio::{ChannelCount, SampleRate, Source};

pub(super) const RATE: SampleRate = SampleRate::new(44_100).unwrap();
pub(super) const MONO: ChannelCount = ChannelCount::MIN;

/// Samples that say when the first of them is taken.
pub(super) struct Burst {
    samples: SamplesBuffer,
    taken: Option<Box<dyn FnOnce() + Send>>,
}

impl Burst {
    fn of(samples: Vec<f32>, taken: impl FnOnce() + Send + 'static) -> Burst {
        Burst { samples: SamplesBuffer::new(MONO, RATE, samples), taken: Some(Box::new(taken)) }
    }

    /// The sound of a priority, and after how long it is to be repeated.
    pub(super) fn sound(priority: Priority, taken: impl FnOnce() + Send + 'static) -> (Burst, Duration) {
        let burst = burst(priority);
        (Burst::of(samples(&burst, RATE.get()), taken), Duration::from_secs(burst.repeat_s.into()))
    }

    /// One sample that nobody hears.
    pub(super) fn silence(taken: impl FnOnce() + Send + 'static) -> Burst {
        Burst::of(vec![0.0], taken)
    }
}

impl Iterator for Burst {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if let Some(taken) = self.taken.take() {
            taken();
        }
        self.samples.next()
    }
}

impl Source for Burst {
    fn current_span_len(&self) -> Option<usize> {
        self.samples.current_span_len()
    }

    fn channels(&self) -> ChannelCount {
        self.samples.channels()
    }

    fn sample_rate(&self) -> SampleRate {
        self.samples.sample_rate()
    }

    fn total_duration(&self) -> Option<Duration> {
        self.samples.total_duration()
    }
}
