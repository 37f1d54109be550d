//! What was measured: the single values of an Observation.

use clinical::{
    Acvpu, Body, Code, Decimal, DeviceId, HOUR_MS, Instant, Measure, PatientId, Quality, Quantity, Sample,
    Unit,
};

use crate::map::codes::{LOINC, SNOMED};
use crate::map::numbers::{Read, Reason, code_of, quality, quantity};
use crate::map::streams::segments;
use crate::map::whose::{device_of, patient_of};
use crate::wire::bases::Bases;
use crate::wire::datatypes as types;
use crate::wire::resource as r4;
use crate::wire::time::parse_instant;

/// What a resource came to, besides what was wrong with it.
#[derive(Default)]
pub(crate) struct Mapped {
    pub body: Option<Body>,
    /// What of it could not be read; the rest was.
    pub remarks: Vec<Reason>,
    /// What of it is not read by this program, by a name that is counted.
    pub left_out: Vec<&'static str>,
}

impl From<Body> for Mapped {
    fn from(body: Body) -> Mapped {
        Mapped { body: Some(body), ..Mapped::default() }
    }
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

pub(crate) fn observation(
    obs: r4::Observation,
    updated: Option<Instant>,
    bases: &Bases,
) -> Result<Mapped, Reason> {
    match obs.status.as_ref() {
        "entered-in-error" | "cancelled" => return Ok(Body::Deleted.into()),
        "registered" | "preliminary" | "final" | "amended" | "corrected" | "unknown" => {}
        _ => return Err("its status is none that R4 has".into()),
    }
    let patient: PatientId = patient_of(obs.subject.as_ref(), bases)?;
    let device = obs.device.as_ref().map(|device| device_of(device, bases));
    let (began, taken_at) = effective(&obs, updated).ok_or("it has no readable time (effective)")?;
    if let Some(data) = &obs.value_sampled_data {
        let code = code_of(&obs.code).ok_or("its code is neither LOINC nor MDC")?;
        let stream = (patient, device, code, began);
        return segments(stream, data, updated).map(|segments| Body::Segments(segments).into());
    }
    let mut read = Values { patient, device, taken_at, samples: Vec::new(), mapped: Mapped::default() };
    let code = code_of(&obs.code);
    if let Some(found) = &obs.value_quantity {
        match code.clone() {
            Some(code) => read.number(code, found),
            None if found.value.is_some() => {
                read.mapped.remarks.push("its code is neither LOINC nor MDC".into());
            }
            None => {}
        }
    }
    if let Some(answer) = &obs.value_codeable_concept {
        read.answer(code.as_ref(), answer, "Observation.valueCodeableConcept");
    }
    for part in &obs.component {
        let code = code_of(&part.code);
        match (code, &part.value_quantity, &part.value_codeable_concept) {
            (Some(code), Some(found), _) => read.number(code, found),
            (None, Some(found), _) if found.value.is_some() => {
                read.mapped.left_out.push("Observation.component with a code that is neither LOINC nor MDC");
            }
            (code, None, Some(answer)) => {
                read.answer(code.as_ref(), answer, "Observation.component.valueCodeableConcept");
            }
            _ => {}
        }
    }
    let Values { samples, mut mapped, .. } = read;
    if samples.is_empty() {
        if !mapped.remarks.is_empty() {
            return Err(mapped.remarks.join("; "));
        }
        if mapped.left_out.is_empty() {
            mapped.left_out.push(obs.without_a_number());
        }
    }
    // Without a number too: what an earlier version of it said is true no longer.
    mapped.body = Some(Body::Samples(samples));
    Ok(mapped)
}

/// The values of one Observation as they are found: each is judged by itself.
struct Values {
    patient: PatientId,
    device: Option<DeviceId>,
    taken_at: Instant,
    samples: Vec<Sample>,
    mapped: Mapped,
}

impl Values {
    fn number(&mut self, code: Code, found: &types::Quantity) {
        let judged = || -> Result<Option<(Quantity, Quality)>, Reason> {
            let Some(Read { quantity, quality: read }) = quantity(found)? else { return Ok(None) };
            let judged = quality(&code, quantity.value, &quantity.unit.code)?;
            Ok(Some((quantity, if judged == Quality::Good { read } else { judged })))
        };
        match judged() {
            Ok(Some((quantity, quality))) => self.push(code, quantity, quality),
            Ok(None) => {}
            Err(reason) => self.mapped.remarks.push(reason),
        }
    }

    fn answer(&mut self, code: Option<&Code>, answer: &types::Concept, name: &'static str) {
        let Some(code) = code.filter(|code| code.measure() == Some(Measure::Consciousness)) else {
            self.mapped.left_out.push(name);
            return;
        };
        match acvpu(answer) {
            Some(level) => {
                let unit = Unit::ucum(Measure::Consciousness.spec().unit);
                let value = Decimal::whole(level as i64);
                self.push(code.clone(), Quantity { value, comparator: None, unit }, Quality::Good);
            }
            None => {
                self.mapped.remarks.push("its level of consciousness is none of A, C, V, P, U".into());
            }
        }
    }

