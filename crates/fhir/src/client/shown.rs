//! A server's address as it is shown and logged: without what may stand in it beside the place, names and passwords.

use url::Url;

/// An address without a name and a password.
pub(crate) fn shown(address: &Url) -> String {
    let mut place = address.clone();
    // Refused only where there is no host, and then neither is there.
    let _ = place.set_username("");
    let _ = place.set_password(None);
    place.as_str().trim_end_matches('/').to_owned()
}

/// What somebody typed for an address, which may be none.
pub fn without_sign_in(typed: &str) -> String {
    let typed = typed.trim();
    if let Some(url) = Url::parse(typed).ok().filter(|url| url.has_host()) {
        return shown(&url);
    }
    // Whatever else it is: what may be a password ends before the last of these.
    let Some((before, place)) = typed.rsplit_once('@') else { return typed.to_owned() };
    let scheme = before.split_once("//").map_or(String::new(), |(scheme, _)| format!("{scheme}//"));
    format!("{scheme}{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_that_somebody_typed_into_an_address_is_shown() {
        for (typed, wanted) in [
            ("https://fhir.example.org/r4", "https://fhir.example.org/r4"),
            (" https://fhir.example.org/r4/ ", "https://fhir.example.org/r4"),
            ("https://n.okafor:secret@fhir.example.org/r4", "https://fhir.example.org/r4"),
            ("https://:secret@fhir.example.org/r4", "https://fhir.example.org/r4"),
            ("https://secret@fhir.example.org/r4", "https://fhir.example.org/r4"),
            ("HTTPS:n.okafor:secret@fhir.example.org/r4", "https://fhir.example.org/r4"),
            ("https://n.okafor:se@cret@fhir.example.org/r4", "https://fhir.example.org/r4"),
            ("ftp://n.okafor:secret@fhir.example.org/r4", "ftp://fhir.example.org/r4"),
            // None that can be asked.
            ("https://n.okafor:secret@fhir.example.org:port/r4", "https://fhir.example.org:port/r4"),
            ("https://n.okafor:se/cret@fhir.example.org:port", "https://fhir.example.org:port"),
            ("n.okafor:secret@fhir.example.org/r4", "fhir.example.org/r4"),
            ("fhir.example.org", "fhir.example.org"),
        ] {
            assert_eq!(without_sign_in(typed), wanted, "{typed}");
        }
    }
}
