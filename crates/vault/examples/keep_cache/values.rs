//! Values of many shapes.

use clinical::{Amount, Body, Code, Dose, Fact, HOUR_MS, Instant, MINUTE_MS, Quality, SECOND_MS, Segment};

use crate::kept::{START, fact, single, temperature};

pub(crate) struct Signal {
    pub(crate) patient: &'static str,
    pub(crate) device: Option<&'static str>,
    pub(crate) code: Code,
    pub(crate) unit: &'static str,
    pub(crate) period_ms: f64,
    pub(crate) scale: u8,
}

impl Signal {
    pub(crate) fn part(&self, reference: &str, version: &str, start: i64, mantissas: Vec<i64>) -> Fact {
        let segment = Segment {
            patient: self.patient.into(),
            device: self.device.map(Into::into),
            code: self.code.clone(),
            unit: self.unit.into(),
            start: Instant(START + start),
            period_ms: self.period_ms,
            scale: self.scale,
            mantissas,
            marks: clinical::Marks::PLAIN,
        };
        fact(reference, version, Body::Segments(vec![segment]))
    }
}

/// Numbers without a pattern, the same each time (SplitMix64).
pub(crate) fn noise(n: i64) -> i64 {
    let mut z = (n as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) as i64
}

pub(crate) fn jitter(n: i64, width: i64) -> i64 {
    noise(n).rem_euclid(width)
}

pub(crate) fn heart() -> Signal {
    Signal {
        patient: "ari",
        device: Some("mon-1"),
        code: Code::Loinc("8867-4".into()),
        unit: "/min",
        period_ms: 1000.0,
        scale: 0,
    }
}

pub(crate) fn spo2() -> Signal {
    Signal { code: Code::Loinc("59408-5".into()), unit: "%", scale: 1, ..heart() }
}

/// Evenly spaced values of many shapes.
pub(crate) fn signals() -> Vec<Fact> {
    let mut facts = Vec::new();
    // Whole numbers in parts of 15 minutes, with ten minutes of silence after the fourth.
    for n in 0..8i64 {
        let start = n * 15 * MINUTE_MS + if n >= 4 { 10 * MINUTE_MS } else { 0 };
        let beats = (0..900).map(|s| 62 + 9 * ((s + n * 31) / 150 % 4) + jitter(n * 900 + s, 4)).collect();
        facts.push(heart().part(&format!("Observation/hr-{n}"), "1", start, beats));
    }
    for n in 0..2i64 {
        let start = n * HOUR_MS;
        let sats = (0..1800).map(|s| 962 - 40 * i64::from(s % 1400 > 1300) + jitter(s + n * 7, 9)).collect();
        let two = Signal { period_ms: 2000.0, ..spo2() };
        facts.push(two.part(&format!("Observation/sat-{n}"), "1", start, sats));
    }
    // A period that is no whole number of milliseconds, and one below one value a minute.
    let breaths = Signal { code: Code::Loinc("9279-1".into()), period_ms: 2500.4, ..heart() };
    facts.push(breaths.part(
        "Observation/rr-0",
        "1",
        3 * MINUTE_MS,
        (0..500).map(|s| 14 + jitter(s, 5)).collect(),
    ));
    facts.push(breaths.part(
        "Observation/rr-gone",
        "1",
        40 * MINUTE_MS,
        (0..300).map(|s| 99 - s % 3).collect(),
    ));
    let glucose = Signal {
        patient: "eve",
        device: None,
        code: Code::Loinc("15074-8".into()),
        unit: "mmol/L",
        period_ms: 300_000.0,
        scale: 2,
    };
    facts.push(glucose.part(
        "Observation/cgm-0",
        "1",
        -12 * HOUR_MS,
        (0..288).map(|s| 640 + 3 * (s % 40) + jitter(s, 11)).collect(),
    ));
    // Waves: both signs, and one so short that it would be rows were it no wave.
    let ecg = Signal { code: Code::Mdc("131329".into()), unit: "mV", period_ms: 4.0, scale: 3, ..heart() };
    let beat = |s: i64| match s % 200 {
        90..95 => -180,
        95..103 => 1100 - 30 * (s % 5),
        103..108 => -240,
        150..175 => 160,
        _ => jitter(s, 31) - 15,
    };
    facts.push(ecg.part("Observation/ecg-0", "1", 20 * MINUTE_MS, (0..2500).map(beat).collect()));
    facts.push(ecg.part(
        "Observation/ecg-1",
        "1",
        20 * MINUTE_MS + 10 * SECOND_MS,
        (2500..2540).map(beat).collect(),
    ));
    let pleth =
        Signal { code: Code::Mdc("150452".into()), unit: "1", period_ms: 1000.0 / 75.0, scale: 6, ..heart() };
    facts.push(pleth.part(
        "Observation/pleth-0",
        "1",
        20 * MINUTE_MS,
        (0..750).map(|s| 500_000 + (s % 75) * 4_321 + jitter(s, 900)).collect(),
    ));
    // What compresses in no usual way: all the same, and as far apart as numbers can be.
    let still = Signal {
        patient: "bea",
        device: Some("mon-2"),
        code: Code::Loinc("3151-8".into()),
        unit: "L/min",
        period_ms: 10_000.0,
        scale: 1,
    };
    facts.push(still.part("Observation/flow-0", "1", 0, vec![20; 400]));
    let wild = Signal { code: Code::Loinc("vigil-wild".into()), unit: "{wild}", scale: 18, ..still };
    let far = (0..300)
        .map(|s| if s % 50 == 0 { [i64::MAX, i64::MIN][s as usize / 50 % 2] } else { noise(s) })
        .collect();
    facts.push(wild.part("Observation/wild-0", "1", 0, far));
    // Too few for a chunk of their own.
    let few = Signal { code: Code::Loinc("8889-8".into()), unit: "/min", scale: 0, ..still_of(&wild) };
    facts.push(few.part("Observation/pr-0", "1", 5 * MINUTE_MS, (0..40).map(|s| 71 + s % 3).collect()));
    facts
}

