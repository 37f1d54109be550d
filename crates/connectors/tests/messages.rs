//! Messages of HL7 v2, as they are sent: what they become, and what of them is refused, and how they are answered.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use clinical::{Body, Comparator, Instant, Quality, Sample, Sex};
use connectors::{Charset, Heard, Outcome, Peer, answer, hear};

/// As IHE PCD-01 has it: a tree of devices, pressures with their time, a saturation with that of the order.
const PCD: &str = "MSH|^~\\&|GW^ACDE48234567ABCD^EUI-64|Hospital|||20260301120001.250-0500||ORU^R01^ORU_R01|MSG1|P|2.6|||NE|AL||UNICODE UTF-8|||IHE_PCD_ORU_R01^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO\r\
PID|||4711^^^Hospital^MR~99^^^Hospital^AN||Núñez^Ana^María^^^^L||19610203|F\r\
PV1||I|Surgery^OR^1\r\
OBR|1||A1^GW^ACDE48234567ABCD^EUI-64|182777000^monitoring of patient^SCT|||20260301120000-0500\r\
OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X|||||||ACDE48234567ABCE^^ACDE48234567ABCE^EUI-64\r\
OBX|2||69854^MDC_DEV_METER_PRESS_BLD_VMD^MDC|1.1.0.0|||||||X\r\
OBX|3|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.1.1|120|266016^MDC_DIM_MMHG^MDC|||||R|||20260301115900-0500\r\
OBX|4|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.2.1.1|97.10|262688^MDC_DIM_PERCENT^MDC|||||R|||||||077^GE\r";

fn heard(text: &str) -> Heard {
    hear(text.as_bytes(), &Peer::default())
}

fn samples(heard: &Heard) -> Vec<Sample> {
    let of = |body: &Body| match body {
        Body::Samples(samples) => samples.clone(),
        _ => Vec::new(),
    };
    heard.read.facts.iter().flat_map(|fact| of(&fact.body)).collect()
}

/// Its one reason why it, or a row of it, was not read.
fn reason(heard: &Heard) -> String {
    assert_eq!(heard.read.unreadable.len(), 1, "{:?}", heard.read.unreadable);
    heard.read.unreadable[0].reason.clone()
}

/// A message with one row, of type, code, value and unit.
fn row(kind: &str, code: &str, value: &str, unit: &str) -> String {
    with_row(&format!("OBX|1|{kind}|{code}|1|{value}|{unit}|||||F"))
}

fn with_row(row: &str) -> String {
    format!(
        "MSH|^~\\&|A|B|||20260301120000+0000||ORU^R01|1|P|2.6\rPID|||7^^^H^MR||Doe\rOBR|1||5|x|||20260301115900+0000\r{row}\r"
    )
}

const HR: &str = "147842^MDC_ECG_HEART_RATE^MDC";

#[test]
fn a_devices_message_gives_its_values_with_time_unit_and_device() {
    let heard = heard(PCD);
    assert_eq!((heard.verdict.outcome, heard.read.unreadable.len()), (Outcome::Taken, 0));
    let found = samples(&heard);
    let seen: Vec<_> = found
        .iter()
        .map(|s| {
            (
                s.code.as_str(),
                s.value.to_string(),
                s.unit.as_str(),
                s.taken_at.0,
                s.device.as_ref().unwrap().as_str(),
            )
        })
        .collect();
    let monitor = "urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680|ACDE48234567ABCE";
    assert_eq!(
        seen,
        [
            ("150021", "120".to_owned(), "mm[Hg]", 1_772_384_340_000, monitor),
            ("150456", "97.10".to_owned(), "%", 1_772_384_400_000, "GE|077"),
        ]
    );
    let devices: Vec<_> = heard
        .read
        .facts
        .iter()
        .filter_map(|fact| match &fact.body {
            Body::Device(device) => Some((
                device.id.as_str(),
                device.name.as_str(),
                device.patient == Some(found[0].patient.clone()),
            )),
            _ => None,
        })
        .collect();
    assert_eq!(devices, [(monitor, "mon physio multi param", true), ("GE|077", "GE", true)]);
    let said = heard.read.facts.iter().all(|fact| fact.updated_at == Some(Instant(1_772_384_401_250)));
    assert!(said, "states are ordered by when they were said");
}

