//! Whether what is played can be heard, of all that it passes on its way.

/// Whether what is played can be heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The system does not say.
    #[default]
    Unknown,
    Yes,
    Muted,
    /// So many hundredths of the usual volume.
    Quiet(u32),
    /// Nothing of what was played last came out.
    Silent,
}

/// Less than this is hardly heard on a ward, in hundredths of the usual volume.
#[cfg(any(target_os = "linux", test))]
const QUIET: u32 = 25;

impl Heard {
    /// What is heard where both are passed: the sound is as quiet as the quieter of them.
    #[cfg(any(target_os = "linux", test))]
    pub(super) fn and(self, other: Heard) -> Heard {
        match (self, other) {
            (Heard::Muted, _) | (_, Heard::Muted) => Heard::Muted,
            // What is turned down is said as that, whatever comes out of it.
            (Heard::Quiet(a), Heard::Quiet(b)) => Heard::Quiet(a.min(b)),
            (Heard::Quiet(percent), _) | (_, Heard::Quiet(percent)) => Heard::Quiet(percent),
            (Heard::Silent, _) | (_, Heard::Silent) => Heard::Silent,
            (Heard::Yes, _) | (_, Heard::Yes) => Heard::Yes,
            (Heard::Unknown, Heard::Unknown) => Heard::Unknown,
        }
    }
}

/// What a stream or a sink says of itself.
#[cfg(any(target_os = "linux", test))]
pub(super) fn heard(muted: bool, percent: u32) -> Heard {
    match (muted, percent) {
        (true, _) | (_, 0) => Heard::Muted,
        (false, 1..QUIET) => Heard::Quiet(percent),
        _ => Heard::Yes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sink_that_is_muted_or_turned_down_is_not_one_that_is_heard() {
        let cases = [
            (true, 100, Heard::Muted),
            (false, 0, Heard::Muted),
            (false, 1, Heard::Quiet(1)),
            (false, 24, Heard::Quiet(24)),
            (false, 25, Heard::Yes),
            (false, 150, Heard::Yes),
        ];
        for (muted, percent, wanted) in cases {
            assert_eq!(heard(muted, percent), wanted, "{muted} {percent}");
        }
    }

    #[test]
    fn a_sound_is_as_quiet_as_the_quietest_thing_that_it_passes() {
        use Heard::{Muted, Quiet, Silent, Unknown, Yes};
        for (a, b, both) in [
            (Yes, Muted, Muted),
            (Yes, Quiet(3), Quiet(3)),
            (Quiet(9), Quiet(3), Quiet(3)),
            (Quiet(3), Muted, Muted),
            (Unknown, Yes, Yes),
            (Unknown, Muted, Muted),
            (Unknown, Quiet(3), Quiet(3)),
            (Unknown, Unknown, Unknown),
            (Yes, Silent, Silent),
            (Unknown, Silent, Silent),
            (Quiet(3), Silent, Quiet(3)),
            (Muted, Silent, Muted),
            (Silent, Silent, Silent),
            (Yes, Yes, Yes),
        ] {
            assert_eq!((a.and(b), b.and(a)), (both, both), "{a:?} {b:?}");
        }
    }
}
