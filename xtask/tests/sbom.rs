//! Whoever asks what is in the program is told all of it, in a form that other tools read.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use xtask::sbom::{HOSPITAL, Sources, bom};

/// A list of which the answer is known: a room, a crate that it is linked from, one that only the compiler runs, one of the tests.
fn small() -> Sources {
    let of =
        |name: &str, kind: Value| json!({ "pkg": format!("id {name}"), "dep_kinds": [{ "kind": kind }] });
    let crates = [
        ("vigil", Value::Null),
        ("room", Value::Null),
        ("serde", json!("registry")),
        ("proptest", json!("registry")),
    ];
    let packages: Vec<Value> = crates
        .iter()
        .map(|(name, source)| {
            json!({ "id": format!("id {name}"), "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0", "source": source })
        })
        .collect();
    let nodes = json!([
        { "id": "id vigil", "deps": [of("room", Value::Null), of("proptest", json!("dev"))] },
        { "id": "id room", "deps": [of("serde", Value::Null)] },
        { "id": "id serde", "deps": [] },
        { "id": "id proptest", "deps": [of("serde", Value::Null)] },
    ]);
    let npm_lock = json!({ "packages": {
        "": { "dependencies": { "@a/page": "^1" }, "devDependencies": { "built-with": "^1" } },
        "node_modules/@a/page": { "version": "1.2.3", "license": "MIT", "integrity": "sha512-AAEC/w==", "dependencies": { "b": "^2" } },
        "node_modules/@a/page/node_modules/b": { "version": "2.0.0", "peerDependencies": { "built-with": "^1", "c": "^1" } },
        "node_modules/b": { "version": "1.0.0", "dev": true },
        "node_modules/c": { "version": "1.0.0" },
        "node_modules/built-with": { "version": "1.0.0", "dev": true },
    }});
    Sources {
        tree: "vigil v1.0.0 (/somewhere)\nroom v1.0.0 (/somewhere/room)\nserde v1.0.0\nserde v1.0.0 (*)\n"
            .into(),
        metadata: json!({ "packages": packages, "resolve": { "nodes": nodes } }).to_string(),
        cargo_lock: format!(
            "[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\nchecksum = \"{}\"\n",
            "a0".repeat(32)
        ),
        npm_lock: npm_lock.to_string(),
        target: "x".into(),
        features: "y".into(),
    }
}

#[test]
fn what_ships_is_listed_with_its_licence_and_digest_and_what_only_builds_or_tests_is_not() {
    let list = bom(&small()).unwrap();
    let names: Vec<&str> =
        list["components"].as_array().unwrap().iter().map(|c| c["bom-ref"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "vigil:room",
            "pkg:cargo/serde@1.0.0",
            "pkg:npm/%40a/page@1.2.3",
            "pkg:npm/b@2.0.0",
            "pkg:npm/c@1.0.0"
        ]
    );
    let one = |at: usize| &list["components"][at];
    assert_eq!(one(1)["licenses"], json!([{ "expression": "MIT OR Apache-2.0" }]));
    assert_eq!(one(1)["hashes"], json!([{ "alg": "SHA-256", "content": "a0".repeat(32) }]));
    assert_eq!(one(2)["hashes"], json!([{ "alg": "SHA-512", "content": "000102ff" }]));
    assert!(one(0).get("purl").is_none(), "somebody else's crate may bear the name of a room");
    assert!(one(3).get("licenses").is_none(), "no licence is guessed");
    let used = |by: &str| {
        let all = list["dependencies"].as_array().unwrap();
        all.iter().find(|d| d["ref"] == by).unwrap()["dependsOn"].clone()
    };
    assert_eq!(list["metadata"]["component"]["bom-ref"], "vigil:vigil");
    assert_eq!(used("vigil:vigil"), json!(["pkg:npm/%40a/page@1.2.3", "vigil:room"]));
    assert_eq!(used("pkg:npm/%40a/page@1.2.3"), json!(["pkg:npm/b@2.0.0"]));
    assert_eq!(used("pkg:npm/b@2.0.0"), json!(["pkg:npm/c@1.0.0"]));
    // A crate that is linked and unknown is a list that is not whole.
    let mut torn = small();
    torn.tree.push_str("other v2.0.0\n");
    assert!(bom(&torn).is_err());
}