#[test]
fn what_a_monitor_says_of_who_and_where_holds_only_where_nothing_is_known() {
    let heard = heard(PCD);
    let bodies: Vec<&Body> = heard.read.if_unknown.iter().map(|fact| &fact.body).collect();
    let [Body::Person(person), Body::Place(ward), Body::Place(room), Body::Place(bed), Body::Stay(stay)] =
        bodies[..]
    else {
        panic!("{bodies:?}")
    };
    assert_eq!(
        (person.family.as_str(), person.given.as_str(), person.mrn.as_str()),
        ("Núñez", "Ana María", "4711")
    );
    assert_eq!((person.birth_date.as_deref(), person.sex), (Some("1961-02-03"), Sex::Female));
    assert_eq!((ward.name.as_str(), room.name.as_str(), bed.name.as_str()), ("Surgery", "OR", "OR-1"));
    assert_eq!((bed.part_of.as_ref(), room.part_of.as_ref()), (Some(&room.id), Some(&ward.id)));
    assert_eq!((&stay.places[..], stay.in_progress), (&[bed.id.clone()][..], true));
    assert!(heard.read.facts.iter().all(|fact| !matches!(fact.body, Body::Person(_) | Body::Stay(_))));
}

#[test]
fn a_message_that_is_sent_again_says_the_same_of_the_same() {
    let again = PCD.replace("MSG1", "MSG2");
    assert_eq!(heard(PCD).read, heard(&again).read, "whatever its control id");
    let names = |text: &str| -> Vec<String> {
        heard(text)
            .read
            .facts
            .iter()
            .map(|f| f.source.reference.to_string())
            .filter(|r| r.starts_with("Obs"))
            .collect()
    };
    let of = |text: &str| names(&with_row(text)).remove(0);
    let first = "OBX|1|NM|147842^^MDC|1|72|bpm|||||R|||20260301115900+0000";
    let same = [
        first.replace("|R|", "|F|"),
        first.replace("|72|", "|73|"),
        first.replace("OBX|1|", "OBX|9|"),
        first.replace("20260301115900+0000", "20260301125900+0100"),
        first.replace("147842^^", "147842^MDC_ECG_HEART_RATE^"),
        first.replace("20260301115900+0000", ""),
    ];
    for same in same {
        assert_eq!(of(first), of(&same), "{same}");
    }
    for other in [
        first.replace("|1|72", "|2|72"),
        first.replace("20260301115900", "20260301115901"),
        first.replace("147842", "147843"),
    ] {
        assert_ne!(of(first), of(&other), "{other}");
    }
    assert_ne!(names(&with_row(first)), names(&with_row(first).replace("7^^^H^MR", "8^^^H^MR")), "another's");
    assert_ne!(
        names(&with_row(first)),
        names(&with_row(first).replace("OBR|1||5", "OBR|1||6")),
        "of another order"
    );
    let named = format!("{first}|||||||row7^GW");
    let moved = named.replace("115900+0000", "115959+0000");
    assert_eq!(of(&named), of(&moved), "a row that has a name keeps it when its time is corrected");
}

