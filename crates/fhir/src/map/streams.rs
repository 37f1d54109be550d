//! Evenly spaced values, as SampledData sends them.

use clinical::{
    Code, Comparator, Conversion, Decimal, DeviceId, HOUR_MS, Instant, Marks, PatientId, Quality, Segment,
};

use crate::map::numbers::{Reason, decimal, unit};
use crate::wire::datatypes as types;

/// Values of one SampledData are at most this many; more is a defect of the sender.
const MOST_VALUES: usize = 4_000_000;

/// Nothing is sampled faster at a bedside: milliseconds between two values.
const SHORTEST_PERIOD: f64 = 0.01;

/// The last millisecond that FHIR can write: 9999-12-31T23:59:59.999Z.
const END_OF_TIME: f64 = 253_402_300_799_999.0;

/// Of whom, by what, of what and from when on.
type Stream = (PatientId, Option<DeviceId>, Code, Instant);

/// The values of a SampledData; `updated` is when the server took it.
pub(crate) fn segments(
    (patient, device, code, start): Stream,
    data: &types::SampledData,
    updated: Option<Instant>,
) -> Result<Vec<Segment>, Reason> {
    if data.dimensions != 1 {
        return Err(format!("its SampledData has {} dimensions, one is read", data.dimensions));
    }
    if !(data.period >= SHORTEST_PERIOD && data.period.is_finite()) {
        return Err("its SampledData has no usable period".into());
    }
    if data.origin.comparator.is_some() {
        return Err("the origin of its SampledData is only a bound".into());
    }
    let unit = unit(&data.origin)?.code;
    let zero = (Decimal::whole(0), Quality::Good);
    let (origin, of_origin) = data.origin.value.map_or(Ok(zero), decimal)?;
    let (factor, of_factor) = data.factor.map_or(Ok((Decimal::whole(1), Quality::Good)), decimal)?;
    let every = [of_origin, of_factor];
    let number = |(value, quality)| scaled(value, factor, origin, [quality, every[0], every[1]]);
    // R4's limits are numbers like those of the data: factor and origin make them values (FHIR-50260).
    let limit = |limit: Option<&serde_json::value::RawValue>, comparator| match limit {
        Some(limit) => {
            let (value, quality) =
                number(decimal(limit)?).ok_or("a limit of its SampledData is out of range")?;
            Ok::<_, Reason>(Some((value, Marks { quality, comparator: Some(comparator) })))
        }
        None => Ok(None),
    };
    let below = limit(data.lower_limit, Comparator::Below)?;
    let above = limit(data.upper_limit, Comparator::Above)?;
    let mut judge = Judge::new(&code, &unit)?;
    let mut out: Vec<Segment> = Vec::new();
    let (mut open, mut last) = (false, 0.0);
    for (n, token) in data.data.as_deref().unwrap_or_default().split_ascii_whitespace().enumerate() {
        if n >= MOST_VALUES {
            return Err(format!("its SampledData holds more than {MOST_VALUES} values"));
        }
        let found = match token {
            "E" => None,
            "L" => below,
            "U" => above,
            token => {
                let read = Decimal::sent(token)
                    .map_err(|_| "its SampledData holds something that is no number".to_owned())?;
                let (value, quality) = number(read).ok_or("a value of its SampledData is out of range")?;
                Some((value, Marks { quality, comparator: None }))
            }
        };
        let Some((value, mut marks)) = found else {
            open = false;
            continue;
        };
        if !judge.is_plausible(value) {
            marks.quality = Quality::Artefact;
        }
        last = n as f64 * data.period;
        match out.last_mut() {
            Some(segment) if open && segment.scale == value.scale && segment.marks == marks => {
                segment.mantissas.push(value.mantissa);
            }
            _ => out.push(Segment {
                patient: patient.clone(),
                device: device.clone(),
                code: code.clone(),
                unit: unit.clone(),
                start: start.after(n, data.period),
                period_ms: data.period,
                scale: value.scale,
                mantissas: vec![value.mantissa],
                marks,
            }),
        }
        open = true;
    }
    // Readers add the time of the last value up.
    if start.0 as f64 + last > END_OF_TIME {
        return Err("its SampledData ends after the year 9999".into());
    }
    // A stream that begins ahead has a clock that is ahead; one that only ends there has a period that cannot be.
    if updated.is_some_and(|taken| start <= taken && start.0 as f64 + last > (taken + HOUR_MS).0 as f64) {
        return Err("its SampledData goes on after the server took it: its period cannot be".into());
    }
    Ok(out)
}

