//! Files that other programs write: rules 10 to 18 of what was seen in libraries and devices, each with its test, and bad files.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "support/file.rs"]
mod file;

use clinical::{Body, Conversion, Instant, Measure};
use connectors::{DayOrder, FileKind, Portion};
use file::{CLARITY, LIBREVIEW, clarity, given, libre, read, readings, said, values};

fn conversion(unit: &str) -> Conversion {
    Conversion::to_own(Measure::Glucose, unit).unwrap()
}

fn reasons(portion: &Portion) -> Vec<(u64, &str)> {
    portion.remarks.iter().map(|remark| (remark.line, remark.held.reason.as_str())).collect()
}

#[test]
fn rule_10_digits_stay_as_they_came() {
    let file = clarity("mmol/L", &["2026-03-01T12:00:00,EGV,,,,iPhone G6,7.10,,,,,100,8AM1EY"]);
    assert_eq!(values(&read(&file)), ["7.10 mmol/L"]);
    let tidepool = r#"[{"type":"cbg","units":"mmol/L","value":5.550747991045533,"time":"2026-03-01T11:00:00Z","deviceId":"d"}]"#;
    assert_eq!(values(&read(tidepool)), ["5.550747991045533 mmol/L"]);
}

#[test]
fn rule_11_a_limit_is_the_same_in_both_units() {
    // 70 mg/dL as Tidepool divides it is 70, and is not below it.
    let file = r#"[{"type":"cbg","units":"mmol/L","value":3.88552322,"time":"2026-03-01T11:00:00Z"},
        {"type":"cbg","units":"mmol/L","value":9.99134543,"time":"2026-03-01T11:05:00Z"}]"#;
    let found: Vec<f64> =
        readings(&read(file)).iter().map(|(_, v, unit)| conversion(unit).apply(*v)).collect();
    assert!((found[0] - 70.0).abs() < 1e-3 && (found[1] - 180.0).abs() < 1e-3, "{found:?}");
}

#[test]
fn rule_12_the_doubled_autumn_hour_and_the_missing_spring_hour_are_kept() {
    let rows = [
        "2026-10-25T02:50:00,EGV,,,,G6,100,,,,,,",
        "2026-10-25T02:55:00,EGV,,,,G6,101,,,,,,",
        "2026-10-25T02:00:00,EGV,,,,G6,102,,,,,,",
        "2026-10-25T02:50:00,EGV,,,,G6,100,,,,,,",
        "2026-10-25T03:00:00,EGV,,,,G6,104,,,,,,",
    ];
    let found = read(&clarity("mg/dL", &rows));
    let times: Vec<i64> = readings(&found).iter().map(|(at, ..)| (at - 1_792_886_400_000) / 60_000).collect();
    assert_eq!(
        times,
        [50, 55, 60, 110, 120],
        "minutes after midnight UTC; an equal row of the second hour is another"
    );
    assert!(found.remarks.is_empty());

    let spring = ["2026-03-29T01:55:00,EGV,,,,G6,100,,,,,,", "2026-03-29T02:30:00,EGV,,,,G6,101,,,,,,"];
    let found = read(&clarity("mg/dL", &spring));
    assert_eq!(values(&found).len(), 2, "kept");
    let mark = &found.remarks[0];
    assert!(mark.is_kept && mark.line == 6 && mark.held.reason.contains("left out"), "{mark:?}");
    assert!(said(&found).contains(&mark.held.reference), "the mark is on what it is about");
}

#[test]
fn rule_13_what_stands_twice_is_one_reading_and_so_is_the_same_file_again() {
    let row = "2026-03-01T12:00:00,EGV,,,,G6,100,,,,,100,8AM1EY";
    let found = read(&clarity("mg/dL", &[row, row, row]));
    assert_eq!((values(&found).len(), found.repeats), (1, 2));
    let other = clarity("mg/dL", &["2026-03-01T11:55:00,EGV,,,,G6,99,,,,,0,8AM1EY", row]);
    assert!(
        said(&read(&other)).is_superset(&said(&found)),
        "another export that holds it too, in another row"
    );
}