#[test]
fn a_number_is_read_as_it_stands_or_named() {
    for (kind, value, wanted) in [
        ("NM", "7.10", Ok(("7.10", None))),
        ("NM", "<5", Ok(("5", Some(Comparator::Below)))),
        ("NM", ">=5.0", Ok(("5.0", Some(Comparator::AtLeast)))),
        ("SN", ">^100", Ok(("100", Some(Comparator::Above)))),
        ("NM", "1,5", Err("OBX-5 (segment 4): its value is no number")),
        ("NM", "72^73", Err("OBX-5 (segment 4): its value has parts")),
        ("NM", "72~73", Err("OBX-5 (segment 4): it repeats")),
        ("NM", "~", Err("OBX-5 (segment 4): it repeats")),
        ("SN", "^1^:^2", Err("OBX-5 (segment 4): its value is a range")),
        ("ZZ", "72", Err("OBX-2 (segment 4): its type is none of HL7")),
        ("", "72", Err("OBX-2 (segment 4): it does not say")),
    ] {
        let heard = heard(&row(kind, HR, value, "bpm"));
        match wanted {
            Ok((digits, comparator)) => {
                let found = samples(&heard).remove(0);
                assert_eq!(
                    (found.value.to_string().as_str(), found.comparator),
                    (digits, comparator),
                    "{value}"
                );
                assert_eq!((found.unit.as_str(), heard.read.unreadable.len()), ("/min", 0), "{value}");
            }
            Err(words) => {
                assert!(reason(&heard).starts_with(words), "{value}: {}", reason(&heard));
                assert_eq!(heard.verdict.outcome, Outcome::Failed, "{value}");
            }
        }
    }
}

#[test]
fn codes_and_units_are_known_or_named_and_never_cut_to_the_first() {
    for (code, unit, words) in [
        ("HR^Heart rate^L", "bpm", "OBX-3 (segment 4): its code is neither"),
        ("147842^^MDC~8867-4^^LN", "bpm", "OBX-3 (segment 4): it repeats"),
        (HR, "bpm~/min", "OBX-6 (segment 4): it repeats"),
        (HR, "florps", "OBX-6 (segment 4): its unit is not UCUM"),
        (HR, "kg", "OBX-6 (segment 4): its unit cannot measure HR"),
        (HR, "", "OBX-6 (segment 4): it has no unit"),
        ("150456^^MDC", "", "OBX-6 (segment 4): it has no unit"),
    ] {
        assert!(reason(&heard(&row("NM", code, "72", unit))).starts_with(words), "{code} {unit}");
    }
    let score = heard(&row("NM", "9269-2^^LN", "15", ""));
    assert_eq!(samples(&score)[0].unit, "1", "a score needs none");
    let unknown = heard(&row("NM", "148066^MDC_ECG_V_P_C_RATE^MDC", "4", "264864^MDC_DIM_BEAT_PER_MIN^MDC"));
    assert_eq!((samples(&unknown)[0].code.as_str(), samples(&unknown)[0].quality), ("148066", Quality::Good));
    let absurd = heard(&row("NM", HR, "7250", "bpm"));
    assert_eq!(samples(&absurd)[0].quality, Quality::Artefact, "kept, and marked");
    let repeats = heard(&row("NM", HR, "72", "bpm").replace("+0000\rOBX", "+0000||||||||a~b\rOBX"));
    assert_eq!(repeats.read.left_out.into_iter().collect::<Vec<_>>(), [("OBR-15 that repeats".into(), 1)]);
}

#[test]
fn a_level_of_consciousness_is_understood_and_other_answers_are_counted() {
    let level = |answer: &str| heard(&row("CWE", "67775-7^^LN", answer, ""));
    for (answer, wanted) in
        [("LA17108-4^x^LN", "2"), ("130987000^^SCT", "1"), ("^Alert", "0"), ("V^^L^450847001^^SCT", "3")]
    {
        assert_eq!(samples(&level(answer))[0].value.to_string(), wanted, "{answer}");
    }
    assert!(reason(&level("^sleepy")).contains("consciousness"));
    for (kind, value) in [("CWE", "a^b^L"), ("ST", "72"), ("TX", "free"), ("NA", "1^2^3"), ("ED", "x")] {
        let heard = heard(&row(kind, HR, value, "bpm"));
        assert_eq!(heard.read.left_out.keys().collect::<Vec<_>>(), [&format!("OBX-5 as {kind}")[..]]);
        assert!(samples(&heard).is_empty() && heard.read.unreadable.is_empty(), "{kind}");
        assert_eq!(heard.verdict.outcome, Outcome::Taken, "{kind}");
    }
}

