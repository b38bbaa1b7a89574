//! Prints the overview page: `cargo run -p gossipsub-snapshots > snapshots/README.md`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match gossipsub_snapshots::page() {
        Ok(page) => {
            print!("{page}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