#[test]
fn rule_14_the_first_minute_of_a_day_is_of_that_day() {
    let found = read(&clarity("mg/dL", &["2026-03-01T00:00:00,EGV,,,,G6,100,,,,,,"]));
    assert_eq!(readings(&found)[0].0, 1_772_319_600_000, "2026-02-28T23:00Z");
}

#[test]
fn rule_15_readings_of_five_minutes_stay_five_minutes_apart() {
    // Three of them below 70 are an episode of 15 minutes: none is lost, moved or joined.
    let rows = ["03:00:05", "03:05:05", "03:10:05"].map(|t| format!("2026-03-01T{t},EGV,,,,G6,65,,,,,,"));
    let found = readings(&read(&clarity("mg/dL", &rows.each_ref().map(String::as_str))));
    assert_eq!(found.windows(2).map(|pair| pair[1].0 - pair[0].0).collect::<Vec<_>>(), [300_000, 300_000]);
}

#[test]
fn rule_16_rows_are_chosen_by_their_event_and_never_by_their_number() {
    // A file without any of the rows that stand before the readings, and one with many.
    let header = CLARITY.lines().next().unwrap();
    let row = "1,2026-03-01T12:00:00,EGV,,,,G6,100,,,,,100,8AM1EY";
    assert_eq!(values(&read(&format!("{header}\n{row}\n"))), ["100 mg/dL"]);
    let alerts: String = (0..30).map(|n| format!("{n},,Alert,High,,,G6,250,,,,,,\n")).collect();
    let other = "9,2026-03-01T12:01:00,Calibration,,,,G6,110,,,,,,\n9,2026-03-01T12:01:00,Insulin,Fast-Acting,,,G6,,4,,,,,\n";
    let found = read(&format!("{header}\n{alerts}{other}{row}\n"));
    assert_eq!(values(&found), ["100 mg/dL"]);
    assert_eq!(
        found.left_out.into_iter().collect::<Vec<_>>(),
        [("Calibration".into(), 1), ("Insulin".into(), 1)]
    );
}

#[test]
fn rule_17_a_value_is_kept_in_the_unit_that_it_came_in_and_190_is_10_5() {
    let found = read(&clarity("mg/dL", &["2026-03-01T12:00:00,EGV,,,,G6,190,,,,,,"]));
    let (_, value, unit) = readings(&found)[0].clone();
    assert_eq!((value, unit.as_str()), (190.0, "mg/dL"));
    let millimoles = conversion("mmol/L").back(value);
    assert_eq!(format!("{millimoles:.1}"), "10.5");
}

#[test]
fn rule_18_times_of_bridges_are_read_and_what_they_disagree_in_is_said() {
    let file = r#"[{"type":"sgv","sgv":101,"date":1772366400000,"dateString":"2026-03-01T12:00:00.000Z","device":"share2"},
      {"sgv":102,"date":"/Date(1772366700000)/","device":"share2","delta":1.0},
      {"DT":"/Date(1772366999000-0700)/","ST":"/Date(1772370600000)/","Trend":4,"Value":103,"WT":"/Date(1772367000000)/"},
      {"type":"sgv","sgv":10,"date":1772367300000},
      {"type":"mbg","mbg":99,"date":1772367360000,"device":"meter"},
      {"type":"cal","slope":1,"date":1772367400000}]"#;
    let found = read(file);
    assert_eq!(values(&found), ["101 mg/dL", "102 mg/dL", "103 mg/dL", "99 mg/dL"]);
    let mark = &found.remarks[0];
    assert!(mark.is_kept && mark.held.reason.contains("60 minutes"), "{mark:?}");
    assert_eq!(found.left_out.len(), 2, "{:?}", found.left_out);

    let night = |device: &str, start: i64| -> Vec<String> {
        let of = |n: i64| {
            let (t, v) = (1_772_366_400_000 + (start + 5 * n) * 60_000, 100 + 7 * (n % 9));
            format!(r#"{{"type":"sgv","sgv":{v},"date":{t},"device":"{device}"}}"#)
        };
        (0..30).map(of).collect()
    };
    let both = [night("minimed", 0), night("xdrip", 30)].concat().join(",\n");
    let found = read(&format!("[{both}]"));
    assert_eq!((values(&found).len(), found.notes.len()), (60, 1), "both are kept");
    assert!(found.notes[0].contains("30 minutes apart"));
    // Equal times and values of two sources are two readings.
    let equal = [night("a", 0), night("b", 0)].concat().join(",");
    assert_eq!(said(&read(&format!("[{equal}]"))).len(), 62, "with the two devices");
}

