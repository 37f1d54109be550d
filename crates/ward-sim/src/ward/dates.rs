//! Moments as FHIR writes them.

/// A moment with its milliseconds.
pub(crate) fn iso(t: i64) -> String {
    let stamp = jiff::Timestamp::from_millisecond(t).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{stamp:.3}")
}

/// First and last millisecond that a date of any precision stands for.
pub(crate) fn bounds(date: &str) -> Option<(i64, i64)> {
    let date = date.replace(' ', "+");
    if let Ok(stamp) = date.parse::<jiff::Timestamp>() {
        let t = stamp.as_millisecond();
        return Some(if date.contains('.') { (t, t) } else { (t, t + 999) });
    }
    let day: jiff::civil::Date = match date.len() {
        4 => format!("{date}-01-01").parse().ok()?,
        7 => format!("{date}-01").parse().ok()?,
        _ => date.parse().ok()?,
    };
    let end = match date.len() {
        4 => day.checked_add(jiff::Span::new().years(1)).ok()?,
        7 => day.checked_add(jiff::Span::new().months(1)).ok()?,
        _ => day.tomorrow().ok()?,
    };
    let ms = |d: jiff::civil::Date| {
        d.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp().as_millisecond())
    };
    Some((ms(day)?, ms(end)? - 1))
}

/// A `_since` as milliseconds.
pub(crate) fn since(text: &str) -> Option<i64> {
    bounds(text).map(|(low, _)| low)
}
