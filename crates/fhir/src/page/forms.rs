//! Observations of one form, read by comparing.
//!
//! A server writes every Observation of a kind alike, down to the byte: two neighbours differ in their id, their times, their
//! value and perhaps in whose it is and of what. The first of a form is read by serde, and what it said is kept with its text;
//! of the next ones only what differs is read, and everything between must be the same bytes. Whatever deviates in any other
//! way is left to serde: nothing is read here that serde would refuse, nor otherwise than serde would (a property test).

use std::ops::Range;

use clinical::{Body, Decimal, Fact, Instant, PatientId, Sample, SmolStr, Source};
use smol_str::SmolStrBuilder;

use crate::map::numbers::quality;
use crate::map::whose::device_in;
use crate::wire::bases::Bases;
use crate::wire::datatypes::is_id;
use crate::wire::scan::{number_end, plain_text_end, text_end};
use crate::wire::time::parse_instant;

/// What a scalar of an entry is to its fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Has been the same in every entry of the form so far.
    Same,
    /// Differs, and may say what was measured.
    Telling,
    /// The mapping does not look at it.
    Unread,
    Id,
    Version,
    Updated,
    /// The reference to the patient.
    Patient,
    /// The reference to the device.
    Device,
    Taken,
    Value,
    /// The value of a component.
    Part,
}

impl Role {
    /// By the names on the way from the entry to the scalar. What is not named here is [`Role::Same`], which is never wrong.
    /// `None`: the scalar is part of the form.
    fn of(path: &[&str], is_number: bool) -> Option<Role> {
        Some(match (path, is_number) {
            (["resource", "valueQuantity", "value"], true) => Role::Value,
            (["resource", "component", "valueQuantity", "value"], true) => Role::Part,
            (_, true) => return None,
            (["resource", "id"], _) => Role::Id,
            (["resource", "meta", "versionId"], _) => Role::Version,
            (["resource", "meta", "lastUpdated"], _) => Role::Updated,
            (["resource", "subject", "reference"], _) => Role::Patient,
            (["resource", "device", "reference"], _) => Role::Device,
            (["resource", "effectiveDateTime" | "effectiveInstant"], _)
            // Of a period with both ends neither is all that tells the time: those are left to serde.
            | (["resource", "effectivePeriod", "start" | "end"], _)
            | (["resource", "effectiveTiming", "event"], _) => Role::Taken,
            // A form in which one entry was labelled otherwise is another: what is learned has labels that say nothing.
            (["resource", "meta", "security", ..], _) => Role::Same,
            (["fullUrl"] | ["response", ..], _)
            | (
                [
                    "resource",
                    "meta" | "text" | "issued" | "identifier" | "subject" | "device" | "encounter"
                    | "performer" | "note",
                    ..,
                ],
                _,
            ) => Role::Unread,
            _ => Role::Same,
        })
    }
}

/// Where the text of a scalar stands in its entry, without quotes, and what it is.
#[derive(Clone)]
struct Scalar {
    at: Range<usize>,
    role: Role,
}

/// Text that is the same in every entry of the form, up to a scalar that may differ.
struct Step<'a> {
    same: &'a str,
    role: Role,
}

struct Form<'a> {
    /// The entry it was learned from.
    example: &'a str,
    scalars: Vec<Scalar>,
    steps: Vec<Step<'a>>,
    /// The text behind the last step.
    end: &'a str,
    said: Vec<Said<'a>>,
    /// The one of the entry before.
    last: usize,
}

/// What serde read in an entry with these telling scalars.
struct Said<'a> {
    telling: Vec<&'a str>,
    samples: Vec<Sample>,
}

/// The forms of one page.
pub(crate) struct Forms<'a> {
    bases: &'a Bases,
    forms: Vec<Form<'a>>,
    /// The form of the entry before.
    last: usize,
    learned: usize,
    recognised: usize,
    scratch: Scratch<'a>,
}

/// What is read of one entry; its room is used again for the next.
#[derive(Default)]
struct Scratch<'a> {
    telling: Vec<&'a str>,
    values: Vec<Decimal>,
    /// The time that was read last; neighbours often share one.
    time: Option<(&'a str, Instant)>,
}

impl<'a> Scratch<'a> {
    fn instant(&mut self, text: &'a str) -> Option<Instant> {
        match self.time {
            Some((before, at)) if before == text => Some(at),
            _ => {
                let at = parse_instant(text)?;
                self.time = Some((text, at));
                Some(at)
            }
        }
    }
}

