//! What was measured: codes, exact quantities, single values and sampled ones.

use std::str::FromStr;

use clinical::{
    Acvpu, Body, Code, Comparator, Conversion, Decimal, DeviceId, HOUR_MS, Instant, Measure, PatientId,
    Plausibility, Quality, Quantity, Sample, Segment, Unit,
};
use serde_json::value::RawValue;

use crate::map::codes::{LOINC, MDC, SNOMED};
use crate::wire::datatypes as types;
use crate::wire::resource as r4;
use crate::wire::time::parse_instant;

/// Why a resource could not be read, in words that quote nobody.
pub(crate) type Reason = String;

/// `Ok(None)` where the quantity has no value.
pub(crate) fn quantity(quantity: &types::Quantity) -> Result<Option<Quantity>, Reason> {
    let Some(value) = quantity.value else { return Ok(None) };
    let value = decimal(value)?;
    let comparator = match quantity.comparator.as_deref() {
        Some(code) => Some(Comparator::from_code(code).ok_or("its comparator is none of <, <=, >=, >")?),
        None => None,
    };
    Ok(Some(Quantity { value, comparator, unit: unit(quantity)? }))
}

fn unit(quantity: &types::Quantity) -> Result<Unit, Reason> {
    Unit::sent(quantity.code.as_deref(), quantity.unit.as_deref()).map_err(|e| e.to_string())
}

fn decimal(raw: &RawValue) -> Result<Decimal, Reason> {
    Decimal::from_str(raw.get()).map_err(|e| format!("its value is {e}"))
}

pub(crate) fn code_of(concept: &types::Concept) -> Option<Code> {
    // A code the console knows wins; otherwise LOINC before MDC.
    let known = concept.coding.iter().find_map(|coding| {
        let code = coding.code.as_deref()?;
        match coding.system.as_deref()? {
            LOINC if Measure::from_loinc(code).is_some() => Some(Code::Loinc(code.into())),
            MDC if Measure::from_mdc(code).is_some() => Some(Code::Mdc(code.into())),
            _ => None,
        }
    });
    known
        .or_else(|| concept.code(LOINC).map(|c| Code::Loinc(c.into())))
        .or_else(|| concept.code(MDC).map(|c| Code::Mdc(c.into())))
        .filter(|code| code.as_str().len() <= 32)
}

pub(crate) fn quality(code: &Code, value: Decimal, unit: &str) -> Result<Quality, Reason> {
    let Some(measure) = code.measure() else { return Ok(Quality::Good) };
    let conversion = Conversion::to_own(measure, unit).map_err(|e| e.to_string())?;
    Ok(match measure.plausibility(conversion.apply(value.to_f64())) {
        Plausibility::Plausible => Quality::Good,
        Plausibility::Artefact => Quality::Artefact,
    })
}

/// A period that reaches further than this beyond the moment at which it was said is a plan: milliseconds.
const PLANNED: i64 = 2 * HOUR_MS;

/// When a measurement began to be true, and up to when it is: a period speaks until its end. One that is planned speaks until it was
/// said.
fn effective(obs: &r4::Observation, updated: Option<Instant>) -> Option<(Instant, Instant)> {
    let at = |text: &types::Text| text.as_deref().and_then(parse_instant);
    if let Some(moment) = at(&obs.effective_date_time).or_else(|| at(&obs.effective_instant)) {
        return Some((moment, moment));
    }
    if let Some(timing) = &obs.effective_timing {
        let events = || timing.event.iter().filter_map(|text| parse_instant(text));
        return events().min().zip(events().max());
    }
    let period = obs.effective_period.as_ref()?;
    let (start, end) = (at(&period.start), at(&period.end));
    let said = match (start, updated) {
        (Some(start), Some(updated)) if end.is_some_and(|end| end.ms_since(updated) > PLANNED) => {
            Some(updated.max(start))
        }
        _ => end,
    };
    match (start, said) {
        (Some(start), Some(end)) => Some((start, end.max(start))),
        (one, other) => one.or(other).map(|at| (at, at)),
    }
}