    fn push(&mut self, code: Code, quantity: Quantity, quality: Quality) {
        let Quantity { value, comparator, unit: Unit { code: unit, .. } } = quantity;
        let (patient, device) = (self.patient.clone(), self.device.clone());
        let taken_at = self.taken_at;
        self.samples.push(Sample { patient, device, code, value, comparator, unit, taken_at, quality });
    }
}

/// A level of consciousness, by its code of SNOMED CT or LOINC, else by its word.
fn acvpu(concept: &types::Concept) -> Option<Acvpu> {
    let coded =
        concept.coding.iter().find_map(|coding| match (coding.system.as_deref()?, coding.code.as_deref()?) {
            (SNOMED, code) => Acvpu::from_snomed(code),
            (LOINC, code) => Acvpu::from_loinc(code),
            _ => None,
        });
    coded.or_else(|| Acvpu::from_word(concept.text.as_deref()?))
}

#[cfg(test)]
mod tests {
    use clinical::Comparator;

    use super::*;
    use crate::map::resource::map_resource;
    use crate::map::resource::tests::{one, read};

    fn reason(text: &str) -> String {
        read(text).unwrap_err().1
    }

    const HR: &str = r#"{"resourceType":"Observation","id":"a","meta":{"versionId":"3"},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/p/_history/2"},"effectiveDateTime":"2026-01-01T00:00:00Z","valueQuantity":{"value":72.50,"unit":"bpm"}}"#;

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
            reason(&HR.replace(r#""subject":{"reference":"Patient/p/_history/2"},"#, ""))
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
    fn a_value_of_another_servers_patient_is_nobodys_here() {
        let other = HR.replace("Patient/p/_history/2", "https://other.example.org/fhir/Patient/p");
        assert!(reason(&other).contains("another server"));
    }

    #[test]
    fn a_status_that_r4_does_not_have_is_not_guessed() {
        let with = |status: &str| read(&HR.replace("final", status));
        for status in ["registered", "preliminary", "amended", "corrected", "unknown"] {
            assert_eq!(with(status).unwrap().len(), 1, "{status}");
        }
        assert!(matches!(with("cancelled").unwrap()[0].body, Body::Deleted));
        assert!(with("quarantined").unwrap_err().1.contains("status"));
    }

    #[test]
    fn whatever_names_a_device_the_value_is_a_devices() {
        let with = |device: &str| {
            let text = HR.replace(r#""status""#, &format!(r#""device":{device},"status""#));
            let Body::Samples(samples) = one(&text) else { panic!() };
            samples[0].device.clone().map(|id| id.to_string())
        };
        for (device, id) in [
            (r#"{"reference":"Device/d1"}"#, "d1"),
            (r#"{"reference":"Device/d1/_history/7"}"#, "d1"),
            (r#"{"reference":"DeviceMetric/m1"}"#, "DeviceMetric/m1"),
            (r#"{"reference":"DeviceMetric/m1/_history/7"}"#, "DeviceMetric/m1"),
            (r##"{"reference":"#d1"}"##, "#d1"),
            (r#"{"reference":"https://other/fhir/Device/d1"}"#, "https://other/fhir/Device/d1"),
            (r#"{"identifier":{"system":"urn:serial","value":"77"}}"#, "urn:serial|77"),
            (r#"{"display":"Cuff 3"}"#, "Cuff 3"),
            ("{}", "unnamed"),
        ] {
            assert_eq!(with(device).as_deref(), Some(id), "{device}");
        }
    }

    #[test]
    fn an_odd_part_costs_no_other_part() {
        let part = |code: &str, value: &str| {
            format!(
                r#"{{"code":{{"coding":[{{"system":"http://loinc.org","code":"{code}"}}]}},"valueQuantity":{value}}}"#
            )
        };
        let of = |parts: &[String]| {
            let text = format!(
                r#"{{"resourceType":"Observation","id":"b","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"85354-9"}}]}},"subject":{{"reference":"Patient/p"}},"effectiveDateTime":"2026-01-01T00:00:00Z","component":[{}]}}"#,
                parts.join(",")
            );
            let came = map_resource(&text, &Bases::default());
            let numbers = match came.fact.as_ref().map(|fact| &fact.body) {
                Some(Body::Samples(samples)) => samples.len(),
                _ => 0,
            };
            (numbers, usize::from(came.unreadable.is_some()), came.left_out.len())
        };
        let (sys, dia) = (
            part("8480-6", r#"{"value":88,"unit":"mmHg"}"#),
            part("8462-4", r#"{"value":52,"unit":"mmHg"}"#),
        );
        for (odd, wanted) in [
            // Without a code it is nothing known, whatever its unit: counted. With one it should have been read: quarantine.
            (
                r#"{"code":{"text":"Irregular"},"valueQuantity":{"value":3,"unit":"beats"}}"#.to_owned(),
                (2, 0, 1),
            ),
            (
                r#"{"code":{"text":"Position"},"valueCodeableConcept":{"text":"Sitting"}}"#.to_owned(),
                (2, 0, 1),
            ),
            (part("8478-0", r#"{"value":64,"unit":"florps"}"#), (2, 1, 0)),
            (part("8478-0", r#"{"value":64,"unit":"kg"}"#), (2, 1, 0)),
            (part("8478-0", r#"{"value":64,"unit":"mmHg","comparator":"~"}"#), (2, 1, 0)),
            (part("8478-0", r#"{"value":1e99,"unit":"mmHg"}"#), (2, 1, 0)),
            (part("8478-0", r#"{"unit":"mmHg"}"#), (2, 0, 0)),
        ] {
            for parts in [[odd.clone(), sys.clone(), dia.clone()], [sys.clone(), dia.clone(), odd.clone()]] {
                assert_eq!(of(&parts), wanted, "{odd}");
            }
        }
        assert_eq!(of(&[part("8478-0", r#"{"value":64,"unit":"florps"}"#)]), (0, 1, 0));
    }

    #[test]
    fn whatever_stands_in_the_place_of_a_number_is_counted_under_its_name() {
        for (value, name) in [
            (r#""valueString":"x""#, "Observation.valueString"),
            (r#""valueBoolean":true"#, "Observation.valueBoolean"),
            (r#""valueInteger":4"#, "Observation.valueInteger"),
            (r#""valueRange":{}"#, "Observation.valueRange"),
            (r#""valueRatio":{}"#, "Observation.valueRatio"),
            (r#""valueTime":"12:00:00""#, "Observation.valueTime"),
            (r#""valueDateTime":"2026""#, "Observation.valueDateTime"),
            (r#""valuePeriod":{}"#, "Observation.valuePeriod"),
            (r#""valueCodeableConcept":{"text":"x"}"#, "Observation.valueCodeableConcept"),
            (r#""dataAbsentReason":{"text":"x"}"#, "Observation.dataAbsentReason"),
            (r#""hasMember":[]"#, "Observation without a value"),
        ] {
            let text = HR.replace(r#""valueQuantity":{"value":72.50,"unit":"bpm"}"#, value);
            let came = map_resource(&text, &Bases::default());
            assert_eq!(came.left_out, [name]);
            // It takes the place of what an earlier version said.
            assert_eq!(came.fact.map(|fact| fact.body), Some(Body::Samples(Vec::new())));
            assert!(came.unreadable.is_none());
        }
    }

    #[test]
    fn a_level_of_consciousness_is_understood_in_both_systems_or_goes_to_quarantine() {
        let with = |answer: &str, part: bool| {
            let answer = format!(r#""valueCodeableConcept":{answer}"#);
            let code = r#""code":{"coding":[{"system":"http://loinc.org","code":"67775-7"}]}"#;
            let inside = if part { format!(r#""component":[{{{code},{answer}}}]"#) } else { answer };
            let text = HR.replace(r#""valueQuantity":{"value":72.50,"unit":"bpm"}"#, &inside);
            read(&text.replace("8867-4", if part { "85353-1" } else { "67775-7" }))
        };
        let levels = [
            (SNOMED, "248234008", Acvpu::Alert),
            (SNOMED, "130987000", Acvpu::NewConfusion),
            (SNOMED, "300202002", Acvpu::Voice),
            (SNOMED, "255373000", Acvpu::Voice),
            (SNOMED, "450847001", Acvpu::Pain),
            (SNOMED, "422768004", Acvpu::Unresponsive),
            (LOINC, "LA9340-6", Acvpu::Alert),
            (LOINC, "LA6560-2", Acvpu::NewConfusion),
            (LOINC, "LA17108-4", Acvpu::Voice),
            (LOINC, "LA17107-6", Acvpu::Pain),
            (LOINC, "LA9343-0", Acvpu::Unresponsive),
        ];
        for (system, code, level) in levels {
            for part in [false, true] {
                let facts = with(&format!(r#"{{"coding":[{{"system":"{system}","code":"{code}"}}]}}"#), part);
                let Body::Samples(samples) = facts.unwrap().remove(0).body else { panic!() };
                assert_eq!(samples[0].value, Decimal::whole(level as i64), "{code}");
            }
        }
        // A foreign code does not hide the one that is understood.
        let both = format!(
            r#"{{"coding":[{{"system":"urn:x","code":"V"}},{{"system":"{LOINC}","code":"LA17108-4"}}]}}"#
        );
        assert!(with(&both, false).is_ok());
        for unknown in
            [r#"{"coding":[{"system":"http://snomed.info/sct","code":"1"}]}"#, r#"{"text":"sleepy"}"#]
        {
            assert!(with(unknown, false).unwrap_err().1.contains("consciousness"));
        }
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
}
