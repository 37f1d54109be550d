//! Where the cache lies when nobody says where.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

/// The folder in which the station looks for its cache; none of these holds one.
fn looks_in(home: &Path, data: Option<&str>) -> String {
    let mut vigil = Command::new(env!("CARGO_BIN_EXE_vigil"));
    vigil.args(["log", "--most", "1"]).env("HOME", home).env_remove("XDG_DATA_HOME");
    vigil.env_remove("DBUS_SESSION_BUS_ADDRESS");
    if let Some(data) = data {
        vigil.env("XDG_DATA_HOME", data);
    }
    let output = vigil.output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    let place = said.split_once("there is no cache in ").and_then(|(_, rest)| rest.split_once(';'));
    place.unwrap_or_else(|| panic!("no folder is named: {said}")).0.to_owned()
}

#[test]
fn a_station_finds_its_cache_where_it_has_always_been() {
    let folder = tempfile::tempdir().unwrap();
    let (home, data) = (folder.path(), folder.path().join("data"));
    let own = home.join(".local/share/vigil");
    assert_eq!(Path::new(&looks_in(home, None)), own);
    assert_eq!(Path::new(&looks_in(home, data.to_str())), data.join("vigil"));
    // Who sets it to a place beside the program, or to nothing, has not said where.
    assert_eq!(Path::new(&looks_in(home, Some("data"))), own);
    assert_eq!(Path::new(&looks_in(home, Some(""))), own);
}
