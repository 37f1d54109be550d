//! The codes that consents are written in: confidentiality, sensitivity, purposes of use, and how one covers another.

use smol_str::SmolStr;

/// A code of a code system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coded {
    /// The address of the code system; empty where none was said.
    pub system: SmolStr,
    /// The code.
    pub code: SmolStr,
}

impl Coded {
    /// This code of this system.
    pub fn new(system: &str, code: &str) -> Coded {
        Coded { system: system.into(), code: code.into() }
    }

    /// A purpose of use of HL7's list, such as `TREAT`.
    pub fn purpose(code: &str) -> Coded {
        Coded::new(PURPOSE_SYSTEM, code)
    }
}

/// HL7's v3 ActReason, of which the purposes of use are a part.
pub const PURPOSE_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
pub(crate) const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

/// How confidential something is, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidentiality {
    /// `U`
    Unrestricted,
    /// `L`
    Low,
    /// `M`
    Moderate,
    /// `N`
    Normal,
    /// `R`
    Restricted,
    /// `V`
    VeryRestricted,
}

/// A security label of something, or of what a provision is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// How confidential it is.
    Confidentiality(Confidentiality),
    /// Why it is sensitive, or another tag.
    Tag(Coded),
}

impl Label {
    /// Of a Coding; `None` where it says how confidential something is by a code that is none.
    pub fn of(system: &str, code: &str) -> Option<Label> {
        if system != CONFIDENTIALITY {
            return Some(Label::Tag(Coded::new(system, code)));
        }
        let level = match code {
            "U" => Confidentiality::Unrestricted,
            "L" => Confidentiality::Low,
            "M" => Confidentiality::Moderate,
            "N" => Confidentiality::Normal,
            "R" => Confidentiality::Restricted,
            "V" => Confidentiality::VeryRestricted,
            _ => return None,
        };
        Some(Label::Confidentiality(level))
    }
}

/// A code and one that it lies below.
type Below = (&'static str, &'static str);

/// HL7's sensitivities (v3 ActCode) that lie below another. The list was rearranged after R4; where the two arrangements differ, both
/// count.
pub(crate) const SENSITIVITIES: &[Below] = &[
    ("BH", "SPI"),
    ("MH", "SPI"),
    ("PSY", "SPI"),
    ("PSYTHPN", "SPI"),
    ("SUD", "SPI"),
    ("COGN", "BH"),
    ("DVD", "BH"),
    ("EMOTDIS", "BH"),
    ("MH", "BH"),
    ("PSY", "BH"),
    ("SUD", "BH"),
    ("PSYTHPN", "PSY"),
    ("ETHUD", "SUD"),
    ("OPIOIDUD", "SUD"),
    ("ETHUD", "ETH"),
    ("OPIOIDUD", "ETH"),
];

/// The sensitivities that lie below no other.
const ALONE: [&str; 31] = [
    "ETH", "GDIS", "HIV", "MST", "SCA", "SDV", "SEX", "SPI", "STD", "TBOO", "VIO", "SICKLE", "DEMO", "DOB",
    "GENDER", "LIVARG", "MARST", "RACE", "REL", "B", "EMPL", "LOCIS", "SSP", "ADOL", "CEL", "DIA", "DRGIS",
    "EMP", "PDS", "PHY", "PRS",
];

/// HL7's purposes of use (v3 ActReason).
pub(crate) const PURPOSES: &[Below] = &[
    ("HMARKT", "PurposeOfUse"),
    ("HOPERAT", "PurposeOfUse"),
    ("HPAYMT", "PurposeOfUse"),
    ("HRESCH", "PurposeOfUse"),
    ("PATRQT", "PurposeOfUse"),
    ("PUBHLTH", "PurposeOfUse"),
    ("TREAT", "PurposeOfUse"),
    ("CAREMGT", "HOPERAT"),
    ("DONAT", "HOPERAT"),
    ("FRAUD", "HOPERAT"),
    ("GOV", "HOPERAT"),
    ("HACCRED", "HOPERAT"),
    ("HCOMPL", "HOPERAT"),
    ("HDECD", "HOPERAT"),
    ("HDIRECT", "HOPERAT"),
    ("HDM", "HOPERAT"),
    ("HLEGAL", "HOPERAT"),
    ("HOUTCOMS", "HOPERAT"),
    ("HPRGRP", "HOPERAT"),
    ("HQUALIMP", "HOPERAT"),
    ("HSYSADMIN", "HOPERAT"),
    ("MEMADMIN", "HOPERAT"),
    ("MILCDM", "HOPERAT"),
    ("PATADMIN", "HOPERAT"),
    ("PATSFTY", "HOPERAT"),
    ("PERFMSR", "HOPERAT"),
    ("RECORDMGT", "HOPERAT"),
    ("SYSDEV", "HOPERAT"),
    ("TRAIN", "HOPERAT"),
    ("LABELING", "HSYSADMIN"),
    ("METAMGT", "HSYSADMIN"),
    ("HTEST", "SYSDEV"),
    ("CLMATTCH", "HPAYMT"),
    ("COVAUTH", "HPAYMT"),
    ("COVERAGE", "HPAYMT"),
    ("REMITADV", "HPAYMT"),
    ("ELIGDTRM", "COVERAGE"),
    ("ELIGVER", "COVERAGE"),
    ("ENROLLM", "COVERAGE"),
    ("MILDCRG", "COVERAGE"),
    ("BIORCH", "HRESCH"),
    ("CLINTRCH", "HRESCH"),
    ("DSRCH", "HRESCH"),
    ("POARCH", "HRESCH"),
    ("TRANSRCH", "HRESCH"),
    ("CLINTRCHNPC", "CLINTRCH"),
    ("CLINTRCHPC", "CLINTRCH"),
    ("PRECLINTRCH", "CLINTRCH"),
    ("FAMRQT", "PATRQT"),
    ("PWATRNY", "PATRQT"),
    ("SUPNWK", "PATRQT"),
    ("DISASTER", "PUBHLTH"),
    ("THREAT", "PUBHLTH"),
    ("CLINTRL", "TREAT"),
    ("COC", "TREAT"),
    ("ETREAT", "TREAT"),
    ("BTG", "ETREAT"),
    ("ERTREAT", "ETREAT"),
    ("POPHLTH", "TREAT"),
];

fn lies_below(list: &[Below], code: &str, above: &str) -> bool {
    code == above || list.iter().any(|(low, high)| *low == code && lies_below(list, high, above))
}

/// Whether a tag that a provision names covers a tag of something: the same, or, of HL7's sensitivities, one above it.
pub fn covers(named: &Coded, tag: &Coded) -> bool {
    named == tag
        || named.system == ACT_CODE
            && tag.system == ACT_CODE
            && lies_below(SENSITIVITIES, &tag.code, &named.code)
}

/// Whether a purpose that a provision names covers what somebody asks for: the same, or, of HL7's purposes, one above it.
pub fn covers_purpose(named: &Coded, asked: &Coded) -> bool {
    named == asked
        || named.system == PURPOSE_SYSTEM
            && asked.system == PURPOSE_SYSTEM
            && lies_below(PURPOSES, &asked.code, &named.code)
}

/// Whether a tag says why something is sensitive. Others say how to handle it, or that it is a test.
pub(crate) fn is_sensitivity(tag: &Coded) -> bool {
    let code = tag.code.as_str();
    tag.system == ACT_CODE && (ALONE.contains(&code) || SENSITIVITIES.iter().any(|(low, _)| *low == code))
}