/// The plausible range as whole numbers at the scale of the values that pass by.
struct Judge {
    range: Option<((f64, f64), Conversion)>,
    at: Option<(u8, (i64, i64))>,
}

impl Judge {
    fn new(code: &Code, unit: &str) -> Result<Judge, Reason> {
        let Some((measure, range)) = code.measure().zip(code.plausible()) else {
            return Ok(Judge { range: None, at: None });
        };
        let conversion = Conversion::to_own(measure, unit).map_err(|e| e.to_string())?;
        Ok(Judge { range: Some((range, conversion)), at: None })
    }

    fn is_plausible(&mut self, value: Decimal) -> bool {
        let Some((range, conversion)) = self.range else { return true };
        let (low, high) = match self.at {
            Some((scale, bounds)) if scale == value.scale => bounds,
            _ => {
                let bounds = whole(range, conversion, value.scale);
                self.at = Some((value.scale, bounds));
                bounds
            }
        };
        (low..=high).contains(&value.mantissa)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "what does not fit is beyond every value")]
fn whole((low, high): (f64, f64), conversion: Conversion, scale: u8) -> (i64, i64) {
    let at = |value: f64| conversion.back(value) * 10f64.powi(i32::from(scale));
    // A value that lies on the edge is inside, whatever the last digit of a float says.
    ((at(low) - 1e-6).ceil() as i64, (at(high) + 1e-6).floor() as i64)
}

