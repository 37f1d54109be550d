//! What SECURITY.md and docs/controls.md promise is held by the tests that they name, and those exist.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Their tables have an id in the first column and tests in the last.
const DOCUMENTS: [&str; 2] = ["SECURITY.md", "docs/controls.md"];

/// What stands where there is no test.
const UNTESTED: &str = "not tested";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file below a folder that ends so; what others wrote and what was built is left out.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let is_built = ["target", "node_modules", "dist"].iter().any(|name| path.ends_with(name));
            found.extend(if is_built { Vec::new() } else { files(&path, ending) });
        } else if path.to_str().unwrap().ends_with(ending) {
            found.push(path);
        }
    }
    found
}

/// The names of the tests in a Rust source: the function that follows `#[test]` or `#[tokio::test]`, whatever stands between.
fn tests_of(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some(rest) = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn ")) {
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.extend(std::mem::take(&mut is_test).then_some(name));
        }
    }
    found
}

struct Tests {
    /// By name.
    rust: BTreeSet<String>,
    /// The text of each `File.test.ts`.
    page: BTreeMap<String, String>,
}

fn all_tests() -> Tests {
    let mut rust = BTreeSet::new();
    for room in ["crates", "src-tauri", "tests", "xtask"] {
        for file in files(&root().join(room), ".rs") {
            rust.extend(tests_of(&std::fs::read_to_string(file).unwrap()));
        }
    }
    let page = files(&root().join("ui/src"), ".test.ts").into_iter().map(|file| {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(file).unwrap())
    });
    Tests { rust, page: page.collect() }
}

impl Tests {
    /// `a_name_of_a_test`, or `File.test.ts: its title`.
    fn has(&self, named: &str) -> bool {
        match named.split_once(".test.ts: ") {
            Some((file, title)) => {
                let text = self.page.get(&format!("{file}.test.ts"));
                text.is_some_and(|text| text.contains(&format!("('{title}',")))
            }
            None => self.rust.contains(named),
        }
    }
}

/// A letter and a number: `T12`, `C07`.
fn is_id(word: &str) -> bool {
    let number = word.strip_prefix(|c: char| c.is_ascii_uppercase());
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|c| c.is_ascii_digit()))
}

/// The cells of a row that bears an id.
fn cells(line: &str) -> Option<Vec<&str>> {
    let row = line.strip_prefix("| ")?.strip_suffix(" |")?;
    let cells: Vec<&str> = row.split(" | ").map(str::trim).collect();
    is_id(cells[0]).then_some(cells)
}

/// What stands in code marks.
fn marked(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn ids(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| is_id(word) && word.starts_with(['T', 'C']))
}

/// What is wrong with a document: a row ends with tests that are there, or says that there is none and stands under `Open`.
fn wrong(text: &str, tests: &Tests) -> Vec<String> {
    let (rows, open) = text.split_once("\n## Open").unwrap_or((text, ""));
    let mut wrong = Vec::new();
    let mut known = BTreeSet::new();
    for cells in rows.lines().filter_map(cells) {
        let (id, proof) = (cells[0], *cells.last().unwrap());
        if !known.insert(id) {
            wrong.push(format!("{id} stands twice"));
        }
        let gone = marked(proof).filter(|named| !tests.has(named));
        wrong.extend(gone.map(|named| format!("{id}: there is no test {named}")));
        let is_untested = proof.contains(UNTESTED);
        if marked(proof).next().is_none() && !is_untested {
            wrong.push(format!("{id}: no test, and it does not say so"));
        }
        if is_untested && !ids(open).any(|named| named == id) {
            wrong.push(format!("{id}: {UNTESTED}, and not under Open"));
        }
    }
    let unknown = ids(open).filter(|id| !known.contains(id));
    wrong.extend(unknown.map(|id| format!("Open names {id}, which is no row")));
    wrong
}

fn read(document: &str) -> String {
    std::fs::read_to_string(root().join(document)).unwrap()
}

#[test]
fn every_threat_and_every_control_names_a_test_that_exists_or_says_that_there_is_none() {
    let tests = all_tests();
    assert!(tests.rust.len() > 500 && tests.page.len() > 30, "is this test looking?");
    for document in DOCUMENTS {
        let text = read(document);
        assert!(text.lines().filter_map(cells).count() >= 30, "{document} has too few rows");
        let wrong = wrong(&text, &tests);
        assert!(wrong.is_empty(), "{document}:\n{}", wrong.join("\n"));
    }
}

#[test]
fn every_file_that_a_threat_or_a_control_names_exists() {
    let tops = ["crates/", "src-tauri/", "ui/", "tests/", "xtask/", "docs/", "packaging/", ".github/"];
    for document in DOCUMENTS {
        let text = read(document);
        let files =
            marked(&text).filter(|word| !word.contains(' ') && tops.iter().any(|top| word.starts_with(top)));
        let gone: Vec<&str> = files.filter(|file| !root().join(file).exists()).collect();
        assert!(gone.is_empty(), "{document} names {gone:?}");
    }
    for row in read("docs/controls.md").lines().filter_map(cells) {
        assert!(row.len() == 4 && row[2].contains('`'), "{} says not where it stands in the code", row[0]);
    }
}

#[test]
fn a_promise_without_its_test_is_found() {
    let source = "#[test]\n#[cfg(unix)]\nfn it_holds() {}\nfn no_test() {}\n#[tokio::test(x)]\nasync fn so_does_it() {}";
    let tests = Tests {
        rust: tests_of(source).into_iter().collect(),
        page: [("A.test.ts".to_owned(), "it('says so', () => {})".to_owned())].into(),
    };
    let of = |rows: &str| wrong(&format!("| id | what | where | test |\n|---|---|---|---|\n{rows}"), &tests);
    assert_eq!(
        of("| C01 | a | b | `it_holds`, `so_does_it` |\n| C02 | a | b | `A.test.ts: says so` |\n"),
        [""; 0]
    );
    assert_eq!(of("| C01 | a | b | `no_test` |\n"), ["C01: there is no test no_test"]);
    assert_eq!(of("| C01 | a | b | `A.test.ts: says` |\n"), ["C01: there is no test A.test.ts: says"]);
    assert_eq!(of("| C01 | a | b | `it_holds` |\n| C01 | a | b | `it_holds` |\n"), ["C01 stands twice"]);
    assert_eq!(of("| C01 | a | b | later |\n"), ["C01: no test, and it does not say so"]);
    assert_eq!(of("| C01 | a | b | not tested |\n"), ["C01: not tested, and not under Open"]);
    assert_eq!(of("| C01 | a | b | not tested |\n\n## Open\n\n- C01: nothing holds it.\n"), [""; 0]);
    let unknown = of("| C01 | a | b | `it_holds` |\n\n## Open\n\n- C02: what?\n");
    assert_eq!(unknown, ["Open names C02, which is no row"]);
}
