//! By which of their names and numbers a person is shown.

use clinical::Instant;

use crate::map::codes::IDENTIFIER_TYPE;
use crate::map::text::clean;
use crate::wire::datatypes::{HumanName, Identifier, Period};
use crate::wire::time::parse_end;

/// Whether what holds for a period was over when the server said so last.
pub(crate) fn is_over(period: Option<&Period>, updated: Option<Instant>) -> bool {
    let end = period.and_then(|period| period.end.as_deref()).and_then(parse_end);
    end.is_some_and(|end| updated.is_none_or(|updated| end <= updated))
}

/// How far a name stands back behind others. What is over or old is no name of anybody while there is another.
fn rank(name: &HumanName, updated: Option<Instant>) -> u8 {
    let by_use = match name.usage.as_deref() {
        Some("official") => 0,
        Some("usual") => 1,
        None => 2,
        Some("temp") => 3,
        Some("nickname") => 4,
        Some("anonymous") => 5,
        Some("old" | "maiden") => 9,
        Some(_) => 6,
    };
    let says_nothing = shown(name) == (String::new(), String::new());
    by_use + 10 * u8::from(is_over(name.period.as_ref(), updated)) + 20 * u8::from(says_nothing)
}

fn is_former(name: &HumanName, updated: Option<Instant>) -> bool {
    matches!(rank(name, updated), 9..20)
}

fn shown(name: &HumanName) -> (String, String) {
    let given = name.given.iter().flatten().map(|part| &**part).collect::<Vec<_>>().join(" ");
    let mut family = name.family.as_deref().unwrap_or_default();
    if family.is_empty() && given.is_empty() {
        family = name.text.as_deref().unwrap_or_default();
    }
    (clean(family, 80), clean(&given, 80))
}

/// Family and given names, as they are shown.
pub(crate) fn current_name(names: &[HumanName], updated: Option<Instant>) -> (String, String) {
    let Some(name) = names.iter().min_by_key(|name| rank(name, updated)) else { return Default::default() };
    let (family, given) = shown(name);
    match is_former(name, updated) {
        // It is all that is known, and it says so.
        true => (family, format!("{given} (former name)").trim().to_owned()),
        false => (family, given),
    }
}

/// The number of the record: one that says it is that, else the first; an old one last.
pub(crate) fn record_number(numbers: &[Identifier]) -> String {
    let rank = |number: &&Identifier| {
        let is_record = number.kind.as_ref().is_some_and(|kind| kind.has(IDENTIFIER_TYPE, "MR"));
        (number.usage.as_deref() == Some("old"), !is_record, number.value.is_none())
    };
    let value = numbers.iter().min_by_key(rank).and_then(|number| number.value.as_deref());
    clean(value.unwrap_or_default(), 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::time::parse_instant;

    #[test]
    fn nobody_is_called_by_a_name_that_is_over() {
        let now = parse_instant("2026-01-01T00:00:00Z");
        for (names, wanted) in [
            (r#"[{"use":"old","family":"Was"},{"use":"usual","family":"Is"}]"#, "Is"),
            (r#"[{"use":"maiden","family":"Was"},{"family":"Is"}]"#, "Is"),
            (r#"[{"use":"usual","family":"Usual"},{"use":"official","family":"Is"}]"#, "Is"),
            (
                r#"[{"use":"official","family":"Was","period":{"end":"2015"}},{"use":"official","family":"Is"}]"#,
                "Is",
            ),
            (
                r#"[{"use":"official","family":"Is","period":{"end":"2030"}},{"use":"usual","family":"Usual"}]"#,
                "Is",
            ),
            (r#"[{"use":"nickname","given":["Nick"]},{"use":"usual","family":"Is"}]"#, "Is"),
            (r#"[{"use":"anonymous","family":"X"},{"family":"Is"}]"#, "Is"),
            (r#"[{"use":"official"},{"use":"usual","text":"Is"}]"#, "Is"),
            (r#"[{"use":"official","family":"Is","given":[null]}]"#, "Is"),
            (r#"[{"use":"official","family":"Is","given":[null,"Ann"]}]"#, "Is, Ann"),
            (r#"[{"use":"old","family":"Was","given":["Ann"]}]"#, "Was, Ann (former name)"),
            ("[]", ""),
        ] {
            let read: Vec<HumanName> = serde_json::from_str(names).unwrap();
            let (family, given) = current_name(&read, now);
            let found = [family, given].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
            assert_eq!(found.join(", "), wanted, "{names}");
        }
    }

    #[test]
    fn an_old_number_is_nobodys_number_while_there_is_another() {
        let record =
            r#""type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]}"#;
        for (numbers, wanted) in [
            (format!(r#"[{{"value":"1"}},{{{record},"value":"2"}}]"#), "2"),
            (format!(r#"[{{{record},"use":"old","value":"1"}},{{"value":"2"}}]"#), "2"),
            (
                format!(r#"[{{{record},"use":"old","value":"1"}},{{{record},"use":"usual","value":"2"}}]"#),
                "2",
            ),
            (format!(r#"[{{{record}}},{{{record},"value":"2"}}]"#), "2"),
            (r#"[{"value":"1"},{"value":"2"}]"#.to_owned(), "1"),
        ] {
            let read: Vec<Identifier> = serde_json::from_str(&numbers).unwrap();
            assert_eq!(record_number(&read), wanted, "{numbers}");
        }
    }
}
