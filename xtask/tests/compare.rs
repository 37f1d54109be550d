//! A change that makes something slower is marked, whichever way round its unit counts; noise is not.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use xtask::compare::{Figure, figures, table};

fn run(values: &[(&str, f64, &str)]) -> Vec<Figure> {
    values
        .iter()
        .map(|(what, value, unit)| Figure { what: (*what).into(), value: *value, unit: (*unit).into() })
        .collect()
}

#[test]
fn what_got_slower_is_marked_and_what_got_faster_is_not() {
    let before = run(&[("start", 100.0, "ms"), ("sync", 1000.0, "resources/s"), ("memory", 200.0, "MiB")]);
    let now = run(&[("start", 106.0, "ms"), ("sync", 1300.0, "resources/s"), ("memory", 204.0, "MiB")]);
    let (text, worse) = table(&[(before.clone(), now.clone())]);
    assert_eq!(worse, 1, "{text}");
    let line = |what: &str| text.lines().find(|line| line.starts_with(what)).unwrap();
    assert!(line("start").ends_with("WORSE"), "{text}");
    assert!(line("sync").ends_with("1.30x  better"), "{text}");
    assert!(line("memory").ends_with("1.02x"), "{text}");
    let (text, worse) = table(&[(now, before)]);
    assert_eq!(worse, 1, "{text}");
    assert!(text.lines().any(|line| line.starts_with("sync") && line.ends_with("WORSE")), "{text}");
}

#[test]
fn one_slow_round_of_three_says_nothing() {
    let of = |value| run(&[("start", value, "ms")]);
    let rounds = [(of(100.0), of(101.0)), (of(50.0), of(50.0)), (of(100.0), of(190.0))];
    assert_eq!(table(&rounds).1, 0);
}

#[test]
fn figures_that_only_one_state_has_are_listed() {
    let (text, worse) = table(&[(run(&[("old", 1.0, "ms")]), run(&[("new", 9.0, "ms")]))]);
    assert_eq!(worse, 0);
    assert!(text.contains("only before: old [ms]") && text.contains("only now: new [ms]"), "{text}");
}

#[test]
fn what_a_bench_wrote_is_read() {
    let written = r#"[{"what":"  of which the database","value":2.5,"unit":"ms","at_most":null},{"what":"x","value":null,"unit":"ms"}]"#;
    assert_eq!(figures(written).unwrap(), run(&[("of which the database", 2.5, "ms")]));
    assert!(figures("{}").is_err());
}