/// What the schema of CycloneDX 1.6 asks for: required fields, no others than it knows, references that lead somewhere.
fn check(list: &Value) {
    let fields = |of: &Value, required: &[&str], allowed: &[&str]| {
        let held: BTreeSet<&str> = of.as_object().unwrap().keys().map(String::as_str).collect();
        assert!(required.iter().all(|name| held.contains(name)), "{required:?} are required: {of}");
        assert!(
            held.iter().all(|name| required.contains(name) || allowed.contains(name)),
            "an unknown field: {of}"
        );
    };
    fields(list, &["bomFormat", "specVersion"], &["version", "metadata", "components", "dependencies"]);
    assert_eq!((&list["bomFormat"], &list["specVersion"]), (&json!("CycloneDX"), &json!("1.6")));
    assert!(list["version"].as_u64().unwrap() >= 1);
    fields(&list["metadata"], &[], &["tools", "component", "properties"]);
    let mut refs = BTreeSet::new();
    for component in list["components"].as_array().unwrap().iter().chain([&list["metadata"]["component"]]) {
        fields(component, &["type", "name"], &["bom-ref", "version", "scope", "licenses", "hashes", "purl"]);
        assert!(["library", "application"].contains(&component["type"].as_str().unwrap()));
        let bom_ref = component["bom-ref"].as_str().unwrap();
        assert!(refs.insert(bom_ref), "{bom_ref} stands twice");
        for licence in component["licenses"].as_array().into_iter().flatten() {
            fields(licence, &["expression"], &[]);
            assert!(!licence["expression"].as_str().unwrap().contains('/'), "no SPDX expression: {licence}");
        }
        for hash in component["hashes"].as_array().into_iter().flatten() {
            fields(hash, &["alg", "content"], &[]);
            let digits = match hash["alg"].as_str().unwrap() {
                "SHA-256" => 64,
                "SHA-512" => 128,
                other => panic!("{other}"),
            };
            let content = hash["content"].as_str().unwrap();
            assert!(content.len() == digits && content.bytes().all(|c| c.is_ascii_hexdigit()), "{component}");
        }
    }
    for dependency in list["dependencies"].as_array().unwrap() {
        fields(dependency, &["ref"], &["dependsOn"]);
        let ends = dependency["dependsOn"].as_array().unwrap().iter().chain([&dependency["ref"]]);
        ends.for_each(|end| assert!(refs.contains(end.as_str().unwrap()), "{end} leads nowhere"));
    }
}

#[test]
fn the_list_of_this_program_is_whole_and_as_the_schema_asks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let list = bom(&Sources::read(root, HOSPITAL, None).unwrap()).unwrap();
    check(&list);
    let components = list["components"].as_array().unwrap();
    let named = |name: &str| components.iter().find(|c| c["name"] == name);
    for wanted in [
        "rusqlite",
        "libsqlite3-sys",
        "reqwest",
        "rustls",
        "tauri",
        "clinical",
        "vault",
        "svelte",
        "@tauri-apps/api",
    ] {
        assert!(named(wanted).is_some(), "{wanted} ships and is not in the list");
    }
    for unwanted in ["ward-sim", "proptest", "fantoccini", "serde_derive", "vitest", "vite", "eslint"] {
        assert!(named(unwanted).is_none(), "{unwanted} does not ship and is in the list");
    }
    for component in components {
        let (name, own) = (&component["name"], component.get("purl").is_none());
        assert!(own || component.get("hashes").is_some(), "{name} has no digest");
    }
    // Nothing in it but says how it came there.
    let reached: BTreeSet<&str> = list["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|d| d["dependsOn"].as_array().unwrap())
        .map(|end| end.as_str().unwrap())
        .collect();
    let lost: Vec<&Value> =
        components.iter().map(|c| &c["bom-ref"]).filter(|r| !reached.contains(r.as_str().unwrap())).collect();
    assert!(lost.is_empty(), "nobody uses {lost:?}");
}
