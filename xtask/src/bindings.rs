//! `cargo xtask bindings`: the page's side of the commands, written anew.

use crate::tools::{cargo, program, run as go};

pub(crate) fn write() -> Result<(), String> {
    let mut test = cargo(&["test", "--quiet", "--test", "house", "the_page_is_built"]);
    go(test.env("VIGIL_WRITE_BINDINGS", "1"))?;
    go(&mut program("git", &["--no-pager", "diff", "--stat", "--", "ui/src/backend/bindings.ts"]))
}
