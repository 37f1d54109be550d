//! Codes and units: CWE, CE, and whose they are (HL7 table 0396).

use clinical::{Acvpu, Code, Measure, Unit};

use super::message::Repetition;

/// What a CWE says: two codes, each with its text and whose it is.
fn codings<'a>(field: &Repetition<'a>) -> [[std::borrow::Cow<'a, str>; 3]; 2] {
    [1, 4].map(|n| [n, n + 1, n + 2].map(|n| field.text(n)))
}

/// What was measured (OBX-3). A code that the console knows comes first, then LOINC, then MDC.
pub(crate) fn code(field: &Repetition) -> Option<Code> {
    let all = codings(field);
    let found = |wanted: &dyn Fn(&str, &str) -> Option<Code>| {
        all.iter().find_map(|[code, _, system]| wanted(code.trim(), system.trim()).filter(fits))
    };
    let any = |code: &str, system: &str| match system {
        "LN" => Some(Code::Loinc(code.into())),
        "MDC" => Some(Code::Mdc(code.into())),
        _ => None,
    };
    found(&|code, system| any(code, system).filter(|code| code.measure().is_some()))
        .or_else(|| found(&|code, system| any(code, system).filter(|code| matches!(code, Code::Loinc(_)))))
        .or_else(|| found(&any))
}

fn fits(code: &Code) -> bool {
    let text = code.as_str();
    !text.is_empty() && text.len() <= 32 && text.bytes().all(|b| b.is_ascii_graphic())
}

/// In what it was measured (OBX-6). Nothing where no unit was sent.
///
/// # Errors
/// Where neither of its codes is a unit.
pub(crate) fn unit(field: &Repetition) -> Result<Option<Unit>, String> {
    let said = |text: &str| !text.trim().is_empty();
    let mut refused = None;
    for [code, text, system] in codings(field) {
        if !said(&code) && !said(&text) {
            continue;
        }
        let system = match system.trim() {
            "" => None,
            "UCUM" => Some(clinical::UCUM),
            "MDC" => Some("urn:iso:std:iso:11073:10101"),
            // Another's code, of which only the text may be known.
            other => Some(other),
        };
        let [code, text] = [&code, &text].map(|part| Some(part.trim()).filter(|part| !part.is_empty()));
        match Unit::sent(system, code, text) {
            Ok(unit) => return Ok(Some(unit)),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    match refused {
        None => Ok(None),
        Some(_) => Err("its unit is not UCUM, nor one of MDC that is known".into()),
    }
}

/// A level of consciousness, by its code of LOINC or SNOMED CT, or by its word where nothing but a word was sent.
pub(crate) fn level(code: &Code, answer: &Repetition) -> Option<Result<Acvpu, &'static str>> {
    if code.measure() != Some(Measure::Consciousness) {
        return None;
    }
    let all = codings(answer);
    let coded = all.iter().find_map(|[code, _, system]| match system.trim() {
        "SCT" => Acvpu::from_snomed(code.trim()),
        "LN" => Acvpu::from_loinc(code.trim()),
        _ => None,
    });
    let word = || all.iter().find_map(|[_, text, _]| Acvpu::from_word(text));
    Some(coded.or_else(word).ok_or("its level of consciousness is none of A, C, V, P, U"))
}

#[cfg(test)]
mod tests {
    use super::super::charset::Charset;
    use super::super::delimiters::Delimiters;
    use super::super::escape::Syntax;
    use super::super::message::Segment;
    use super::*;

    fn on<T>(text: &str, read: impl Fn(&Repetition) -> T) -> T {
        let syntax = Syntax { delimiters: Delimiters::of(br"MSH|^~\&|").unwrap(), charset: Charset::Utf8 };
        read(&Segment::of(&format!("OBX|{text}"), 1, syntax).unwrap().field(1).first())
    }

    #[test]
    fn a_code_counts_in_the_system_that_it_is_of() {
        let mdc = |code: &str| Some(Code::Mdc(code.into()));
        let loinc = |code: &str| Some(Code::Loinc(code.into()));
        for (sent, wanted) in [
            ("147842^MDC_ECG_HEART_RATE^MDC", mdc("147842")),
            ("8867-4^Heart rate^LN", loinc("8867-4")),
            ("HR^Heart rate^99HOSP^8867-4^Heart rate^LN", loinc("8867-4")),
            // Both of them codes: the one that is known.
            ("148066^MDC_ECG_V_P_C_RATE^MDC^8867-4^^LN", loinc("8867-4")),
            ("148066^x^MDC^11111-1^^LN", loinc("11111-1")),
            ("148066^x^MDC", mdc("148066")),
            ("8867-4^Heart rate^L", None),
            ("8867-4^Heart rate", None),
            ("^Heart rate^LN", None),
            ("", None),
        ] {
            assert_eq!(on(sent, code), wanted, "{sent}");
        }
    }

    #[test]
    fn a_unit_is_known_in_both_of_its_places_and_never_guessed() {
        for (sent, wanted) in [
            ("266016^MDC_DIM_MMHG^MDC", Some("mm[Hg]")),
            ("mm[Hg]^mm[Hg]^UCUM", Some("mm[Hg]")),
            ("264864^MDC_DIM_BEAT_PER_MIN^MDC", Some("/min")),
            ("bpm", Some("/min")),
            ("mm(hg)^mmHg^ISO+", Some("mm[Hg]")),
            ("TORR^what^99X^mm[Hg]^^UCUM", Some("mm[Hg]")),
            ("\\X25\\^^UCUM", Some("%")),
            ("", None),
            ("^^UCUM", None),
        ] {
            assert_eq!(
                on(sent, unit).unwrap().map(|unit| unit.code.to_string()).as_deref(),
                wanted,
                "{sent}"
            );
        }
        for bad in ["florps", "999999^what^MDC", "mm(hg)^^ISO+"] {
            assert!(on(bad, unit).is_err(), "{bad}");
        }
    }
}
