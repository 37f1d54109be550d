//! From lengths to whole pixels.

/// The pixel that a length lies in. What is wider than any picture ends at its widest.
#[expect(clippy::cast_possible_truncation, reason = "the part behind the point is none of a pixel's")]
pub(crate) fn pixel(length: f64) -> i32 {
    length as i32
}

/// So many pixels at least: none where a length is negative.
pub(crate) fn pixels(length: f64) -> u32 {
    pixel(length).max(0).unsigned_abs()
}

/// A size as a place; no picture has more than `draw::ground::check` allows.
pub(crate) fn place(size: u32) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}