/// `origin + value * factor`: exactly, or rounded where that has too many digits.
fn scaled(
    value: Decimal,
    factor: Decimal,
    origin: Decimal,
    from: [Quality; 3],
) -> Option<(Decimal, Quality)> {
    let exact = || {
        let product = Decimal {
            mantissa: value.mantissa.checked_mul(factor.mantissa)?,
            scale: value.scale.checked_add(factor.scale).filter(|s| *s <= Decimal::MAX_SCALE)?,
        };
        let scale = product.scale.max(origin.scale);
        let mantissa = product.at_scale(scale)?.checked_add(origin.at_scale(scale)?)?;
        Some(Decimal { mantissa, scale })
    };
    let quality = if from.contains(&Quality::Rounded) { Quality::Rounded } else { Quality::Good };
    exact().map(|value| (value, quality)).or_else(|| {
        let number = value.to_f64() * factor.to_f64() + origin.to_f64();
        Some((Decimal::near(number)?, Quality::Rounded))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::resource::tests::{one, read};
    use clinical::Body;

    fn stream(code: &str, unit: &str, more: &str, data: &str) -> String {
        format!(
            r#"{{"resourceType":"Observation","id":"w","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"{code}"}}]}},"subject":{{"reference":"Patient/p"}},"effectiveDateTime":"2026-01-01T00:00:00Z","valueSampledData":{{"origin":{{"value":0,"code":"{unit}"}},"period":1000,"dimensions":1{more},"data":"{data}"}}}}"#
        )
    }

    /// Each value as it reads, with what goes with it.
    fn values(text: &str) -> Vec<String> {
        let Body::Segments(parts) = one(text) else { panic!() };
        let of = |part: &Segment| {
            let (scale, marks) = (part.scale, part.marks);
            let only = marks.comparator.map_or("", Comparator::code);
            let end = ["", "~", "!"][marks.quality as usize];
            let word = move |mantissa: &i64| format!("{only}{}{end}", Decimal { mantissa: *mantissa, scale });
            part.mantissas.iter().map(word).collect::<Vec<_>>()
        };
        parts.iter().flat_map(of).collect()
    }

    #[test]
    fn a_streamed_value_is_judged_as_a_single_one_is() {
        for (code, unit, more, data, wanted) in [
            ("59408-5", "%", "", "97 97 127 96", "97 97 127! 96"),
            ("59408-5", "1", "", "0.97 1.27 0.50", "0.97 1.27! 0.50"),
            ("59408-5", "%", r#","factor":0.1"#, "970 1270 1000", "97.0 127.0! 100.0"),
            ("8867-4", "/min", "", "72 -999 E 73", "72 -999! 73"),
            ("8310-5", "[degF]", "", "98.6 12.0", "98.6 12.0!"),
            ("99504-3", "mg/dL", "", "112 10", "112 10!"),
            ("2339-0", "mg/dL", "", "112 10", "112 10"),
            ("1-8", "mV", "", "1 -999999", "1 -999999"),
        ] {
            assert_eq!(values(&stream(code, unit, more, data)).join(" "), wanted, "{code} {unit} {data}");
        }
    }

    #[test]
    fn what_lies_beyond_the_limits_of_detection_is_a_bound_and_without_a_limit_a_gap() {
        let limits = r#","lowerLimit":40,"upperLimit":400"#;
        for (more, wanted) in [
            (limits, "99 <40 >400 100"),
            (r#","factor":0.5,"lowerLimit":80"#, "49.5 <40.0 50.0"),
            ("", "99 100"),
        ] {
            assert_eq!(values(&stream("99504-3", "mg/dL", more, "99 L U 100")).join(" "), wanted, "{more}");
        }
    }

    #[test]
    fn a_value_with_too_many_digits_costs_no_stream() {
        let wanted = ["97.1~", "97.2"];
        assert_eq!(values(&stream("59408-5", "%", "", "97.099999999999994315658113919198513 97.2")), wanted);
        let long = stream("8310-5", "Cel", r#","factor":0.1234567890123"#, "300.12345678901");
        assert_eq!(values(&long).len(), 1);
        assert!(values(&long)[0].starts_with("37.05"), "{:?}", values(&long));
    }

    #[test]
    fn a_period_that_cannot_be_puts_no_value_ahead_of_what_the_server_knew() {
        let taken = r#""id":"w","meta":{"lastUpdated":"2026-01-01T00:00:05Z"}"#;
        let of = |period: &str| {
            let text = stream("8310-5", "Cel", "", "36 37 36");
            read(
                &text
                    .replace(r#""id":"w""#, taken)
                    .replace(r#""period":1000"#, &format!(r#""period":{period}"#)),
            )
        };
        assert!(of("1000").is_ok());
        for period in ["86400000", "31536000000", "0", "1e-9", "-5", "1e300"] {
            assert!(of(period).is_err(), "{period}");
        }
    }

    fn reason(text: &str) -> String {
        read(text).unwrap_err().1
    }

    #[test]
    fn sampled_data_is_cut_at_its_gaps_and_exact() {
        let text = r#"{"resourceType":"Observation","id":"w","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8310-5"}]},"subject":{"reference":"Patient/p"},"effectivePeriod":{"start":"2026-01-01T00:00:00Z"},"valueSampledData":{"origin":{"value":30,"code":"Cel"},"period":1000,"factor":0.1,"dimensions":1,"data":"70 71 E E 72"}}"#;
        let Body::Segments(parts) = one(text) else { panic!() };
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].mantissas.clone(), parts[0].scale), (vec![370, 371], 1));
        assert_eq!(parts[1].start.ms_since(parts[0].start), 4000);
    }

    #[test]
    fn a_wave_that_would_never_end_puts_no_value_into_the_past() {
        let text = |period: &str| {
            format!(
                r#"{{"resourceType":"Observation","id":"w","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"8310-5"}}]}},"subject":{{"reference":"Patient/p"}},"effectiveDateTime":"2026-01-01T00:00:00Z","valueSampledData":{{"origin":{{"value":30,"code":"Cel"}},"period":{period},"dimensions":1,"data":"6 7"}}}}"#
            )
        };
        for period in ["1e300", "9300000000000000000", "252000000000000"] {
            assert!(reason(&text(period)).contains("ends after the year 9999"), "{period}");
        }
        // A value a year is odd and no fault.
        let Body::Segments(parts) = one(&text("31536000000")) else { panic!() };
        assert_eq!(parts[0].mantissas, [36, 37]);
    }
}
