//! OBX: one row of a result, as IHE PCD-01 sends it and laboratories do.

use clinical::{
    Body, Code, Conversion, Decimal, DeviceId, Instant, Measure, PatientId, Plausibility, Quality, Sample,
    SmolStr, Unit,
};

use super::coded;
use super::fault::{Fault, Kind};
use super::header::Header;
use super::identity::id_of;
use super::message::{Repetition, Segment};
use super::number::{Number, nm, sn};
use super::peer::Peer;
use super::time::told;

/// What surrounds a row.
pub(crate) struct Around<'a> {
    pub header: &'a Header,
    pub peer: &'a Peer,
    pub patient: &'a PatientId,
    /// The order that it belongs to (OBR).
    pub order: Option<&'a Segment<'a>>,
    pub device: Option<DeviceId>,
}

/// What a row came to.
#[derive(Default)]
pub(crate) struct Came {
    pub body: Option<Body>,
    /// Whether it takes the place of an earlier state of the same row.
    pub corrects: bool,
    pub fault: Option<Fault>,
    pub left_out: Option<SmolStr>,
}

impl Came {
    fn left_out(name: impl Into<SmolStr>) -> Came {
        Came { left_out: Some(name.into()), ..Came::default() }
    }

    /// Nothing was measured, and what an earlier state of the row said is true no longer.
    fn nothing(corrects: bool, name: impl Into<SmolStr>) -> Came {
        Came { body: Some(Body::Samples(Vec::new())), corrects, left_out: Some(name.into()), fault: None }
    }
}

/// What the state of a row says (OBX-11, HL7 table 0085).
enum State {
    /// There is a value. `true` where it corrects an earlier one.
    Said(bool),
    /// It was posted by mistake: deleted, or of the wrong patient.
    Wrong,
    /// There is none, or none yet.
    Without,
}

fn state(text: &str) -> Option<State> {
    match text {
        "F" | "P" | "R" | "S" | "A" | "B" | "V" => Some(State::Said(false)),
        "C" => Some(State::Said(true)),
        "D" | "W" => Some(State::Wrong),
        "X" | "N" | "I" | "O" | "U" => Some(State::Without),
        _ => None,
    }
}

/// The id of a row: what its sender names it by (OBX-21), else its place in the order, its code, its place among devices and its time.
/// The same row that is sent again has the same id, however its message is called.
pub(crate) fn id(row: &Segment, around: &Around) -> String {
    let own = row.field(21).first();
    let patient = around.patient.as_str();
    if !own.text(1).trim().is_empty() {
        return id_of("Observation", &[&around.header.sender, patient, own.raw]);
    }
    let order = |n: usize| around.order.map(|order| order.field(n).first().raw).unwrap_or_default();
    let (filler, placer) = (order(3), order(2));
    let number = if filler.is_empty() { placer } else { filler };
    let code = row.field(3).first();
    let at = match moment(row, around) {
        Ok(at) => at.0.to_string(),
        Err(_) => row.field(14).raw.to_owned(),
    };
    let parts = [&around.header.sender, patient, number, code.raw(1), code.raw(3), row.field(4).raw, &at];
    id_of("Observation", &parts)
}

/// When a row was true: OBX-14, else the order's OBR-7.
fn moment(row: &Segment, around: &Around) -> Result<Instant, Fault> {
    let own = row.field(14);
    let (segment, n) = match around.order {
        Some(order) if own.is_empty() => (order, 7),
        _ => (row, 14),
    };
    let at = (segment.name, segment.line);
    let field = segment.field(n);
    if field.is_empty() {
        return Err(Fault::of_field(at, n, Kind::RequiredMissing, "it has no time"));
    }
    let told = told(&field.text()).and_then(|told| {
        let told = if around.peer.trusts_fractions { told } else { told.whole_seconds() };
        told.moment(around.header.zones(around.peer))
    });
    told.map_err(|words| Fault::of_field(at, n, Kind::DataType, words))
}

/// Reads one row.
pub(crate) fn read(row: &Segment, around: &Around) -> Came {
    let mut corrects = false;
    match values(row, around, &mut corrects) {
        Ok(came) => came,
        Err(fault) => Came { fault: Some(fault), corrects, ..Came::default() },
    }
}

fn values(row: &Segment, around: &Around, corrects: &mut bool) -> Result<Came, Fault> {
    let fault = |field, kind, words: &str| Err(Fault::of_field((row.name, row.line), field, kind, words));
    let (kind, said) = (row.field(2).text(), row.field(11).text());
    let state = match state(&said) {
        Some(state) => state,
        None if row.field(11).is_empty() => return fault(11, Kind::RequiredMissing, "it has no state"),
        None => return fault(11, Kind::TableValue, "its state is none that HL7 has (table 0085)"),
    };
    *corrects = matches!(state, State::Said(true) | State::Wrong);
    for n in [3, 5, 6] {
        if row.field(n).times() > 1 {
            return fault(n, Kind::DataType, "it repeats, and which of them counts is not said");
        }
    }
    match state {
        State::Wrong => {
            return Ok(Came { body: Some(Body::Deleted), corrects: true, ..Came::default() });
        }
        // A row of the tree of devices, which never has a value.
        State::Without if kind.is_empty() => return Ok(Came::default()),
        State::Without => return Ok(Came::nothing(true, format!("OBX-11 {said}"))),
        State::Said(_) if kind.is_empty() && row.field(5).is_empty() => {
            return Ok(Came::left_out("OBX without a value"));
        }
        State::Said(_) => {}
    }
    let flags = Flags::of(row);
    if let Some(flag) = flags.nobodys {
        return Ok(Came::left_out(flag));
    }
    let value = row.field(5).first();
    let number = match kind.as_ref() {
        "NM" | "SN" if row.field(5).is_empty() || flags.is_absent => {
            return Ok(Came::nothing(*corrects, "OBX-5 without a number"));
        }
        "NM" => value.only().ok_or("its value has parts").and_then(|text| nm(&text)).map(Some),
        "SN" => sn(&value).map(Some),
        // What it says is looked at below.
        "CWE" | "CE" | "CNE" | "CF" => Ok(None),
        "" => return fault(2, Kind::RequiredMissing, "it does not say of what type its value is"),
        other if KNOWN.contains(&other) => return Ok(Came::nothing(*corrects, format!("OBX-5 as {other}"))),
        _ => return fault(2, Kind::TableValue, "its type is none of HL7 (table 0125)"),
    };
    let number = number.map_err(|words| Fault::of_field((row.name, row.line), 5, Kind::DataType, words))?;
    let code = coded::code(&row.field(3).first());
    let read = Read { row, around, corrects: *corrects, flags };
    match (number, code) {
        (Some(number), Some(code)) => read.number(code, number),
        (Some(_), None) => fault(3, Kind::TableValue, "its code is neither LOINC nor MDC"),
        (None, code) => read.answer(code, &value, &kind),
    }
}

