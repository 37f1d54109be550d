//! Codes of ISO/IEEE 11073-10103 (implantable device, cardiac) that this room reads.
//!
//! Only those that stand in the examples and tables of the HL7 guide CardX CIED (1.0.0: IDCOExample2, the connectivity examples) or of
//! the Belgian care path that is built on it. Others exist (the right and the left ventricle's leads, end of service); they are not
//! here until somebody has seen them, for a code that is guessed names the wrong lead.

/// What a code is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdcKind {
    /// The name of a value.
    Measurement,
    /// A state of the battery.
    BatteryState,
    /// A state of a lead.
    LeadState,
    /// A kind of device.
    DeviceType,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idc {
    /// The code, in the system `urn:iso:std:iso:11073:10101`.
    pub code: u32,
    /// The reference id.
    pub name: &'static str,
    /// Of what.
    pub kind: IdcKind,
    /// The unit by UCUM; empty where there is none.
    pub unit: &'static str,
}

const fn row(code: u32, name: &'static str, kind: IdcKind, unit: &'static str) -> Idc {
    Idc { code, name, kind, unit }
}

const fn measured(code: u32, name: &'static str, unit: &'static str) -> Idc {
    row(code, name, IdcKind::Measurement, unit)
}

/// The codes, in order.
pub const MDC_IDC: [Idc; 23] = [
    measured(721_216, "MDC_IDC_MSMT_BATTERY_DTM", ""),
    measured(721_280, "MDC_IDC_MSMT_BATTERY_STATUS", ""),
    measured(721_344, "MDC_IDC_MSMT_BATTERY_VOLTAGE", "V"),
    measured(721_408, "MDC_IDC_MSMT_BATTERY_IMPEDANCE", "Ohm"),
    measured(721_472, "MDC_IDC_MSMT_BATTERY_REMAINING_LONGEVITY", "mo"),
    measured(721_536, "MDC_IDC_MSMT_BATTERY_REMAINING_PERCENTAGE", "%"),
    measured(721_728, "MDC_IDC_MSMT_CAP_CHARGE_TIME", "s"),
    measured(721_792, "MDC_IDC_MSMT_CAP_CHARGE_ENERGY", "J"),
    measured(721_984, "MDC_IDC_MSMT_LEADCHNL_RA_LEAD_CHANNEL_STATUS", ""),
    measured(722_051, "MDC_IDC_MSMT_LEADCHNL_RA_SENSING_INTR_AMPL_MEAN", "mV"),
    measured(722_176, "MDC_IDC_MSMT_LEADCHNL_RA_PACING_THRESHOLD_AMPLITUDE", "V"),
    measured(722_240, "MDC_IDC_MSMT_LEADCHNL_RA_PACING_THRESHOLD_PULSEWIDTH", "ms"),
    measured(722_432, "MDC_IDC_MSMT_LEADCHNL_RA_IMPEDANCE_VALUE", "Ohm"),
    measured(722_496, "MDC_IDC_MSMT_LEADCHNL_RA_IMPEDANCE_POLARITY", ""),
    row(753_665, "MDC_IDC_ENUM_DEV_TYPE_IPG", IdcKind::DeviceType, ""),
    row(753_666, "MDC_IDC_ENUM_DEV_TYPE_ICD", IdcKind::DeviceType, ""),
    row(753_667, "MDC_IDC_ENUM_DEV_TYPE_CRT_D", IdcKind::DeviceType, ""),
    row(753_668, "MDC_IDC_ENUM_DEV_TYPE_CRT_P", IdcKind::DeviceType, ""),
    row(753_669, "MDC_IDC_ENUM_DEV_TYPE_Monitor", IdcKind::DeviceType, ""),
    row(753_670, "MDC_IDC_ENUM_DEV_TYPE_Other", IdcKind::DeviceType, ""),
    row(754_113, "MDC_IDC_ENUM_BATTERY_STATUS_BOS", IdcKind::BatteryState, ""),
    row(754_115, "MDC_IDC_ENUM_BATTERY_STATUS_RRT", IdcKind::BatteryState, ""),
    row(754_241, "MDC_IDC_ENUM_CHANNEL_STATUS_CheckLead", IdcKind::LeadState, ""),
];

impl Idc {
    /// The row of a code.
    pub fn of(code: u32) -> Option<&'static Idc> {
        MDC_IDC.iter().find(|row| row.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_stands_once_and_in_order_under_its_name() {
        assert!(MDC_IDC.is_sorted_by(|a, b| a.code < b.code));
        for row in MDC_IDC {
            let part = match row.kind {
                IdcKind::Measurement => "MDC_IDC_MSMT_",
                IdcKind::BatteryState => "MDC_IDC_ENUM_BATTERY_STATUS_",
                IdcKind::LeadState => "MDC_IDC_ENUM_CHANNEL_STATUS_",
                IdcKind::DeviceType => "MDC_IDC_ENUM_DEV_TYPE_",
            };
            assert!(row.name.starts_with(part), "{}", row.name);
            assert_eq!(Idc::of(row.code), Some(&row));
        }
        assert_eq!(Idc::of(754_114), None, "not seen, and so not known");
    }
}
