//! What a screen says of a person besides the name.

/// Administrative gender, as it is shown beside the age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Sex {
    Female,
    Male,
    Other,
    Unknown,
}

/// Whole years from a birth date to a day, both as (year, month, day). A partial birth date counts from its first day.
pub fn age_years(birth: (i16, i8, i8), today: (i16, i8, i8)) -> Option<u16> {
    let had_birthday = (today.1, today.2) >= (birth.1, birth.2);
    let years = i32::from(today.0) - i32::from(birth.0) - i32::from(!had_birthday);
    u16::try_from(years).ok()
}

/// "Adeyemi, Ruth" becomes "R. A.", for screens that the public can see.
pub fn initials(family: &str, given: &str) -> String {
    [given, family]
        .iter()
        .filter_map(|part| part.chars().find(|c| c.is_alphabetic()))
        .map(|letter| format!("{}.", letter.to_uppercase()))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_a_year_older_on_the_birthday_not_before() {
        assert_eq!(age_years((1955, 3, 14), (2026, 3, 13)), Some(70));
        assert_eq!(age_years((1955, 3, 14), (2026, 3, 14)), Some(71));
        assert_eq!(age_years((2027, 1, 1), (2026, 3, 14)), None);
    }

    #[test]
    fn initials_hide_the_name() {
        assert_eq!(initials("Adeyemi", "Ruth"), "R. A.");
        assert_eq!(initials("", "Ö"), "Ö.");
    }
}
