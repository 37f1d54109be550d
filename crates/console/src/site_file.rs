//! What a site says of all its stations, in a file that its administrators own.
//!
//! What stands under `[locked]` holds: neither an argument nor somebody at the station changes it. What stands under `[default]` is
//! how a station begins for which nobody said otherwise.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clinical::{Instant, Site, setting_key};
use serde::Deserialize;
use vault::{SITE_LOCKED, Vault, VaultError};

use crate::its_units::Units;
use crate::site_lock::SUGGESTED;
use crate::view::Failure;

/// Where it lies when nobody says otherwise.
#[cfg(target_os = "macos")]
pub const SITE_FILE: &str = "/Library/Application Support/Vigil/site.toml";
/// Where it lies when nobody says otherwise.
#[cfg(windows)]
pub const SITE_FILE: &str = r"C:\ProgramData\Vigil\site.toml";
/// Where it lies when nobody says otherwise.
#[cfg(not(any(windows, target_os = "macos")))]
pub const SITE_FILE: &str = "/etc/vigil/site.toml";

/// Who the log names.
const WHO: &str = "the site file";

/// What the site says; empty where there is no file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SiteFile {
    pub(crate) locked: Said,
    pub(crate) default: Said,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Said {
    /// A FHIR base.
    pub(crate) server: Option<String>,
    /// `Location/ID` each.
    pub(crate) units: Vec<String>,
    /// `Group/ID` or `List/ID` each.
    pub(crate) programmes: Vec<String>,
    /// A proxy that everything goes through.
    pub(crate) proxy: Option<String>,
    /// The file of the site's own authority, PEM.
    pub(crate) ca: Option<PathBuf>,
    /// As `vigil settings` lists them.
    settings: BTreeMap<String, Value>,
}

impl Said {
    /// The units and programmes that it names.
    pub(crate) fn units(&self) -> Result<Units, Failure> {
        Units::typed(&self.units, &self.programmes, false)
    }
}

/// A setting is a text; numbers may stand without quotes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Value {
    Number(i64),
    Text(String),
}

impl Value {
    fn text(&self) -> String {
        match self {
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text.clone(),
        }
    }
}

impl SiteFile {
    /// Reads the file; one that is not there says nothing.
    ///
    /// # Errors
    /// Where it cannot be read, others than administrators could have written it, or it says what there is not. A station does not
    /// go on by guessing what its site wanted.
    pub fn read(path: &Path) -> Result<SiteFile, Failure> {
        let refused = |why: String| {
            Failure::failed(format!("the site file {}: {why}. Nothing was opened", path.display()))
        };
        let text = match std::fs::read_to_string(path) {
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(SiteFile::default()),
            text => text.map_err(|why| refused(why.to_string()))?,
        };
        is_of_administrators(path).map_err(&refused)?;
        SiteFile::parsed(&text).map_err(refused)
    }

    fn parsed(text: &str) -> Result<SiteFile, String> {
        let file: SiteFile = toml::from_str(text).map_err(|why| why.to_string())?;
        for said in [&file.locked, &file.default] {
            let mut site = Site::default();
            for (key, value) in &said.settings {
                site.set(key, &value.text()).map_err(|why| format!("{key}: {why}"))?;
            }
            said.units().map_err(|why| why.message)?;
        }
        Ok(file)
    }