pub(crate) fn observation(obs: r4::Observation, updated: Option<Instant>) -> Result<Option<Body>, Reason> {
    if matches!(obs.status.as_ref(), "entered-in-error" | "cancelled") {
        return Ok(Some(Body::Deleted));
    }
    let (began, taken_at) = effective(&obs, updated).ok_or("it has no readable time (effective)")?;
    let patient = obs.subject.and_then(|s| s.id_of("Patient")).ok_or("it names no patient (subject)")?;
    let device = obs.device.and_then(|d| d.id_of("Device"));
    if let Some(data) = obs.value_sampled_data {
        let code = code_of(&obs.code).ok_or("its code is neither LOINC nor MDC")?;
        return segments(patient, device, code, began, data).map(|segments| Some(Body::Segments(segments)));
    }
    let sample = |code: Code, quantity: Quantity| -> Result<Sample, Reason> {
        let Quantity { value, comparator, unit: Unit { code: unit, .. } } = quantity;
        let quality = quality(&code, value, &unit)?;
        let (patient, device) = (patient.clone(), device.clone());
        Ok(Sample { patient, device, code, value, comparator, unit, taken_at, quality })
    };
    let mut samples = Vec::new();
    if let Some(found) = obs.value_quantity.as_ref().map(quantity).transpose()?.flatten() {
        let code = code_of(&obs.code).ok_or("its code is neither LOINC nor MDC")?;
        samples.push(sample(code, found)?);
    }
    if let Some(level) = obs.value_codeable_concept.as_ref() {
        let code = code_of(&obs.code);
        if let Some(code) = code.filter(|c| c.measure() == Some(Measure::Consciousness)) {
            let level = acvpu(level).ok_or("its level of consciousness is none of A, C, V, P, U")?;
            let unit = Unit::ucum(Measure::Consciousness.spec().unit);
            let value = Decimal::whole(level as i64);
            samples.push(sample(code, Quantity { value, comparator: None, unit })?);
        }
    }
    for part in &obs.component {
        let found = part.value_quantity.as_ref().map(quantity).transpose()?.flatten();
        if let (Some(found), Some(code)) = (found, code_of(&part.code)) {
            samples.push(sample(code, found)?);
        }
    }
    if samples.is_empty() && obs.data_absent_reason.is_none() && obs.value_codeable_concept.is_none() {
        return Ok(None);
    }
    Ok(Some(Body::Samples(samples)))
}

fn acvpu(concept: &types::Concept) -> Option<Acvpu> {
    const CODES: [(&str, Acvpu); 5] = [
        ("248234008", Acvpu::Alert),
        ("130987000", Acvpu::NewConfusion),
        ("300202002", Acvpu::Voice),
        ("450847001", Acvpu::Pain),
        ("422768004", Acvpu::Unresponsive),
    ];
    let coded =
        concept.code(SNOMED).and_then(|code| CODES.iter().find(|(c, _)| *c == code).map(|(_, level)| *level));
    coded.or_else(|| {
        let word = concept.text.as_deref()?.trim();
        Acvpu::ALL.into_iter().find(|level| level.word().eq_ignore_ascii_case(word))
    })
}

/// Values of one SampledData are at most this many; more is a defect of the sender.
const MOST_VALUES: usize = 4_000_000;

/// The last millisecond that FHIR can write: 9999-12-31T23:59:59.999Z.
const END_OF_TIME: f64 = 253_402_300_799_999.0;

