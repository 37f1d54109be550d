//! Who and what is meant by a number: CX, EI, HD, and the ids that facts are kept under.
//!
//! A number is one only together with who gave it. The ids are UUIDs made from both: the same in every message and on every station.

use clinical::DeviceId;
use uuid::Uuid;

use super::message::Repetition;
use crate::text::clean;

/// What ids of this way in are made in.
const NAMESPACE: Uuid = Uuid::from_u128(0x8d0f_2c5e_6a1b_5d47_9c33_71f0_42ae_96b4);

/// EUI-64, as FHIR names its numbers (HL7 Personal Health Device guide).
const EUI_64: &str = "urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680";

/// The id of what some texts name together.
pub(crate) fn id_of(kind: &str, parts: &[&str]) -> String {
    let mut name = kind.to_owned();
    for part in parts {
        name.push('\u{1f}');
        name.push_str(part);
    }
    Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string()
}

/// Who gave a number (HD in component `n`): its universal id, else its name here, else what is said of those that name none.
pub(crate) fn authority(number: &Repetition, n: usize, unsaid: &str) -> String {
    let [name, universal] = [1, 2].map(|part| number.part(n, part));
    let first = [universal.trim(), name.trim()].into_iter().find(|text| !text.is_empty());
    first.unwrap_or(unsaid).to_owned()
}

/// A device, by an EI: an EUI-64 under its system, another number under the name that goes with it. With what goes with it for
/// people, and whether it says to be an EUI-64 and is none.
pub(crate) struct Named {
    pub id: DeviceId,
    pub namespace: String,
    pub is_broken: bool,
}

/// Nothing where no device is named.
pub(crate) fn device(ei: &Repetition) -> Option<Named> {
    let [value, namespace, universal, kind] = [1, 2, 3, 4].map(|n| ei.text(n));
    let number = if universal.trim().is_empty() { value.trim() } else { universal.trim() };
    let first = if value.trim().is_empty() { number } else { value.trim() };
    if first.is_empty() {
        return None;
    }
    let is_eui = kind.trim().eq_ignore_ascii_case("EUI-64");
    let digits: String = number.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let is_whole = digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let id = match (is_eui, is_whole) {
        (true, true) => format!("{EUI_64}|{}", digits.to_ascii_uppercase()),
        (true, false) => format!("EUI-64|{first}"),
        // Of an OID or a URI the number is one of that system.
        (false, _) if !universal.trim().is_empty() => format!("{}|{first}", universal.trim()),
        (false, _) => format!("{}|{first}", namespace.trim()),
    };
    Some(Named {
        id: DeviceId::from(clean(&id, 160)),
        namespace: clean(&namespace, 60),
        is_broken: is_eui && !is_whole,
    })
}

#[cfg(test)]
mod tests {
    use super::super::charset::Charset;
    use super::super::delimiters::Delimiters;
    use super::super::escape::Syntax;
    use super::super::message::Segment;
    use super::*;

    fn field(text: &str, read: impl Fn(Repetition) -> Option<String>) -> Option<String> {
        let syntax = Syntax { delimiters: Delimiters::of(br"MSH|^~\&|").unwrap(), charset: Charset::Utf8 };
        read(Segment::of(&format!("OBX|{text}"), 1, syntax).unwrap().field(1).first())
    }

    #[test]
    fn a_device_is_the_same_however_its_number_is_written() {
        for (sent, wanted) in [
            (
                "ACDE48234567ABCD^^ACDE48234567ABCD^EUI-64",
                Some("urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680|ACDE48234567ABCD"),
            ),
            (
                "monitor^GW^ac-de-48-23-45-67-ab-cd^EUI-64",
                Some("urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680|ACDE48234567ABCD"),
            ),
            (
                "ACDE48234567ABCD^^^EUI-64",
                Some("urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680|ACDE48234567ABCD"),
            ),
            // Sixteen digits that do not say what they are.
            ("080019FFFE0B4020^B40_GE", Some("B40_GE|080019FFFE0B4020")),
            ("77^^1.2.3^ISO", Some("1.2.3|77")),
            ("XW25200213", Some("|XW25200213")),
            ("what^^what^EUI-64", Some("EUI-64|what")),
            ("", None),
            ("\"\"", None),
        ] {
            assert_eq!(field(sent, |ei| device(&ei).map(|d| d.id.to_string())).as_deref(), wanted, "{sent}");
        }
        assert_eq!(
            field("x^^x^EUI-64", |ei| device(&ei).map(|d| d.is_broken.to_string())).as_deref(),
            Some("true")
        );
    }

    #[test]
    fn a_number_is_one_only_together_with_who_gave_it() {
        let of = |text: &str| field(text, |cx| Some(authority(&cx, 4, "here"))).unwrap();
        assert_eq!(of("1^^^Hospital&1.2.3&ISO^MR"), "1.2.3");
        assert_eq!(
            (of("1^^^Hospital^MR"), of("1^^^^MR"), of("1")),
            ("Hospital".into(), "here".into(), "here".into())
        );
        assert_ne!(id_of("Patient", &["a", "1"]), id_of("Patient", &["b", "1"]));
        assert_ne!(id_of("Patient", &["a", "b1"]), id_of("Patient", &["ab", "1"]));
        assert_eq!(id_of("Patient", &["a", "1"]), id_of("Patient", &["a", "1"]));
    }
}
