//! The first caches of a process are opened at the same moment: each opens. Only a new process has a first time, so the test
//! starts itself again and again.
#![allow(clippy::unwrap_used)]

use std::process::Command;
use std::sync::Barrier;

use vault::{Key, Vault};

const CHILD: &str = "VIGIL_TEST_FIRST_OPEN";
const AT_ONCE: usize = 4;
const PROCESSES: usize = 30;

#[test]
fn the_first_caches_of_a_process_open_at_the_same_moment() {
    if std::env::var_os(CHILD).is_some() {
        let folders: Vec<_> = (0..AT_ONCE).map(|_| tempfile::tempdir().unwrap()).collect();
        let together = Barrier::new(AT_ONCE);
        std::thread::scope(|threads| {
            for folder in &folders {
                threads.spawn(|| {
                    let key = Key::random().unwrap();
                    together.wait();
                    Vault::open(folder.path(), key).unwrap();
                });
            }
        });
        return;
    }
    for n in 0..PROCESSES {
        let mut again = Command::new(std::env::current_exe().unwrap());
        let ran = again.env(CHILD, "1").arg("--nocapture").output().unwrap();
        assert!(ran.status.success(), "process {n}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}