#[test]
fn a_corrected_a_deleted_and_a_withdrawn_row_are_told_from_a_first_one() {
    let with = |state: &str| {
        let text = with_row(&format!("OBX|1|NM|{HR}|1|72|bpm|||||{state}"));
        let heard = heard(&text);
        let fact = heard.read.facts.last().cloned();
        (
            fact.map(|f| (f.source.version.to_string(), f.body)),
            heard.read.unreadable.into_iter().map(|u| u.reason).next(),
        )
    };
    for state in ["F", "P", "R", "S", "A", "B", "V"] {
        let (Some((version, Body::Samples(samples))), None) = with(state) else { panic!("{state}") };
        assert_eq!((version.as_str(), samples.len()), ("1", 1), "{state}");
    }
    let (Some((version, Body::Samples(samples))), None) = with("C") else { panic!() };
    assert_eq!((version.as_str(), samples.len()), ("2", 1));
    for state in ["D", "W"] {
        assert_eq!(with(state).0, Some(("2".to_owned(), Body::Deleted)), "{state}");
    }
    for state in ["X", "N", "I", "O", "U"] {
        assert_eq!(with(state).0, Some(("2".to_owned(), Body::Samples(Vec::new()))), "{state}");
    }
    assert!(with("").1.unwrap().contains("OBX-11 (segment 4): it has no state"));
    assert!(with("Q").1.unwrap().contains("none that HL7 has"));
}

#[test]
fn what_a_device_says_of_its_own_value_is_believed() {
    let with = |flags: &str| heard(&with_row(&format!("OBX|1|NM|{HR}|1|72|bpm||{flags}|||F")));
    assert_eq!(samples(&with("H~A"))[0].quality, Quality::Good);
    for flag in ["INV", "H~INV", "CAL"] {
        assert_eq!(samples(&with(flag))[0].quality, Quality::Artefact, "{flag}");
    }
    assert_eq!(samples(&with("QUES")).len(), 1);
    for nobodys in ["DEMO", "TEST", "NAV"] {
        assert!(samples(&with(nobodys)).is_empty(), "{nobodys}");
    }
}

#[test]
fn a_row_without_a_readable_time_is_named_and_its_zone_is_never_guessed() {
    let at = |time: &str| heard(&with_row(&format!("OBX|1|NM|{HR}|1|72|bpm|||||F|||{time}")));
    for (time, words) in [
        ("20260301", "OBX-14 (segment 4): it is not told to the minute"),
        ("202603011200000000", "OBX-14 (segment 4): it is no time of HL7"),
        ("20260301120000+-100", "OBX-14 (segment 4): its offset"),
        ("20260301120000.12345+0000", "OBX-14 (segment 4): its fraction"),
    ] {
        assert!(reason(&at(time)).starts_with(words), "{time}: {}", reason(&at(time)));
    }
    let in_headers_zone = with_row(&format!("OBX|1|NM|{HR}|1|72|bpm|||||F|||20260301120000"));
    let in_headers_zone = in_headers_zone.replace("20260301120000+0000||ORU", "20260301120000-0330||ORU");
    assert_eq!(samples(&heard(&in_headers_zone))[0].taken_at.0, 1_772_379_000_000, "15:30 UTC");
    let bare = in_headers_zone.replace("-0330", "");
    assert!(reason(&heard(&bare)).starts_with("MSH-7"));
    let berlin = Peer { zone: Some(jiff::tz::TimeZone::get("Europe/Berlin").unwrap()), ..Peer::default() };
    assert_eq!(samples(&hear(bare.as_bytes(), &berlin))[0].taken_at.0, 1_772_362_800_000, "11:00 UTC");
    let fraction = in_headers_zone.replace("120000\r", "120000.7+0000\r");
    let medplum = Peer { trusts_fractions: false, ..Peer::default() };
    assert_eq!(samples(&hear(fraction.as_bytes(), &medplum))[0].taken_at.0 % 1000, 0);
    assert_eq!(samples(&heard(&fraction))[0].taken_at.0 % 1000, 700);
}

