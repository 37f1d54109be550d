//! Who made a device, and which one it is.

use clinical::DeviceMake;

use crate::map::codes::MDC;
use crate::map::text::clean;
use crate::wire::datatypes::{Concept, Text};
use crate::wire::resource as r4;

/// `MDC_ID_PROD_SPEC_FW` and `MDC_ID_PROD_SPEC_SW`: of which a version is (HL7 Personal Health Device guide 2.0, MDCDeviceVersionTypes).
const FIRMWARE: &str = "531976";
const SOFTWARE: &str = "531975";

/// What a Device says of it.
pub(crate) fn make(device: &r4::Device) -> DeviceMake {
    let said = |text: &Text| text.as_deref().map(|text| clean(text, 80)).filter(|text| !text.is_empty());
    DeviceMake {
        maker: said(&device.manufacturer),
        model: said(&device.model_number),
        lot: said(&device.lot_number),
        serial: said(&device.serial_number),
        firmware: firmware(&device.version),
        expires: said(&device.expiration_date),
    }
}

/// The version of the firmware; where none is said to be that, of the software; where nothing is said of the only one there is, that one.
fn firmware(versions: &[r4::DeviceVersion]) -> Option<String> {
    let is = |kind: &Concept, code: &str, word: &str| {
        kind.has(MDC, code) || kind.words().is_some_and(|words| words.to_lowercase().contains(word))
    };
    let of = |code, word| {
        versions.iter().find(|version| version.kind.as_ref().is_some_and(|kind| is(kind, code, word)))
    };
    let only = || versions.first().filter(|only| versions.len() == 1 && only.kind.is_none());
    let found = of(FIRMWARE, "firmware").or_else(|| of(SOFTWARE, "software")).or_else(only)?;
    Some(clean(found.value.as_deref()?, 80)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use clinical::Body;

    use crate::map::resource::tests::one;

    #[test]
    fn a_version_is_of_the_firmware_where_one_says_so() {
        let of = |code: &str, value: &str| {
            format!(
                r#"{{"type":{{"coding":[{{"system":"urn:iso:std:iso:11073:10101","code":"{code}"}}]}},"value":"{value}"}}"#
            )
        };
        let (hardware, software) = (of("531974", "H"), of("531975", "S"));
        for (versions, wanted) in [
            (format!("{software},{}", of("531976", "F")), Some("F")),
            (format!("{hardware},{software}"), Some("S")),
            (hardware.clone(), None),
            (r#"{"type":{"text":"Firmware revision"},"value":"2.1"}"#.to_owned(), Some("2.1")),
            (r#"{"value":"3.0"}"#.to_owned(), Some("3.0")),
            (r#"{"value":"3.0"},{"value":"4.0"}"#.to_owned(), None),
            (of("531976", " "), None),
        ] {
            let text = format!(
                r#"{{"resourceType":"Device","id":"d","manufacturer":"Acme","lotNumber":"L7","modelNumber":"M","serialNumber":"9","expirationDate":"2027-01","version":[{versions}]}}"#
            );
            let Body::Device(device) = one(&text) else { panic!() };
            let make = *device.make.unwrap();
            assert_eq!(make.firmware.as_deref(), wanted, "{versions}");
            let others = [make.maker, make.lot, make.model, make.serial, make.expires].map(Option::unwrap);
            assert_eq!(others, ["Acme", "L7", "M", "9", "2027-01"]);
        }
    }
}
