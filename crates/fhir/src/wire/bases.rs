//! Whose resource a reference names.

use url::Url;

/// The addresses below which the resources of one server lie: its base, and what it or the site calls that base besides.
///
/// A reference is to one of them if it is relative or below one of these; whatever else bears the same id is somebody else's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bases(Vec<Base>);

/// Without its scheme: behind a proxy a server calls itself `http` and is reached by `https`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Base {
    host: String,
    port: Option<u16>,
    /// With a closing slash.
    path: String,
}

impl Base {
    fn of(url: &Url) -> Option<Base> {
        let path = format!("{}/", url.path().trim_end_matches('/'));
        Some(Base { host: url.host_str()?.to_owned(), port: url.port(), path })
    }
}

impl Bases {
    /// The bases at these addresses; what is no address is none.
    pub fn of<'a>(addresses: impl IntoIterator<Item = &'a Url>) -> Bases {
        Bases(addresses.into_iter().filter_map(Base::of).collect())
    }

    /// `Type/id`, perhaps with a version, of a reference to one of this server's resources.
    pub fn relative<'a>(&self, reference: &'a str) -> Option<&'a str> {
        if !reference.contains(':') {
            return Some(reference);
        }
        let url = Url::parse(reference).ok()?;
        let same = |base: &&Base| Some(base.host.as_str()) == url.host_str() && base.port == url.port();
        let rest = self.0.iter().filter(same).find_map(|base| url.path().strip_prefix(&base.path))?;
        // An id has no letter that a URL would spell otherwise.
        reference.strip_suffix(rest).map(|before| &reference[before.len()..])
    }

    /// The logical id in a reference, where it points to a `kind` of this server (versions included).
    pub(crate) fn id_in<'a>(&self, reference: &'a str, kind: &str) -> Option<&'a str> {
        let rest = self.relative(reference)?.strip_prefix(kind)?.strip_prefix('/')?;
        let (id, version) = rest.split_once('/').unwrap_or((rest, "_history/"));
        (!id.is_empty() && version.starts_with("_history/")).then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_same_id_on_another_server_is_somebody_else() {
        let base = |text: &str| Url::parse(text).unwrap();
        let here = Bases::of(&[base("https://fhir.example.org/r4/"), base("http://inner:8080/fhir")]);
        for (reference, id) in [
            ("Patient/p", Some("p")),
            ("Patient/p/_history/2", Some("p")),
            ("https://fhir.example.org/r4/Patient/p", Some("p")),
            ("https://fhir.example.org:443/r4/Patient/p/_history/3", Some("p")),
            ("https://FHIR.example.org/r4/Patient/p", Some("p")),
            ("http://fhir.example.org/r4/Patient/p", Some("p")),
            ("http://inner:8080/fhir/Patient/p", Some("p")),
            ("https://other.example.org/r4/Patient/p", None),
            ("https://fhir.example.org/r5/Patient/p", None),
            ("https://fhir.example.org/r4/tenant/Patient/p", None),
            ("https://fhir.example.org.evil.org/r4/Patient/p", None),
            ("http://inner/fhir/Patient/p", None),
            ("other/Patient/p", None),
            ("Patient/p/x", None),
            ("Patient/", None),
            ("Patients/p", None),
            ("Group/p", None),
            ("urn:uuid:Patient/p", None),
            ("#p", None),
            ("", None),
        ] {
            assert_eq!(here.id_in(reference, "Patient"), id, "{reference}");
        }
        let nowhere = Bases::default();
        assert_eq!(nowhere.id_in("Patient/p", "Patient"), Some("p"));
        assert_eq!(nowhere.id_in("https://fhir.example.org/r4/Patient/p", "Patient"), None);
    }
}
