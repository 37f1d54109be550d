//! `vigil`: the window, and the command line for IT staff and downtime.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    vigil_app::main()
}