fn segments(
    patient: PatientId,
    device: Option<DeviceId>,
    code: Code,
    start: Instant,
    data: types::SampledData,
) -> Result<Vec<Segment>, Reason> {
    if data.dimensions != 1 {
        return Err(format!("its SampledData has {} dimensions, one is read", data.dimensions));
    }
    if !(data.period > 0.0 && data.period.is_finite()) {
        return Err("its SampledData has no usable period".into());
    }
    let unit = unit(&data.origin)?.code;
    quality(&code, Decimal::whole(0), &unit)?;
    let origin = data.origin.value.map_or(Ok(Decimal::whole(0)), decimal)?;
    let factor = data.factor.map_or(Ok(Decimal::whole(1)), decimal)?;
    let mut out: Vec<Segment> = Vec::new();
    let (mut open, mut last) = (false, 0.0);
    for (n, token) in data.data.as_deref().unwrap_or_default().split_ascii_whitespace().enumerate() {
        if n >= MOST_VALUES {
            return Err(format!("its SampledData holds more than {MOST_VALUES} values"));
        }
        if matches!(token, "E" | "U" | "L") {
            open = false;
            continue;
        }
        let value = Decimal::from_str(token)
            .map_err(|_| "its SampledData holds something that is no number".to_owned())?;
        last = n as f64 * data.period;
        let (mantissa, scale) =
            scaled(value, factor, origin).ok_or("a value of its SampledData is out of range")?;
        match out.last_mut() {
            Some(segment) if open && segment.scale == scale => segment.mantissas.push(mantissa),
            _ => out.push(Segment {
                patient: patient.clone(),
                device: device.clone(),
                code: code.clone(),
                unit: unit.clone(),
                start: start.after(n, data.period),
                period_ms: data.period,
                scale,
                mantissas: vec![mantissa],
            }),
        }
        open = true;
    }
    // Readers add the time of the last value up.
    if start.0 as f64 + last > END_OF_TIME {
        return Err("its SampledData ends after the year 9999".into());
    }
    Ok(out)
}