impl<'a> Forms<'a> {
    /// More forms are not worth trying one by one.
    const MOST: usize = 12;
    /// How many entries are learned from before that has to have been of use.
    const TRIAL: usize = 400;

    pub(crate) fn new(bases: &'a Bases) -> Forms<'a> {
        let (forms, scratch) = (Vec::new(), Scratch::default());
        Forms { bases, forms, last: 0, learned: 0, recognised: 0, scratch }
    }

    /// The fact of the entry that starts at `at`, and where it ends; nothing where it is of no known form.
    pub(crate) fn recognise(&mut self, text: &'a str, at: usize) -> Option<(Fact, usize)> {
        for n in (self.last..self.forms.len()).chain(0..self.last) {
            let found = self.forms[n].read(text, at, self.bases, &mut self.scratch);
            if found.is_some() {
                self.last = n;
                self.recognised += 1;
                return found;
            }
        }
        None
    }

    /// Keeps the form of an entry that serde has read.
    pub(crate) fn learn(&mut self, entry: &'a str, fact: &Fact) {
        let Body::Samples(samples) = &fact.body else { return };
        if self.learned > Self::TRIAL && self.recognised < self.learned {
            return;
        }
        let Some(scalars) = scalars(entry).filter(|scalars| tell(entry, scalars, samples)) else { return };
        self.learned += 1;
        if let Some(form) = self.forms.iter_mut().find(|form| form.has_shape_of(entry, &scalars)) {
            form.learn(entry, &scalars, samples);
        } else if self.forms.len() < Self::MOST {
            let said = vec![Said { telling: Vec::new(), samples: samples.clone() }];
            let mut form = Form { example: entry, scalars, steps: Vec::new(), end: "", said, last: 0 };
            form.retrace();
            self.forms.push(form);
        }
    }
}

/// Whether the scalars tell all that differs: one id, one patient, one time, and the values of the samples in their order.
fn tell(entry: &str, scalars: &[Scalar], samples: &[Sample]) -> bool {
    let of = |role: Role| scalars.iter().filter(move |s| s.role == role);
    let values = of(Role::Value).chain(of(Role::Part)).map(|s| number(&entry[s.at.clone()]));
    [Role::Id, Role::Patient, Role::Taken].into_iter().all(|role| of(role).count() == 1)
        && [Role::Version, Role::Updated, Role::Device].into_iter().all(|role| of(role).count() <= 1)
        // Where both stand, which comes first differs by server; the mapping has an order of its own.
        && (of(Role::Value).count() == 0 || of(Role::Part).count() == 0)
        && !samples.is_empty()
        // A device that has no reference is named in what is not looked at here.
        && samples.iter().all(|s| s.device.is_some() == (of(Role::Device).count() == 1))
        && values.eq(samples.iter().map(|s| Some(s.value)))
}

/// The text before scalar `n`, back to the scalar before it.
fn between<'a>(entry: &'a str, scalars: &[Scalar], n: usize) -> &'a str {
    let from = n.checked_sub(1).map_or(0, |before| scalars[before].at.end);
    &entry[from..scalars.get(n).map_or(entry.len(), |s| s.at.start)]
}

impl<'a> Form<'a> {
    /// More measures of one form are not worth trying one by one.
    const MOST: usize = 64;

    /// Puts together what is the same between the scalars that may differ.
    fn retrace(&mut self) {
        let mut from = 0;
        self.steps.clear();
        for scalar in self.scalars.iter().filter(|s| s.role != Role::Same) {
            self.steps.push(Step { same: &self.example[from..scalar.at.start], role: scalar.role });
            from = scalar.at.end;
        }
        self.end = &self.example[from..];
    }

    fn has_shape_of(&self, entry: &str, scalars: &[Scalar]) -> bool {
        self.scalars.len() == scalars.len()
            && (0..=scalars.len())
                .all(|n| between(self.example, &self.scalars, n) == between(entry, scalars, n))
    }

    /// Another entry of this form: what was the same until now and differs here tells from now on.
    fn learn(&mut self, entry: &'a str, scalars: &[Scalar], samples: &[Sample]) {
        let mut more = false;
        for (mine, other) in self.scalars.iter_mut().zip(scalars) {
            if mine.role == Role::Same && self.example[mine.at.clone()] != entry[other.at.clone()] {
                mine.role = Role::Telling;
                more = true;
            }
        }
        if more {
            self.retrace();
            self.said.clear();
            self.last = 0;
        }
        let telling = self.scalars.iter().zip(scalars).filter(|(mine, _)| mine.role == Role::Telling);
        let telling = telling.map(|(_, other)| &entry[other.at.clone()]).collect();
        if self.said.len() < Self::MOST {
            self.said.push(Said { telling, samples: samples.to_vec() });
        }
    }

