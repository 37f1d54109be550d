//! The answer to a message: MSH, MSA, and ERR for each fault.

use clinical::Instant;

use super::fault::{Fault, Kind};
use super::header::Header;
use super::reader::{Outcome, Verdict};
use super::time::written;
use crate::text::clean;

/// Of more faults than these none is told: the sender's people look into its log, not into ours.
const TOLD: usize = 10;

/// The answer's bytes, its last segment ended; nothing where the message wants none.
///
/// It is built with the separators of its message, from what stood there: the parties change sides, MSH-11 and MSH-12 are the
/// message's, and MSH-13, 15, 16 and 21 are not copied. `id` is its own control id.
pub fn answer(header: &Header, verdict: &Verdict, id: &str, now: Instant) -> Option<Vec<u8>> {
    let code = code(header, verdict.outcome)?;
    let d = header.syntax.delimiters;
    let f = d.field.to_string();
    let c = d.component.to_string();
    let [app, facility, our_app, our_facility] = &header.parties;
    let trigger = clean(&header.kind.1, 3);
    let kind = if trigger.is_empty() { "ACK".to_owned() } else { ["ACK", &trigger, "ACK"].join(&c) };
    let encoding = d.encoding();
    let at = written(now);
    let mut lines = vec![
        [
            "MSH",
            &encoding,
            our_app,
            our_facility,
            app,
            facility,
            &at,
            "",
            &kind,
            id,
            &header.processing,
            &header.version,
        ]
        .join(&f),
    ];
    if !header.charset.is_empty() {
        lines[0] += &format!("{}{}", f.repeat(6), header.charset);
    }
    lines.push(["MSA", code, &header.control_id].join(&f));
    for fault in verdict.faults.iter().take(TOLD) {
        lines.push(error(header, fault, verdict.outcome));
    }
    let text: String = lines.into_iter().map(|line| line + "\r").collect();
    Some(header.syntax.charset.encode(&text))
}

/// MSA-1, by what the message wants: `AA`, or `CA` where it asks only whether it arrived (enhanced mode).
fn code(header: &Header, outcome: Outcome) -> Option<&'static str> {
    let [accept, application] = header.wants.each_ref().map(String::as_str);
    let is_wanted = |condition: &str| match condition {
        "NE" => false,
        "ER" => outcome != Outcome::Taken,
        "SU" => outcome == Outcome::Taken,
        _ => true,
    };
    let [taken, failed, rejected] = match (accept, application) {
        ("", "") => ["AA", "AE", "AR"],
        // In enhanced mode what is not said is not wanted.
        (_, condition) if condition != "NE" && !condition.is_empty() => {
            return is_wanted(condition).then_some(by(outcome, ["AA", "AE", "AR"]));
        }
        (condition, _) if is_wanted(condition) && !condition.is_empty() => ["CA", "CE", "CR"],
        _ => return None,
    };
    Some(by(outcome, [taken, failed, rejected]))
}

fn by(outcome: Outcome, codes: [&'static str; 3]) -> &'static str {
    match outcome {
        Outcome::Taken => codes[0],
        Outcome::Failed => codes[1],
        Outcome::Rejected => codes[2],
    }
}

/// ERR: since v2.5 with its own fields, before that in one.
fn error(header: &Header, fault: &Fault, outcome: Outcome) -> String {
    let d = header.syntax.delimiters;
    let (f, c, s) = (d.field.to_string(), d.component.to_string(), d.subcomponent.to_string());
    let (number, words) = fault.kind.code();
    let number = number.to_string();
    // Which of its name it is stands in the fault's own words.
    let place = |parts: &[&str]| if fault.segment.is_empty() { String::new() } else { parts.join(&c) };
    let field = if fault.field == 0 { String::new() } else { fault.field.to_string() };
    if is_before_25(&header.version) {
        let kind = [number.as_str(), words, "HL70357"].join(&s);
        return ["ERR", &[&fault.segment, "", &field, &kind].join(&c)].join(&f);
    }
    let severity = if outcome == Outcome::Taken { "W" } else { "E" };
    let kind = [number.as_str(), words, "HL70357"].join(&c);
    let location = place(&[&fault.segment, "", &field]);
    // Words of ours that could hold a separator of this message.
    let told: String = fault
        .to_string()
        .chars()
        .filter(|ch| !header.syntax.delimiters.encoding().contains(*ch) && *ch != d.field)
        .collect();
    ["ERR", "", location.trim_end_matches(d.component), &kind, severity, "", "", &told].join(&f)
}

fn is_before_25(version: &str) -> bool {
    matches!(version, "2" | "2.1" | "2.2" | "2.3" | "2.3.1" | "2.4") || version.starts_with("2.4^")
}

impl Verdict {
    /// Of a message that was read and could not be kept.
    pub(crate) fn not_kept() -> Verdict {
        let fault = Fault::whole(Kind::Internal, "it could not be kept; send it again");
        Verdict { outcome: Outcome::Failed, faults: vec![fault] }
    }
}