    /// Sets in a cache what the site locks, and what it begins with where nobody has set it.
    ///
    /// # Errors
    /// Of the cache.
    pub(crate) fn apply(&self, vault: &Vault, now: Instant) -> Result<(), VaultError> {
        let of = |said: &Said| -> BTreeMap<String, String> {
            said.settings.iter().map(|(key, value)| (setting_key(key), value.text())).collect()
        };
        let (locked, default) = (of(&self.locked), of(&self.default));
        let names = locked.keys().map(String::as_str).collect::<Vec<_>>().join("\n");
        // A map of texts becomes JSON.
        let suggested = serde_json::to_string(&default).unwrap_or_default();
        for (name, text) in [(SITE_LOCKED, names), (SUGGESTED, suggested)] {
            if vault.read(|reader| reader.setting(name))?.unwrap_or_default() != text {
                vault.set_setting(name, text)?;
            }
        }
        // What a unit had for itself before the site locked it for all of them.
        for (key, _) in vault.read(|reader| reader.site_settings())? {
            let of_all = key.split_once('@').map(|(name, _)| name);
            if of_all.is_some_and(|name| locked.contains_key(name)) && !locked.contains_key(&key) {
                vault.unset_site(key, WHO.into(), now)?;
            }
        }
        let kept = |key: &str| vault.read(|reader| reader.setting(&format!("site:{key}")));
        for (key, value) in locked {
            if kept(&key)?.as_ref() != Some(&value) {
                vault.set_site(key, value, WHO.into(), now)?;
            }
        }
        for (key, value) in default {
            if kept(&key)?.is_none() {
                vault.set_site(key, value, WHO.into(), now)?;
            }
        }
        vault.settle_unit_settings(now)
    }
}

/// A file that anybody could write would say to every station what somebody wants it to.
fn is_of_administrators(path: &Path) -> Result<(), String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let about = std::fs::metadata(path).map_err(|why| why.to_string())?;
        if about.mode() & 0o022 != 0 {
            return Err(format!(
                "others than its owner can write it (mode {:o}); make it its owner's: chmod 644",
                about.mode() & 0o777
            ));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_site_says_is_read_and_what_there_is_not_is_named() {
        let file = SiteFile::parsed(
            "[locked]\nserver = 'https://fhir.example/r4'\nunits = ['Location/7b']\nsettings = { 'alarm.pause' = 90 }\n\
             [default]\nca = '/etc/vigil/ca.pem'\nsettings = { 'alarm.pause@Ward 7B' = '60' }\n",
        );
        assert_eq!(file.unwrap().locked.server.as_deref(), Some("https://fhir.example/r4"));
        for (text, named) in [
            ("[lock]\n", "lock"),
            ("[locked]\nservers = 'x'\n", "servers"),
            ("[locked]\nunits = ['7B']\n", "Location/ID"),
            ("[locked.settings]\n'alarm.silence' = 1\n", "alarm.silence"),
            ("[locked.settings]\n'alarm.pause' = 86400\n", "alarm.pause"),
            ("server = 'x'", "server"),
            ("[locked", "locked"),
        ] {
            let why = SiteFile::parsed(text).unwrap_err();
            assert!(why.contains(named), "{text}: {why}");
        }
    }

    #[test]
    fn what_a_site_locks_for_all_units_no_unit_has_otherwise_and_what_it_suggests_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path(), vault::Key::random().unwrap()).unwrap();
        for unit in ["Ward 7B", "Ward 8A"] {
            vault.set_site(format!("alarm.pause@{unit}"), "30".into(), "IT".into(), Instant(1)).unwrap();
        }
        let file = SiteFile::parsed(
            "[locked.settings]\n'alarm.pause' = 90\n'alarm.pause@ Ward 8A' = 60\n[default.settings]\n'stale.charted' = 300\n",
        );
        file.unwrap().apply(&vault, Instant(2)).unwrap();
        let site = vault.read(|reader| reader.site()).unwrap();
        assert_eq!((site.policy("Ward 7B").pause, site.policy("Ward 8A").pause), (90_000, 60_000));
        let suggested = |key: &str| vault.read(|reader| crate::site_lock::suggested(reader, key)).unwrap();
        assert_eq!((suggested("stale.charted").as_deref(), suggested("alarm.pause")), (Some("300"), None));
        SiteFile::default().apply(&vault, Instant(3)).unwrap();
        assert_eq!(suggested("stale.charted"), None, "a file that says nothing suggests nothing");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_anybody_could_write_is_refused_and_none_says_nothing() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.toml");
        assert_eq!(SiteFile::read(&path).unwrap(), SiteFile::default());
        for (mode, is_read) in [(0o644, true), (0o600, true), (0o664, false), (0o646, false)] {
            std::fs::write(&path, "[default]\nserver = 'https://fhir.example/r4'\n").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let read = SiteFile::read(&path);
            assert_eq!(read.is_ok(), is_read, "{mode:o}: {read:?}");
        }
    }
}
