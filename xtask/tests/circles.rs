//! A circle that somebody writes is found, whatever it hides behind, and what is none is not called one.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use xtask::house::{circles, read_crate, read_house, wrong_arrows};

/// The circles of a crate of these files, as `folder: modules`.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let source = read_crate(&folder.path().join("lib.rs")).unwrap();
    assert_eq!(source.files.len(), files.len());
    circles(&source)
        .iter()
        .map(|circle| format!("{}: {}", circle.within.join("::"), circle.modules.join(" ")))
        .collect()
}

const BOTH: &str = "mod a;\nmod b;\n";

#[test]
fn two_modules_that_use_each_other_are_a_circle() {
    let b = ("b.rs", "pub struct B(pub Option<Box<crate::a::A>>);");
    assert_eq!(found(&[("lib.rs", BOTH), ("a.rs", "use crate::b::B; pub struct A(B);"), b]), [": a b"]);
    assert_eq!(found(&[("lib.rs", BOTH), ("a.rs", "pub struct A(super::b::B);"), b]), [": a b"]);
    let local = "pub struct A; fn f() { use crate::b; let _ = b::B(None); }";
    assert_eq!(found(&[("lib.rs", BOTH), ("a.rs", local), b]), [": a b"]);
    assert_eq!(found(&[("lib.rs", BOTH), ("a.rs", "use super::b::*; pub struct A(B);"), b]), [": a b"]);
}

#[test]
fn a_circle_in_the_argument_of_a_macro_or_behind_a_name_of_the_root_is_found() {
    let root = "mod a;\nmod b;\npub use a::A;\n";
    let a = "use crate::b::B; pub struct A; fn f() -> B { B }";
    assert_eq!(
        found(&[("lib.rs", root), ("a.rs", a), ("b.rs", "pub struct B; fn f() { let _ = vec![crate::A]; }")]),
        [": a b"]
    );
    let glob = "mod a;\nmod b;\npub use a::*;\n";
    assert_eq!(
        found(&[("lib.rs", glob), ("a.rs", a), ("b.rs", "use crate::A as Other; pub struct B;")]),
        [": a b"]
    );
    let rules = "#[macro_export] macro_rules! say { () => { $crate::b::B } } fn f() {}";
    assert_eq!(
        found(&[("lib.rs", BOTH), ("a.rs", rules), ("b.rs", "pub struct B; fn f() { crate::say!(); }")]),
        [": a b"]
    );
}

#[test]
fn a_circle_over_a_third_is_found_and_names_all_three() {
    assert_eq!(
        found(&[
            ("lib.rs", "mod a; mod b; mod c; mod d;"),
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "use crate::c::C; pub struct B;"),
            ("c.rs", "use crate::a; pub struct C;"),
            ("d.rs", "use crate::{a, b::B};"),
        ]),
        [": a b c"]
    );
}

#[test]
fn a_folder_is_one_of_its_neighbours_and_its_files_are_looked_at_among_themselves() {
    let outside = [
        ("lib.rs", "mod f; mod g;"),
        ("f/mod.rs", "mod x; mod y; pub use x::X;"),
        ("f/x.rs", "pub struct X;"),
        ("f/y.rs", "use crate::g::G; fn f(_: super::X) {}"),
        ("g.rs", "use crate::f::X; pub struct G;"),
    ];
    assert_eq!(found(&outside), [": f g"]);
    let inside = [
        ("lib.rs", "mod f;"),
        ("f.rs", "mod x; mod y;"),
        ("f/x.rs", "use super::y::Y; pub struct X;"),
        ("f/y.rs", "pub struct Y; fn f() -> crate::f::x::X { crate::f::x::X }"),
    ];
    assert_eq!(found(&inside), ["f: x y"]);
    let own = [
        ("lib.rs", "mod f;"),
        ("f/mod.rs", "mod x; pub struct Own; fn f() { x::f() }"),
        ("f/x.rs", "use super::Own; pub fn f() {}"),
    ];
    assert_eq!(found(&own), ["f: mod.rs x"]);
}

#[test]
fn words_in_comments_strings_and_tests_are_no_arrows() {
    let b = "// crate::a::A\n/// [`crate::a::A`]\npub struct B; const S: &str = \"crate::a::A\";\n\
             #[cfg(test)] mod tests { use crate::a::A; }\n#[cfg(test)] use crate::a::A;\n#[test] fn t() { crate::a::f() }";
    let a = "use crate::b::B; pub struct A(B);";
    assert_eq!(found(&[("lib.rs", BOTH), ("a.rs", a), ("b.rs", b)]), [""; 0]);
    // Its own names, another crate of the same name behind a field, and names that a folder hands on from its files.
    let own = "pub struct B { pub a: u8 } impl B { fn f(&self) -> u8 { self.a::<u8>(); Self::g(); crate::b::g() } }";
    assert_eq!(found(&[("lib.rs", BOTH), ("a.rs", a), ("b.rs", own)]), [""; 0]);
    let in_one_file = "pub struct A; mod linux { use super::A; pub fn f(_: A) {} } fn f() { linux::f(A) }";
    assert_eq!(found(&[("lib.rs", "mod a;"), ("a.rs", in_one_file)]), [""; 0]);
    let handed_on = [
        ("lib.rs", "pub mod f; pub use f::{X, Y};"),
        ("f/mod.rs", "mod x; mod y; pub use x::X; pub use y::Y;"),
        ("f/x.rs", "pub struct X;"),
        ("f/y.rs", "use crate::X; use super::X as Again; pub struct Y;"),
    ];
    assert_eq!(found(&handed_on), [""; 0]);
}

#[test]
fn a_room_that_uses_one_below_it_or_beside_it_is_named() {
    let package = |name: &str, uses: &str| {
        format!(
            r#"{{"name":"{name}","targets":[],"dependencies":[{{"name":"{uses}","kind":null}},{{"name":"sync","kind":"dev"}}]}}"#
        )
    };
    let house = |packages: &[String]| format!(r#"{{"packages":[{}]}}"#, packages.join(","));
    let bad = house(&[package("vault", "charts"), package("charts", "console"), package("console", "vault")]);
    let bad = read_house(&bad).unwrap();
    assert_eq!(wrong_arrows(&bad), ["charts must not use console", "vault must not use charts"]);
    let Err(why) = read_house(&house(&[package("attic", "vault")])) else {
        panic!("a package that is no room")
    };
    assert!(why.contains("attic is no room"), "{why}");
}