/// `origin + value * factor`, exactly.
fn scaled(value: Decimal, factor: Decimal, origin: Decimal) -> Option<(i64, u8)> {
    let product = Decimal {
        mantissa: value.mantissa.checked_mul(factor.mantissa)?,
        scale: value.scale.checked_add(factor.scale).filter(|s| *s <= Decimal::MAX_SCALE)?,
    };
    let scale = product.scale.max(origin.scale);
    Some((product.at_scale(scale)?.checked_add(origin.at_scale(scale)?)?, scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::resource::tests::{one, read};

    fn reason(text: &str) -> String {
        read(text).unwrap_err().1
    }

    const HR: &str = r#"{"resourceType":"Observation","id":"a","meta":{"versionId":"3"},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"http://s/Patient/p/_history/2"},"effectiveDateTime":"2026-01-01T00:00:00Z","valueQuantity":{"value":72.50,"unit":"bpm"}}"#;

    #[test]
    fn a_value_keeps_its_digits_its_source_and_its_version() {
        let fact = read(HR).unwrap().remove(0);
        assert_eq!((fact.source.reference.as_str(), fact.source.version.as_str()), ("Observation/a", "3"));
        let Body::Samples(samples) = fact.body else { panic!("{:?}", fact.body) };
        assert_eq!(samples[0].value.to_string(), "72.50");
        assert_eq!((samples[0].patient.as_str(), samples[0].unit.as_str()), ("p", "/min"));
    }

    #[test]
    fn what_cannot_be_trusted_goes_to_quarantine_with_a_reason() {
        assert!(
            reason(&HR.replace(r#""subject":{"reference":"http://s/Patient/p/_history/2"},"#, ""))
                .contains("no patient")
        );
        assert!(reason(&HR.replace("bpm", "florps")).contains("florps"));
        assert!(reason(&HR.replace("bpm", "kg")).contains("cannot measure"));
        assert!(reason(&HR.replace("72.50", "\"NaN\"")).contains("decimal"));
        assert!(reason(&HR.replace("2026-01-01T00:00:00Z", "soon")).contains("time"));
        assert!(reason(&HR.replace(r#""id":"a""#, r#""id":"../../etc""#)).contains("id"));
    }

    #[test]
    fn a_value_that_is_only_a_bound_is_told_from_one_that_was_measured() {
        let bound = HR.replace(r#""value":72.50"#, r#""comparator":"<","value":72.50"#);
        let Body::Samples(samples) = one(&bound) else { panic!() };
        assert_eq!(
            (samples[0].value.to_string().as_str(), samples[0].comparator),
            ("72.50", Some(Comparator::Below))
        );
        let Body::Samples(samples) = one(HR) else { panic!() };
        assert_eq!(samples[0].comparator, None);
        assert!(reason(&bound.replace(r#""<""#, r#""about""#)).contains("comparator"));
    }

    #[test]
    fn an_absurd_value_is_kept_as_an_artefact() {
        let Body::Samples(samples) = one(&HR.replace("72.50", "7250")) else { panic!() };
        assert_eq!(samples[0].quality, Quality::Artefact);
    }

    #[test]
    fn blood_pressure_arrives_under_its_component_codes() {
        let bp = r#"{"resourceType":"Observation","id":"b","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-01T00:00:00Z","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120,"unit":"mmHg"}},{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":80,"code":"mm[Hg]"}}]}"#;
        let Body::Samples(samples) = one(bp) else { panic!() };
        let codes: Vec<_> =
            samples.iter().map(|s| (s.code.as_str(), s.value.mantissa, s.unit.as_str())).collect();
        assert_eq!(codes, [("8480-6", 120, "mm[Hg]"), ("8462-4", 80, "mm[Hg]")]);
    }

    #[test]
    fn a_value_is_as_old_as_the_end_of_the_time_it_speaks_of() {
        let updated = "2026-01-01T10:00:00Z";
        let period = |start: &str, end: &str| {
            let part = |name: &str, text: &str| format!(r#""{name}":"2026-01-01T{text}:00Z""#);
            let parts: Vec<String> = [("start", start), ("end", end)]
                .iter()
                .filter(|(_, t)| !t.is_empty())
                .map(|(n, t)| part(n, t))
                .collect();
            format!(r#""effectivePeriod":{{{}}}"#, parts.join(","))
        };
        for (effective, wanted) in [
            (r#""effectiveDateTime":"2026-01-01T09:00:00Z""#.to_owned(), "09:00"),
            (r#""effectiveInstant":"2026-01-01T09:00:00Z""#.to_owned(), "09:00"),
            (period("09:00", "09:59"), "09:59"),
            (period("09:00", ""), "09:00"),
            (period("", "09:30"), "09:30"),
            // It goes on, or was turned around.
            (period("09:00", "10:30"), "10:30"),
            (period("09:00", "18:00"), "10:00"),
            (period("09:00", "08:00"), "09:00"),
            (
                r#""effectiveTiming":{"event":["2026-01-01T08:00:00Z","2026-01-01T09:00:00Z"]}"#.to_owned(),
                "09:00",
            ),
        ] {
            let text = format!(
                r#"{{"resourceType":"Observation","id":"o","meta":{{"lastUpdated":"{updated}"}},"status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"8867-4"}}]}},"subject":{{"reference":"Patient/p"}},{effective},"valueQuantity":{{"value":72,"code":"/min"}}}}"#
            );
            let Body::Samples(samples) = one(&text) else { panic!() };
            let taken_at = crate::wire::time::format_instant(samples[0].taken_at);
            assert_eq!(&taken_at[11..16], wanted, "{effective}");
        }
        for no_time in [
            r#""effectiveDateTime":"2026-01-01T09:00:00""#,
            r#""effectivePeriod":{}"#,
            r#""effectiveTiming":{"event":[]}"#,
            r#""issued":"2026-01-01T09:00:00Z""#,
        ] {
            let text = format!(
                r#"{{"resourceType":"Observation","id":"o","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"8867-4"}}]}},"subject":{{"reference":"Patient/p"}},{no_time},"valueQuantity":{{"value":72,"code":"/min"}}}}"#
            );
            assert!(reason(&text).contains("no readable time"), "{no_time}");
        }
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