#[test]
fn a_bad_row_costs_no_other_row_and_a_bad_patient_is_nobodys() {
    let bad = PCD.replace("|120|", "|abc|");
    let heard_bad = heard(&bad);
    assert_eq!((samples(&heard_bad).len(), heard_bad.verdict.outcome), (1, Outcome::Taken));
    assert_eq!(heard_bad.verdict.faults.len(), 1);
    for (without, words) in [
        (PCD.replace("4711^^^Hospital^MR~", ""), "PID-3 (segment 2): it has no number of a patient"),
        (PCD.replace("PID|", "ZZZ|"), "OBX (segment 5): its rows name no patient"),
    ] {
        let heard = heard(&without);
        assert!(reason(&heard).starts_with(words), "{}", reason(&heard));
        assert_eq!((heard.verdict.outcome, heard.read.facts.len()), (Outcome::Failed, 0));
    }
    let odd = heard(&PCD.replace("|19610203|F\r", "|3/2/1961|woman\r"));
    assert_eq!(
        (odd.read.unreadable.len(), samples(&odd).len()),
        (2, 2),
        "the person is read but for the two"
    );
}

#[test]
fn several_patients_in_one_message_keep_their_own_values() {
    let text = with_row(&format!("OBX|1|NM|{HR}|1|72|bpm|||||F"))
        + "PID|||8^^^H^MR||Roe\r"
        + "OBR|1||5|x|||20260301115900+0000\r"
        + &format!("OBX|1|NM|{HR}|1|99|bpm|||||F\r");
    let found = samples(&heard(&text));
    assert_eq!(found.iter().map(|s| s.value.mantissa).collect::<Vec<_>>(), [72, 99]);
    assert_ne!(found[0].patient, found[1].patient);
    // A number without an authority is its sender's own.
    let of = |text: &str| samples(&heard(text))[0].patient.clone();
    let bare = row("NM", HR, "72", "bpm").replace("^^^H^MR", "");
    assert_ne!(of(&bare), of(&bare.replace("|A|B|", "|A|C|")));
    assert_eq!(of(&bare), of(&bare.replace("|A|B|", "|Z|B|")));
    let site = Peer { authority: Some("H".into()), ..Peer::default() };
    assert_eq!(samples(&hear(bare.as_bytes(), &site))[0].patient, of(&row("NM", HR, "72", "bpm")));
}