#[test]
fn clarity_is_read_in_other_languages_separators_and_character_sets() {
    let german = "Index;Zeitstempel (JJJJ-MM-TTThh:mm:ss);Ereignistyp;Ereignis-Subtyp;Patienteninfo;Geräteinfo;ID des Quellgeräts;\
        Glukosewert (mmol/L);Insulinwert (E);Kohlenhydratwert (Gramm);Dauer (hh:mm:ss);Glukoseänderungsrate (mmol/L/min);\
        Transmitterzeit (Lange Ganzzahl);Transmitter-ID\n\
        1;2026-03-01T12:00:00;EGV;;;;Android G6;5,6;;;;;100;8AM1EY\n\
        2;2026-03-01 12:05:00;EGV;;;;Android G6;Niedrig;;;;;400;8AM1EY\n\
        3;2026-03-01T12:10:00;EGV;;;;Android G6;Hoch;;;;;700;8AM1EY\n";
    assert_eq!(values(&read(german)), ["5.6 mmol/L", "<2.2 mmol/L", ">22.2 mmol/L"]);
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(german);
    let found = file::read_bytes(&latin, given());
    assert_eq!(values(&found).len(), 3);
    assert!(found.notes[0].contains("windows-1252"));
    let wide: Vec<u8> = german.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(values(&file::read_bytes(&[&b"\xFF\xFE"[..], &wide].concat(), given())).len(), 3);
}

#[test]
fn libreview_is_read_in_both_units_and_in_the_order_of_dates_that_it_shows() {
    let found = read(LIBREVIEW);
    assert_eq!(values(&found), ["95 mg/dL", "101 mg/dL", "110 mg/dL", ">500 mg/dL"]);
    let codes: Vec<String> = file::samples(&found).iter().map(|s| s.code.as_str().to_owned()).collect();
    assert_eq!(codes, ["99504-3", "99504-3", "41653-7", "99504-3"], "a strip is of blood");
    assert_eq!(found.left_out.into_iter().collect::<Vec<_>>(), [("note or change of the clock".into(), 1)]);

    let spanish = libre(
        "Dispositivo,Número de serie,Sello de tiempo del dispositivo,Tipo de registro,Historial de glucosa mmol/L,Escaneo de glucosa mmol/L",
        &[
            "FreeStyle LibreLink,S,25-03-2026 08:15,0,\"5,6\",",
            "FreeStyle LibreLink,S,01-01-0001 00:00,0,\"5,7\",",
        ],
    );
    let found = read(&spanish);
    assert_eq!(values(&found), ["5.6 mmol/L"]);
    assert!(found.remarks[0].held.reason.contains("not set"));

    let american = ["a,S,03-25-2026 11:15 PM,0,95,,", "a,S,03-02-2026 12:00 AM,0,96,,"];
    let times = readings(&read(&libre(file::LIBRE_HEADER, &american)));
    assert_eq!(times[0].0, 1_774_476_900_000, "2026-03-25T22:15Z");
    assert_eq!(times[1].0, 1_772_406_000_000, "2026-03-01T23:00Z");
}

#[test]
fn dates_that_do_not_show_their_order_are_asked_for_and_never_guessed() {
    let file = libre(file::LIBRE_HEADER, &["a,S,03-04-2026 08:15,0,95,,"]);
    let found = read(&file);
    assert!(values(&found).is_empty() && found.remarks[0].held.reason.contains("--dates"));
    let of =
        |dates| readings(&file::read_bytes(file.as_bytes(), connectors::Given { dates, ..given() }))[0].0;
    assert_eq!(of(Some(DayOrder::DayFirst)), 1_775_196_900_000);
    assert_eq!(of(Some(DayOrder::MonthFirst)), 1_772_608_500_000);
    let both = libre(file::LIBRE_HEADER, &["a,S,25-04-2026 08:15,0,95,,", "a,S,04-25-2026 08:15,0,95,,"]);
    assert!(read(&both).remarks[0].held.reason.contains("others"));
}

