//! Who has the machine. Journeys run beside each other; a test that fills the machine, or looks at how something is painted, has it
//! for itself.

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

static MACHINE: RwLock<()> = RwLock::const_new(());

/// As many at once as the test runner has threads.
pub(crate) async fn beside_others() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().await
}

/// Nothing else runs until the guard is gone.
pub(crate) async fn alone() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().await
}

#[test]
fn every_test_of_a_window_waits_for_its_turn() {
    let mut tests = 0;
    for entry in std::fs::read_dir("tests/window").unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("turn.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for body in source.split("#[tokio::test(flavor").skip(1) {
            tests += 1;
            let first = body.lines().nth(2).unwrap_or_default().trim();
            assert!(first.starts_with("let _turn = turn::"), "{}: {first}", path.display());
        }
    }
    assert!(tests > 25, "{tests}");
}
