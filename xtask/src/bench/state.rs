//! One state of the program: this one, or another commit in a work tree of its own below the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::options::Bench;
use crate::tools::{output, program, root, run as go, target_folder};

pub(crate) struct State {
    /// Its sources.
    pub folder: PathBuf,
    /// What is built of it.
    pub target: PathBuf,
}

impl State {
    /// As it stands in this folder.
    pub(crate) fn here() -> Result<State, String> {
        Ok(State { folder: root(), target: target_folder()? })
    }

    /// A commit, in a work tree that is kept for the next time.
    pub(crate) fn of(revision: &str, name: &str) -> Result<State, String> {
        let commit = format!("{revision}^{{commit}}");
        let commit = output("git", &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
            .ok_or_else(|| format!("there is no commit {revision}"))?;
        let kept = target_folder()?.join("beside");
        let state = State { folder: kept.join(name), target: kept.join(format!("{name}-target")) };
        fs::create_dir_all(&kept).map_err(|e| format!("{}: {e}", kept.display()))?;
        if state.folder.join(".git").exists() {
            go(state.run("git").args(["checkout", "--quiet", "--force", "--detach", &commit]))?;
        } else {
            let mut tree = program("git", &["worktree", "add", "--quiet", "--force", "--detach"]);
            go(tree.arg(&state.folder).arg(&commit))?;
        }
        state.lend_recordings(&kept);
        Ok(state)
    }

    /// Recordings of real people lie beside the project, where there are any; both states measure the same ones.
    fn lend_recordings(&self, kept: &Path) {
        let (recordings, link) = (root().join("../shared"), kept.join("shared"));
        #[cfg(unix)]
        if recordings.exists() && !link.exists() {
            let _ = std::os::unix::fs::symlink(recordings, link);
        }
        #[cfg(not(unix))]
        let _ = (recordings, link);
    }

    /// A program that runs in its sources.
    pub(crate) fn run(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.current_dir(&self.folder);
        command
    }

    /// Cargo on it; both states have the compiler of this one.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.run(&std::env::var("CARGO").unwrap_or("cargo".into()));
        command.args(arguments).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    fn npm(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
        command.args(arguments).current_dir(self.folder.join("ui"));
        command
    }

    /// The page, which the program carries in it.
    pub(crate) fn build_page(&self) -> Result<(), String> {
        go(&mut self.npm(&["ci", "--no-audit", "--no-fund"]))?;
        go(&mut self.npm(&["run", "build"]))
    }

    /// The program and its bench.
    pub(crate) fn build(&self, bench: Bench) -> Result<(), String> {
        if bench.has_window() {
            go(&mut self.cargo(&["build", "--release", "--features", "custom-protocol"]))?;
        }
        go(self.cargo(&["bench"]).args(which(bench)).arg("--no-run"))
    }

    /// One run of a bench that is built.
    pub(crate) fn bench(&self, bench: Bench) -> Result<Command, String> {
        let mut run = self.cargo(&["bench"]);
        run.args(which(bench)).arg("--");
        if bench.has_window() {
            let name = format!("vigil{}", std::env::consts::EXE_SUFFIX);
            run.env("VIGIL_BINARY", self.target.join("release").join(name));
        }
        if bench == Bench::Charts {
            // A peer whose work is its script gets the compiler that our page does without; in the run both have it.
            run.env("JSC_useJIT", "1");
        }
        Ok(run)
    }
}

fn which(bench: Bench) -> Vec<&'static str> {
    match bench {
        Bench::Store => vec!["-p", "sync", "--bench", bench.name()],
        Bench::Figures | Bench::Charts => vec!["--features", "custom-protocol", "--bench", bench.name()],
    }
}
