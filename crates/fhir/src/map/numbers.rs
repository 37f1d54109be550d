//! Codes, numbers and units, as R4 writes them.

use clinical::{Code, Comparator, Conversion, Decimal, Measure, Plausibility, Quality, Quantity, Unit};
use serde_json::value::RawValue;

use crate::map::codes::{LOINC, MDC};
use crate::wire::datatypes as types;

/// Why a resource could not be read, in words that quote nobody.
pub(crate) type Reason = String;

/// A number and what goes with it.
pub(crate) struct Read {
    pub quantity: Quantity,
    pub quality: Quality,
}

/// `Ok(None)` where the quantity has no value.
pub(crate) fn quantity(quantity: &types::Quantity) -> Result<Option<Read>, Reason> {
    let Some(value) = quantity.value else { return Ok(None) };
    let (value, quality) = decimal(value)?;
    let comparator = match quantity.comparator.as_deref() {
        Some(code) => Some(Comparator::from_code(code).ok_or("its comparator is none of <, <=, >=, >")?),
        None => None,
    };
    Ok(Some(Read { quantity: Quantity { value, comparator, unit: unit(quantity)? }, quality }))
}

pub(crate) fn unit(quantity: &types::Quantity) -> Result<Unit, Reason> {
    Unit::sent(quantity.system.as_deref(), quantity.code.as_deref(), quantity.unit.as_deref())
        .map_err(|e| e.to_string())
}

/// A number, and whether it was rounded.
pub(crate) fn decimal(raw: &RawValue) -> Result<(Decimal, Quality), Reason> {
    Decimal::sent(raw.get()).map_err(|e| format!("its value is {e}"))
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

/// Whether a value can be a measurement of what its code says.
pub(crate) fn quality(code: &Code, value: Decimal, unit: &str) -> Result<Quality, Reason> {
    let Some(measure) = code.measure() else { return Ok(Quality::Good) };
    let conversion = Conversion::to_own(measure, unit).map_err(|e| e.to_string())?;
    Ok(match code.plausibility(conversion.apply(value.to_f64())) {
        Plausibility::Plausible => Quality::Good,
        Plausibility::Artefact => Quality::Artefact,
    })
}