    fn read(
        &mut self,
        text: &'a str,
        mut at: usize,
        bases: &Bases,
        scratch: &mut Scratch<'a>,
    ) -> Option<(Fact, usize)> {
        let bytes = text.as_bytes();
        let (mut id, mut version, mut updated, mut patient, mut device, mut taken) =
            ("", "", None, "", None, "");
        scratch.telling.clear();
        scratch.values.clear();
        for step in &self.steps {
            at = behind(bytes, at, step.same)?;
            let end = match step.role {
                Role::Value | Role::Part => number_end(bytes, at),
                Role::Unread => text_end(bytes, at)?,
                _ => plain_text_end(bytes, at)?,
            };
            let scalar = text.get(at..end)?;
            at = end;
            match step.role {
                Role::Telling => scratch.telling.push(scalar),
                Role::Id => id = scalar,
                Role::Version => version = scalar,
                Role::Updated => updated = Some(scalar),
                Role::Patient => patient = scalar,
                Role::Device => device = Some(scalar),
                Role::Taken => taken = scalar,
                Role::Value | Role::Part => scratch.values.push(number(scalar)?),
                Role::Same | Role::Unread => {}
            }
        }
        let end = behind(bytes, at, self.end)?;
        let mut order = (self.last..self.said.len()).chain(0..self.last);
        self.last = order.find(|n| self.said[*n].telling == scratch.telling)?;
        let like = &self.said[self.last].samples;
        let taken_at = scratch.instant(taken)?;
        let updated_at = updated.and_then(|text| scratch.instant(text));
        let patient = PatientId::from(bases.id_in(patient, "Patient")?);
        let device = device.map(|reference| device_in(reference, bases));
        let samples = like.iter().zip(&scratch.values).map(|(like, value)| {
            let quality = quality(&like.code, *value, &like.unit).ok()?;
            let (code, unit) = (like.code.clone(), like.unit.clone());
            Some(Sample {
                patient: patient.clone(),
                device: device.clone(),
                code,
                value: *value,
                comparator: like.comparator,
                unit,
                taken_at,
                quality,
            })
        });
        let body = Body::Samples(samples.collect::<Option<_>>()?);
        let mut reference = SmolStrBuilder::new();
        reference.push_str("Observation/");
        reference.push_str(Some(id).filter(|id| is_id(id))?);
        let source = Source { reference: reference.finish(), version: SmolStr::new(version) };
        Some((Fact { source, updated_at, body }, end))
    }
}

/// The place behind `expected`, where it stands at `at`.
fn behind(bytes: &[u8], at: usize, expected: &str) -> Option<usize> {
    let end = at + expected.len();
    (bytes.get(at..end)? == expected.as_bytes()).then_some(end)
}

/// A number as JSON writes it.
fn number(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let padded = digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit();
    if padded { None } else { text.parse().ok() }
}

/// The scalars of an entry that serde has read, in their order.
fn scalars(entry: &str) -> Option<Vec<Scalar>> {
    let bytes = entry.as_bytes();
    let (mut found, mut path, mut at) = (Vec::new(), Vec::new(), 0);
    // Whether each open bracket is an object's, and how long the path was outside of it; an array adds no name.
    let mut open: Vec<(bool, usize)> = Vec::new();
    let mut is_name = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                is_name = *byte == b'{';
                open.push((is_name, path.len()));
            }
            b'}' | b']' => {
                path.truncate(open.pop()?.1);
                is_name = false;
            }
            b':' => is_name = false,
            b',' => is_name = open.last()?.0,
            b'"' => {
                let end = text_end(bytes, at + 1)?;
                if is_name {
                    path.truncate(open.last()?.1);
                    path.push(&entry[at + 1..end]);
                } else {
                    found.extend(Role::of(&path, false).map(|role| Scalar { at: at + 1..end, role }));
                }
                at = end;
            }
            b'-' | b'0'..=b'9' => {
                let end = number_end(bytes, at);
                found.extend(Role::of(&path, true).map(|role| Scalar { at: at..end, role }));
                at = end - 1;
            }
            _ => {}
        }
        at += 1;
    }
    Some(found)
}