/// Types of values that are not read (HL7 table 0125).
const KNOWN: [&str; 24] = [
    "ST", "TX", "FT", "NA", "MA", "ED", "RP", "DT", "TM", "TS", "DTM", "EI", "ID", "IS", "CX", "XAD", "XCN",
    "XON", "XPN", "XTN", "MO", "CP", "CQ", "DR",
];

struct Read<'a, 'b> {
    row: &'a Segment<'a>,
    around: &'a Around<'b>,
    corrects: bool,
    flags: Flags,
}

impl Read<'_, '_> {
    fn fault<T>(&self, field: usize, kind: Kind, words: impl Into<String>) -> Result<T, Fault> {
        Err(Fault::of_field((self.row.name, self.row.line), field, kind, words))
    }

    fn number(&self, code: Code, (comparator, value, read): Number) -> Result<Came, Fault> {
        let unit = coded::unit(&self.row.field(6).first())
            .or_else(|words| self.fault(6, Kind::TableValue, words))?;
        let is_counted = code.measure().is_none_or(|measure| measure.spec().unit.starts_with('{'));
        let unit = match unit {
            Some(unit) => unit,
            None if is_counted => Unit::ucum("1"),
            // 0.97 and 97 are both a saturation, and another's pressure is in kilopascals.
            None => return self.fault(6, Kind::RequiredMissing, "it has no unit"),
        };
        let judged =
            quality(&code, value, &unit.code).or_else(|words| self.fault(6, Kind::DataType, words))?;
        let quality = match judged {
            _ if self.flags.is_invalid => Quality::Artefact,
            Quality::Good => read,
            other => other,
        };
        self.sample(code, value, comparator, unit.code, quality)
    }

    fn answer(&self, code: Option<Code>, value: &Repetition, kind: &str) -> Result<Came, Fault> {
        let level = code.as_ref().and_then(|code| coded::level(code, value));
        match (code, level) {
            (Some(code), Some(level)) => {
                let level = level.or_else(|words| self.fault(5, Kind::TableValue, words))?;
                let quality = if self.flags.is_invalid { Quality::Artefact } else { Quality::Good };
                let unit = Measure::Consciousness.spec().unit.into();
                self.sample(code, Decimal::whole(level as i64), None, unit, quality)
            }
            _ => Ok(Came::nothing(self.corrects, format!("OBX-5 as {kind}"))),
        }
    }

    fn sample(
        &self,
        code: Code,
        value: Decimal,
        comparator: Option<clinical::Comparator>,
        unit: SmolStr,
        quality: Quality,
    ) -> Result<Came, Fault> {
        let taken_at = moment(self.row, self.around)?;
        let (patient, device) = (self.around.patient.clone(), self.around.device.clone());
        let sample = Sample { patient, device, code, value, comparator, unit, taken_at, quality };
        let left_out = self.flags.remark.clone();
        Ok(Came { body: Some(Body::Samples(vec![sample])), corrects: self.corrects, fault: None, left_out })
    }
}

/// Whether a value can be a measurement of what its code says.
fn quality(code: &Code, value: Decimal, unit: &str) -> Result<Quality, String> {
    let Some(measure) = code.measure() else { return Ok(Quality::Good) };
    let conversion = Conversion::to_own(measure, unit)
        .map_err(|_| format!("its unit cannot measure {}", measure.spec().label))?;
    Ok(match code.plausibility(conversion.apply(value.to_f64())) {
        Plausibility::Plausible => Quality::Good,
        Plausibility::Artefact => Quality::Artefact,
    })
}

/// What a device says of its own value (OBX-8, as IHE PCD writes the measurement status of ISO/IEEE 11073-10201).
#[derive(Default)]
struct Flags {
    /// It was measured of nobody: a demonstration, a test.
    nobodys: Option<&'static str>,
    is_invalid: bool,
    is_absent: bool,
    /// What is not read.
    remark: Option<SmolStr>,
}

impl Flags {
    fn of(row: &Segment) -> Flags {
        let mut flags = Flags::default();
        for flag in row.field(8).all() {
            match flag.text(1).trim() {
                "DEMO" => flags.nobodys = Some("OBX-8 DEMO"),
                "TEST" => flags.nobodys = Some("OBX-8 TEST"),
                "INV" | "CAL" | "CALB" => flags.is_invalid = true,
                "NAV" => flags.is_absent = true,
                "QUES" => flags.remark = Some("OBX-8 QUES".into()),
                _ => {}
            }
        }
        flags
    }
}