pub(crate) fn still_of(signal: &Signal) -> Signal {
    Signal { code: signal.code.clone(), ..*signal }
}

/// Single values, enough that most are sealed, with digits, artefacts and gaps.
pub(crate) fn singles() -> Vec<Fact> {
    let mut facts = Vec::new();
    for n in (0..1500i64).filter(|n| !(700..760).contains(n)) {
        let t = START + n * 20 * SECOND_MS;
        let (value, quality) = match n % 97 {
            50 => ("12.1".to_owned(), Quality::Artefact),
            51 => ("37".to_owned(), Quality::Good),
            _ if n % 2 == 0 => (format!("36.{:02}", 40 + jitter(n, 60)), Quality::Good),
            _ => (format!("37.{}", jitter(n, 10)), Quality::Good),
        };
        facts.push(temperature("bea", n, "1", t, &value, quality));
    }
    for n in 0..30i64 {
        let t = START + n * 15 * MINUTE_MS;
        for (code, value) in [("8480-6", 110 + jitter(n, 40)), ("8462-4", 60 + jitter(n, 25))] {
            let reference = format!("Observation/bp-{n}");
            let (code, value) = (Code::Loinc(code.into()), value.to_string());
            facts.push(single(
                "bea",
                Some("mon-2"),
                code,
                "mm[Hg]",
                &reference,
                "1",
                t,
                &value,
                Quality::Good,
            ));
        }
        facts.push(temperature("cem-old", n, "1", t, &format!("38.{}", n % 10), Quality::Good));
        let code = Code::Mdc("68060".into());
        let value = format!("{}", 80 - n);
        facts.push(single(
            "dov",
            Some("mon-3"),
            code,
            "%",
            &format!("Observation/bat-{n}"),
            "",
            t,
            &value,
            Quality::Good,
        ));
    }
    // Versions that are no numbers.
    facts.push(temperature("eve", 1, "W/\"a7\"", START, "36.60", Quality::Good));
    facts.push(temperature("eve", 1, "W/\"b1\"", START, "36.70", Quality::Good));
    facts
}

pub(crate) fn doses() -> Vec<Fact> {
    let dose = |id: &str, patient: &str, what: &str, amount: Option<(&str, &str)>, at: i64| {
        let dose = Dose {
            id: id.into(),
            patient: patient.into(),
            what: what.into(),
            amount: amount.map(|(value, unit)| Amount { value: value.parse().unwrap(), unit: unit.into() }),
            at: Instant(START + at),
            identity: None,
            device: None,
        };
        fact(&format!("MedicationAdministration/{id}"), "1", Body::Dose(dose))
    };
    vec![
        dose("d-1", "ari", "Paracetamol", Some(("1000", "mg")), 10 * MINUTE_MS),
        dose("d-2", "ari", "Noradrenaline", Some(("0.050", "ug/kg/min")), 3 * HOUR_MS),
        dose("d-3", "eve", "Insulin aspart", Some(("4.5", "[IU]")), -HOUR_MS / 2),
        dose("d-4", "cem-old", "Saline \"0.9 %\"", None, 2 * HOUR_MS),
    ]
}