#[test]
fn the_device_of_a_row_is_its_own_or_the_nearest_above_it() {
    let device = |text: &str| samples(&heard(text)).last().unwrap().device.clone().map(|id| id.to_string());
    let tree = "OBX|1||69965^MDC_DEV_MDS^MDC|1.0.0.0|||||||X|||||||MDS^N\rOBX|2||1^MDC_DEV_X_VMD^MDC|1.2.0.0|||||||X|||||||VMD^N\r";
    let at = |place: &str| format!("OBX|3|NM|{HR}|{place}|72|bpm|||||F");
    assert_eq!(device(&with_row(&(tree.to_owned() + &at("1.2.1.4")))).as_deref(), Some("N|VMD"));
    assert_eq!(device(&with_row(&(tree.to_owned() + &at("1.3.1.4")))).as_deref(), Some("N|MDS"));
    assert_eq!(
        device(&with_row(&(at("1.2.1.4") + "\r" + tree.trim_end()))).as_deref(),
        Some("N|VMD"),
        "in any order"
    );
    assert_eq!(device(&with_row(&(tree.to_owned() + &at("2.1.1.4")))).as_deref(), Some("unnamed"));
    assert_eq!(
        device(&with_row(&(tree.to_owned() + &at("4")))),
        None,
        "no tree: by hand, or of a laboratory"
    );
    let part = at("4") + "\rPRT|1|UC||EQUIP||||||ACDE48234567ABCD^^ACDE48234567ABCD^EUI-64";
    assert_eq!(
        device(&with_row(&part)).as_deref(),
        Some("urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680|ACDE48234567ABCD")
    );
    let named = tree.to_owned()
        + "OBX|4|ST|531969^MDC_ID_MODEL_NUMBER^MDC|1.0.0.1|M 800|||||R\rOBX|5|ST|531970^MDC_ID_MODEL_MANUFACTURER^MDC|1.0.0.2|Maker|||||R";
    let heard = heard(&with_row(&named));
    let names: Vec<_> = heard
        .read
        .facts
        .iter()
        .filter_map(|f| match &f.body {
            Body::Device(d) => Some(d.name.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["Maker M 800", "x"]);
}

fn adt(event: &str, pv1: &str) -> Heard {
    heard(&format!(
        "MSH|^~\\&|ADT|H|||20260301120000+0000||ADT^{event}^ADT_A01|1|P|2.5\rEVN||20260301120000\rPID|||7^^^H^MR||Doe^Jo||1961|M\r{pv1}"
    ))
}

#[test]
fn who_comes_moves_and_leaves_is_where_the_message_says() {
    let stay = |heard: &Heard| {
        heard.read.facts.iter().find_map(|fact| match &fact.body {
            Body::Stay(stay) => Some((stay.id.to_string(), stay.places.clone(), stay.in_progress)),
            _ => None,
        })
    };
    let pv1 = |place: &str, more: &str| format!("PV1|1|I|{place}{}V7^^^H{more}\r", "|".repeat(16));
    let (came, moved) = (adt("A01", &pv1("ICU^^1", "")), adt("A02", &pv1("ICU^^2", "")));
    let left = adt("A03", &pv1("ICU^^2", &format!("{}20260302", "|".repeat(26))));
    let [first, second, third] = [&came, &moved, &left].map(|heard| stay(heard).unwrap());
    assert_eq!((first.0 == second.0, second.0 == third.0), (true, true), "one stay");
    assert_eq!((first.2, second.2, third.2), (true, true, false));
    assert!(first.1 != second.1 && second.1 == third.1 && first.1.len() == 1);
    let people =
        |heard: &Heard| heard.read.facts.iter().filter(|f| matches!(f.body, Body::Person(_))).count();
    assert_eq!(
        (people(&came), people(&moved), people(&left)),
        (1, 0, 0),
        "who moves is often a number alone"
    );
    let described = adt("A08", &pv1("ICU^^2", ""));
    assert_eq!((stay(&described).map(|s| s.2), people(&described)), (Some(true), 1));
    assert_eq!(
        stay(&adt("A08", &pv1("ICU^^2", &format!("{}20260302", "|".repeat(26))))).map(|s| s.2),
        Some(false)
    );
    assert_eq!(stay(&adt("A08", "")), None);
    assert_eq!(stay(&adt("A08", "PV1|1|N\r")), None);
    for (event, pv1, words) in [
        ("A01", String::new(), "there is no PV1"),
        ("A02", pv1("", ""), "PV1-3 (segment 4): it does not say where to"),
    ] {
        let heard = adt(event, &pv1);
        assert!(reason(&heard).contains(words));
        assert_eq!((heard.verdict.outcome, heard.read.facts.len()), (Outcome::Failed, 0), "{event}");
    }
    for event in ["A04", "A13", "A40", ""] {
        let heard = adt(event, &pv1("ICU^^2", ""));
        assert_eq!(heard.verdict.outcome, Outcome::Rejected, "{event}");
        assert!(reason(&heard).contains("its event is none"));
    }
}

#[test]
fn letters_are_those_of_the_set_that_the_header_names_and_of_no_other() {
    let text = row("NM", HR, "72", "bpm").replace("||Doe\r", "||Ødegård\r");
    let named = |set: &str| text.replace("|P|2.6\r", &format!("|P|2.6||||||{set}\r"));
    let family = |heard: &Heard| match &heard.read.if_unknown[0].body {
        Body::Person(person) => person.family.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(family(&heard(&named("UNICODE UTF-8"))), "Ødegård");
    let latin: Vec<u8> = named("8859/1").chars().map(|c| u8::try_from(c).unwrap()).collect();
    assert_eq!(family(&hear(&latin, &Peer::default())), "Ødegård");
    for (bytes, words) in [
        (text.clone().into_bytes(), "MSH-18 (segment 1): it holds other letters than ASCII has"),
        (named("EBCDIC").into_bytes(), "MSH-18 (segment 1): its character set is not read"),
        (
            named("UNICODE UTF-8").chars().map(|c| u8::try_from(c).unwrap()).collect(),
            "MSH-18 (segment 1): its bytes are not",
        ),
    ] {
        let heard = hear(&bytes, &Peer::default());
        assert!(reason(&heard).starts_with(words), "{}", reason(&heard));
        assert_eq!(heard.header.unwrap().control_id(), "1", "it can be answered all the same");
    }
    let site = Peer { charset: Charset::Utf8, ..Peer::default() };
    assert_eq!(family(&hear(text.as_bytes(), &site)), "Ødegård", "as the site says of this sender");
}

#[test]
fn a_message_that_is_none_of_ours_is_rejected_by_its_header_and_a_broken_one_by_its_lines() {
    let good = row("NM", HR, "72", "bpm");
    for (text, outcome, words) in [
        (good.replace("|P|", "|T|"), Outcome::Rejected, "MSH-11"),
        (good.replace("|P|", "||"), Outcome::Failed, "MSH-11"),
        (good.replace("|2.6", "|3"), Outcome::Rejected, "MSH-12"),
        (good.replace("ORU^R01", "ORM^O01"), Outcome::Rejected, "MSH-9"),
        (good.replace("ORU^R01", "ORU"), Outcome::Rejected, "MSH-9"),
        (good.replace("|1|P|", "||P|"), Outcome::Failed, "MSH-10"),
        (good.replace("20260301120000+0000||ORU", "yesterday||ORU"), Outcome::Failed, "MSH-7"),
        (good.replace('\r', "\n"), Outcome::Failed, "segment 1: a line feed"),
        (good.replace("\rOBR", "\rMSH|^~\\&|X\rOBR"), Outcome::Failed, "segment 3: a second header"),
        (good.replace("\rOBR", "\rfree text\rOBR"), Outcome::Failed, "segment 3: a line has no name"),
        ("hello".into(), Outcome::Failed, "it is no message"),
        (String::new(), Outcome::Failed, "it is no message"),
    ] {
        let heard = heard(&text);
        assert_eq!((heard.verdict.outcome, heard.read.facts.len()), (outcome, 0), "{words}");
        assert!(reason(&heard).starts_with(words), "{words}: {}", reason(&heard));
    }
    assert_eq!(samples(&heard(&good.replace("\rOBR", "\r\rOBR"))).len(), 1, "an empty line costs nothing");
    assert_eq!(samples(&heard(good.trim_end())).len(), 1, "nor does the last end, where a frame has one");
    assert_eq!(samples(&heard(&good.replace('\r', "\r\n"))).len(), 1);
    let debug = Peer { processing: ['P', 'T'].into(), ..Peer::default() };
    assert_eq!(
        samples(&hear(good.replace("|P|", "|T|").as_bytes(), &debug)).len(),
        1,
        "where a site says so"
    );
}

#[test]
fn no_reason_and_no_name_of_what_was_refused_quotes_the_message() {
    let secret = PCD
        .replace("120|266016^MDC_DIM_MMHG", "Secret|Secret^Secret")
        .replace("|19610203|F", "|Secret|Secret");
    for text in [
        secret.clone(),
        secret.replace("R01", "Secret"),
        secret.replace("PID|", "Secret|"),
        secret.replace("|1.1.0.0|", "|\nSecret|"),
    ] {
        let heard = heard(&text);
        assert!(!heard.read.unreadable.is_empty());
        for held in &heard.read.unreadable {
            assert!(!held.reason.contains("Secret") && !held.reference.contains("Secret"), "{}", held.reason);
        }
        let told = answer(heard.header.as_ref().unwrap(), &heard.verdict, "A1", Instant(0)).unwrap();
        assert!(!String::from_utf8(told).unwrap().replace("ACK^Sec^ACK", "").contains("Secret"));
    }
}

fn told(text: &str) -> Option<String> {
    let heard = heard(text);
    let answer = answer(&heard.header.unwrap(), &heard.verdict, "A1", Instant(1_772_366_400_123))?;
    Some(String::from_utf8(answer).unwrap().replace('\r', "\n"))
}

#[test]
fn an_answer_is_for_its_message_and_copies_only_what_is_its_own() {
    let text = row("NM", HR, "72", "bpm").replace("|A|B|||2026", "|A^1\\T\\2|B|C|D|2026");
    let text = text.replace("|1|P|2.6\r", "|ID 7|P^T|2.6^x|77|88|||||||profile~two\r");
    assert_eq!(
        told(&text).unwrap(),
        "MSH|^~\\&|C|D|A^1\\T\\2|B|20260301120000.123+0000||ACK^R01^ACK|A1|P^T|2.6^x\nMSA|AA|ID 7\n"
    );
    let since_27 = text.replace("MSH|^~\\&|", "MSH|^~\\&#|");
    assert_eq!(
        told(&since_27).unwrap(),
        told(&text).unwrap().replace("^~\\&", "^~\\&#"),
        "the fifth sign shifts nothing"
    );
    let breaks = text.replace("|2.6^x|", "|2.6\u{1c}^x\u{b}|").replace("|ID 7|", "|ID\u{7} 7|");
    assert_eq!(told(&breaks), told(&text), "nothing that goes back ends a frame");
    let odd = "MSH*:+/!*A*B***20260301120000-0000**ORU:R01*9*P*2.3\rPID***7\r";
    assert_eq!(
        told(odd).unwrap(),
        "MSH*:+/!***A*B*20260301120000.123+0000**ACK:R01:ACK*A1*P*2.3\nMSA*AA*9\n"
    );
}

#[test]
fn what_was_wrong_is_told_in_the_form_of_the_messages_version() {
    let bad = row("NM", HR, "abc", "bpm");
    let lines = |text: &str| told(text).unwrap().lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        lines(&bad),
        ["MSA|AE|1", "ERR||OBX^^5|102^Data type error^HL70357|E|||OBX-5 (segment 4): its value is no number"]
    );
    assert_eq!(lines(&bad.replace("|2.6", "|2.3")), ["MSA|AE|1", "ERR|OBX^^5^102&Data type error&HL70357"]);
    assert_eq!(lines(&bad.replace("|P|", "|T|"))[0], "MSA|AR|1");
    let part = PCD.replace("|120|", "|abc|");
    assert_eq!(lines(&part)[0], "MSA|AA|MSG1", "what could be read was taken");
    assert!(
        lines(&part)[1].starts_with("ERR||OBX^^5|102^Data type error^HL70357|W|"),
        "and the rest is a warning"
    );
    let many = with_row(&"OBX|1|NM|147842^^MDC|1|a|bpm|||||F\r".repeat(200));
    assert_eq!(lines(&many).len(), 11);
}

#[test]
fn an_answer_is_sent_on_the_condition_that_the_message_names() {
    let good =
        |wants: &str| told(&row("NM", HR, "72", "bpm").replace("|2.6\r", &format!("|2.6|||{wants}\r")));
    let bad = |wants: &str| told(&row("NM", HR, "x", "bpm").replace("|2.6\r", &format!("|2.6|||{wants}\r")));
    let code = |answer: Option<String>| answer.map(|text| text.split("MSA|").nth(1).unwrap()[..2].to_owned());
    for (wants, if_good, if_bad) in [
        ("", Some("AA"), Some("AE")),
        ("NE|AL", Some("AA"), Some("AE")),
        ("AL|AL", Some("AA"), Some("AE")),
        ("AL|NE", Some("CA"), Some("CE")),
        ("AL|", Some("CA"), Some("CE")),
        ("NE|NE", None, None),
        ("NE|ER", None, Some("AE")),
        ("ER|NE", None, Some("CE")),
        ("SU|NE", Some("CA"), None),
    ] {
        assert_eq!((code(good(wants)).as_deref(), code(bad(wants)).as_deref()), (if_good, if_bad), "{wants}");
    }
}
