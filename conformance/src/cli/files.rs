//! Files and folders that a command writes at its end, checked at its beginning.

use super::output::FileError;
use std::{
    fs::{self, OpenOptions},
    io,
    path::Path,
};

/// Checks that a file can be written. Nothing is changed.
pub(crate) fn check_file(path: &Path) -> Result<(), FileError> {
    let named = |error| FileError::new(path.display().to_string(), error);
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(named(io::ErrorKind::IsADirectory.into())),
        Ok(metadata) if metadata.is_file() => OpenOptions::new().append(true).open(path).map(drop).map_err(named),
        // A device or a pipe: opening it may wait for the other side.
        Ok(_) => Ok(()),
        Err(_) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            tempfile::tempfile_in(folder).map(drop).map_err(named)
        }
    }
}

/// Checks that files can be made in a folder, which need not be there yet.
pub(crate) fn check_folder(path: &Path) -> Result<(), FileError> {
    let named = |error| FileError::new(path.display().to_string(), error);
    let is_new = !path.exists();
    fs::create_dir_all(path).map_err(named)?;
    tempfile::Builder::new().tempfile_in(path).map(drop).map_err(named)?;
    if is_new {
        // It is made when there is something to save.
        let _ = fs::remove_dir(path);
    }
    Ok(())
}

/// Writes a file, also through links, devices and pipes.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), FileError> {
    fs::write(path, text).map_err(|error| FileError::new(path.display().to_string(), error))
}
