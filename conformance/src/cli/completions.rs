//! `completions` and `man`: what a shell and a reader of manuals need to know of the command.

use super::{
    Command,
    output::{FileError, on_stdout},
};
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::{
    error::Error,
    fs,
    io::{Write, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        let mut script = Vec::new();
        let mut command = Command::command();
        let name = command.get_name().to_owned();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        on_stdout(stdout().lock().write_all(&script))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Write the manual pages of the command and of its subcommands
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder for the pages
    folder: PathBuf,
}

impl Man {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        let named = |path: &Path, error| FileError::new(path.display().to_string(), error);
        fs::create_dir_all(&self.folder).map_err(|error| named(&self.folder, error))?;
        clap_mangen::generate_to(Command::command(), &self.folder).map_err(|error| named(&self.folder, error))?;
        Ok(ExitCode::SUCCESS)
    }
}