#[test]
fn tidepool_says_what_a_sensor_could_not_tell_and_moments_are_moments() {
    let file = r#"[{"type":"cbg","units":"mmol/L","value":2.2,"time":"2026-10-25T00:30:00.000Z","deviceId":"DexG6","id":"x",
        "annotations":[{"code":"bg/out-of-range","threshold":40,"value":"low"}]},
       {"type":"smbg","units":"mg/dL","value":99,"time":"2026-10-25T01:30:00+01:00","deviceId":"meter"},
       {"type":"bolus","normal":2,"time":"2026-10-25T01:30:00Z"},{"type":"cbg","units":"mmol/L","value":5}]"#;
    let found = read(file);
    assert_eq!(values(&found), ["<2.2 mmol/L", "99 mg/dL"]);
    assert_eq!(
        readings(&found).iter().map(|r| r.0).collect::<Vec<_>>(),
        [1_792_888_200_000, 1_792_888_200_000]
    );
    assert_eq!(reasons(&found), [(4, "it has no time")]);
}

#[test]
fn bad_rows_are_named_with_their_lines_and_cost_nothing_else() {
    let rows = [
        "2026-03-01T12:00:00,EGV,,,,G6,100,,,,,,",
        "2026-13-01T12:00:00,EGV,,,,G6,100,,,,,,",
        "2026-03-01T12:10:00,EGV,,,,G6,???,,,,,,",
        "2026-03-01T12:15:00,EGV,,,,\"G6,100,,,,,,",
        "2026-03-01T12:20:00,EGV,,",
        "2026-03-01T12:25:00,EGV,,,,G6,5,6,,,,,,",
        "2026-03-01T12:30:00,EGV,,,,G6,101,,,,,,",
    ];
    let found = read(&clarity("mg/dL", &rows));
    assert_eq!(values(&found), ["100 mg/dL", "101 mg/dL"]);
    let lines: Vec<u64> = found.remarks.iter().map(|remark| remark.line).collect();
    assert_eq!(lines, [6, 7, 8, 9, 10], "{:?}", reasons(&found));
    assert!(found.remarks.iter().all(|remark| !remark.is_kept && !remark.held.reason.contains("G6")));
}

#[test]
fn files_that_were_joined_are_read_each_in_its_own_unit() {
    let one = clarity("mg/dL", &["2026-03-01T12:00:00,EGV,,,,G6,100,,,,,,"]);
    let two = clarity("mmol/L", &["2026-03-02T12:00:00,EGV,,,,G6,5.5,,,,,,"]);
    assert_eq!(values(&read(&(one + &two))), ["100 mg/dL", "5.5 mmol/L"]);
}

#[test]
fn fhir_of_another_server_is_given_to_the_patient_that_was_named_and_never_meets_this_servers_ids() {
    let obs = |id: &str, subject: &str, value: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"8867-4"}}]}},"subject":{{"reference":"Patient/{subject}"}},"effectiveDateTime":"2026-01-01T00:00:00Z","valueQuantity":{{"value":{value},"code":"/min"}}}}"#
        )
    };
    let lines = [
        obs("1", "a", "72"),
        r#"{"resourceType":"Patient","id":"a"}"#.into(),
        "{\"resourceType\":\"Observation\",".into(),
        "]}, {\"resource\": {}".into(),
        obs("2", "b", "73"),
        obs("3", "a", "NaN"),
        obs("4", "a", "74"),
    ]
    .join("\n");
    let found = read(&lines);
    assert_eq!(found_kind(&lines), FileKind::FhirNdjson);
    assert_eq!(values(&found), ["72 /min", "74 /min"]);
    assert_eq!(
        found.remarks.iter().map(|r| r.line).collect::<Vec<_>>(),
        [3, 4, 6, 5],
        "{:?}",
        reasons(&found)
    );
    assert!(found.facts.iter().all(|fact| fact.source.reference.starts_with("Observation/fhir-")));
    assert_eq!(found.left_out.get("Patient"), Some(&1));

    let own = file::read_bytes(lines.as_bytes(), connectors::Given { patient: None, ..given() });
    assert_eq!(values(&own), ["72 /min", "73 /min", "74 /min"]);
    assert_eq!(own.facts[0].source.reference, "Observation/1");

    let bundle = format!(
        r#"{{"resourceType":"Bundle","entry":[{{"resource":{}}},{{"resource":{}}}]}}"#,
        obs("1", "a", "72"),
        obs("4", "a", "74")
    );
    assert_eq!(values(&read(&bundle)), ["72 /min", "74 /min"]);
    assert_eq!(said(&read(&bundle)), said(&found), "the same in either way");
    let cut = read(&bundle[..bundle.len() - 20]);
    assert_eq!((values(&cut).len(), cut.remarks.len()), (1, 1), "its whole entries");
    assert_eq!(values(&read(&obs("1", "a", "72"))), ["72 /min"], "one resource");
}

fn found_kind(text: &str) -> FileKind {
    connectors::open_file(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), given()).unwrap().kind()
}

#[test]
fn a_file_cannot_forge_what_people_did_or_who_consents() {
    let of = |kind: &str, rest: &str| {
        format!(
            r#"{{"resourceType":"{kind}","id":"1","subject":{{"reference":"Patient/p"}},"patient":{{"reference":"Patient/p"}},{rest}}}"#
        )
    };
    let lines = [
        of("DetectedIssue", r#""status":"final","identifiedDateTime":"2026-01-01T00:00:00Z""#),
        of("Consent", r#""status":"active","scope":{"coding":[{"code":"patient-privacy"}]},"category":[{}],"provision":{"type":"permit"}"#),
        of("Encounter", r#""status":"in-progress","class":{"code":"IMP"}"#),
        r#"{"resourceType":"Observation","id":"1","status":"entered-in-error","subject":{"reference":"Patient/p"},"code":{}}"#.into(),
    ]
    .join("\n");
    let own = file::read_bytes(lines.as_bytes(), connectors::Given { patient: None, ..given() });
    assert!(own.facts.is_empty(), "{:?}", own.facts);
}

#[test]
fn hl7_faults_are_named_with_the_lines_of_the_file() {
    let file = "FHS|^~\\&|LAB\r\n\r\nBHS|^~\\&|LAB\r\nMSH|^~\\&|LAB|H|||20260301120000+0000||ORU^R01|1|P|2.6\r\nPID|||7^^^H^MR||Secretname^Ana\r\n\
        OBR|1||5|x|||20260301115900+0000\r\nOBX|1|NM|8867-4^^LN|1|7S|/min|||||F\r\nOBX|2|NM|59408-5^^LN|1|97.10|%|||||F\r\nBTS|1\r\nFTS|1\r\n";
    let found = read(file);
    assert_eq!(values(&found), ["97.10 %"]);
    assert_eq!(found.remarks.iter().map(|r| r.line).collect::<Vec<_>>(), [7], "{:?}", reasons(&found));
    assert!(file::samples(&found).iter().all(|s| s.patient == "p"), "given to whom was named");
    let own = file::read_bytes(file.as_bytes(), connectors::Given { patient: None, ..given() });
    // Who somebody is, and where, a file does not say: it may be as old as it is forged.
    assert!(
        own.if_unknown.is_empty()
            && own.facts.iter().all(|f| matches!(f.body, Body::Samples(_) | Body::Device(_)))
    );
}

#[test]
fn an_hl7_file_takes_nothing_back_and_its_ids_meet_none_of_the_listeners() {
    let file = "MSH|^~\\&|LAB|H|||20260301120000+0000||ORU^R01|1|P|2.6\rPID|||7^^^H^MR||Secretname^Ana\r\
        OBR|1||5|x|||20260301115900+0000\rOBX|1|NM|8867-4^^LN|1|72|/min|||||F\rOBX|2|NM|59408-5^^LN|1|97|%|||||D\r";
    let by = |patient: Option<&str>| {
        file::read_bytes(file.as_bytes(), connectors::Given { patient: patient.map(Into::into), ..given() })
    };
    let (own, of_p, of_q) = (by(None), by(Some("p")), by(Some("q")));
    for found in [&own, &of_p, &of_q] {
        assert!(
            reasons(found).iter().any(|(_, why)| why.contains("takes nothing back")),
            "{:?}",
            reasons(found)
        );
        assert!(found.facts.iter().all(|fact| !matches!(fact.body, Body::Deleted)));
    }
    let ids = |found: &connectors::Portion| -> Vec<String> {
        found.facts.iter().map(|fact| fact.source.reference.to_string()).collect()
    };
    assert!(!ids(&own).is_empty());
    assert!(ids(&of_p).iter().all(|id| !ids(&own).contains(id) && !ids(&of_q).contains(id)));
    assert_eq!(ids(&of_p), ids(&by(Some("p"))), "the same file says the same again");
}

#[test]
fn what_is_no_such_file_is_refused_as_a_whole() {
    for text in ["", "hello", "{}", "[]", "<html>", "a,b,c\n1,2,3\n", "%PDF-1.4", "\0\0\0\0"] {
        let source = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        assert!(connectors::open_file(source, given()).is_err(), "{text}");
    }
}

#[test]
fn the_same_file_in_another_zone_says_the_same_readings_at_other_moments() {
    let file = clarity("mg/dL", &["2026-03-01T12:00:00,EGV,,,,G6,100,,,,,,"]);
    let of = |zone: &str| {
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        file::read_bytes(file.as_bytes(), connectors::Given { zone, ..given() })
    };
    let (berlin, york) = (of("Europe/Berlin"), of("America/New_York"));
    assert_eq!(said(&berlin), said(&york), "so that the right zone mends what a wrong one did");
    assert_eq!(readings(&york)[0].0 - readings(&berlin)[0].0, 6 * 3_600_000);
    assert_eq!(berlin.facts[0].updated_at, Some(Instant(1_800_000_000_000)));
}

/// A hundred megabytes that are made while they are read.
struct Endless {
    line: Vec<u8>,
    given: usize,
    count: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl std::io::Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.given >= 100 << 20 {
            return Ok(0);
        }
        let from = self.given % self.line.len();
        let n = (self.line.len() - from).min(into.len());
        into[..n].copy_from_slice(&self.line[from..from + n]);
        self.given += n;
        self.count.fetch_add(n, std::sync::atomic::Ordering::Relaxed);
        Ok(n)
    }
}

#[test]
fn a_long_file_is_read_piece_by_piece_and_never_held() {
    let resource = r#"{"resourceType":"Observation","id":"1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/a"},"effectiveDateTime":"2026-01-01T00:00:00Z","valueQuantity":{"value":72,"code":"/min"}}"#;
    let entry = r#"{"type":"sgv","sgv":101,"date":1772366400000,"device":"share2"},"#;
    let record = r#"{"type":"cbg","units":"mmol/L","value":5.5,"time":"2026-03-01T11:00:00Z","deviceId":"d","id":"1"},"#;
    for (kind, start, line) in [
        (FileKind::FhirNdjson, "", resource),
        (FileKind::Nightscout, "[", entry),
        (FileKind::Tidepool, "[", record),
    ] {
        let count = std::sync::Arc::<std::sync::atomic::AtomicUsize>::default();
        let source = Endless { line: format!("{line}\n").into_bytes(), given: 0, count: count.clone() };
        let source = std::io::Read::chain(std::io::Cursor::new(start.as_bytes().to_vec()), source);
        let mut file = connectors::open_file(Box::new(source), given()).unwrap();
        assert_eq!(file.kind(), kind);
        let mut before = count.load(std::sync::atomic::Ordering::Relaxed);
        for _ in 0..3 {
            let piece = file.next().unwrap();
            let now = count.load(std::sync::atomic::Ordering::Relaxed);
            assert!((1..=4097).contains(&piece.facts.len()), "{kind:?}: {}", piece.facts.len());
            assert!(now - before <= 5 << 20, "{kind:?}: {} bytes for one piece", now - before);
            before = now;
        }
    }
}
