//! Traces in files, compressed as the last extension says: `.zst`, `.gz`, or anything else for plain text.

use super::{LineErrorKind, Step, TraceError, TraceReader, TraceWriter, line::read_line};
use crate::engine::Family;
use flate2::{bufread::MultiGzDecoder, write::GzEncoder};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

const BUFFER: usize = 64 << 10;

#[derive(Clone, Copy)]
enum Compression {
    None,
    Zstd,
    Gzip,
}

impl Compression {
    fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("zst") => Self::Zstd,
            Some("gz") => Self::Gzip,
            _ => Self::None,
        }
    }
}

/// Opens the trace in a file, and reads its header.
///
/// # Errors
/// If the file cannot be read, and if its first line is not a header.
pub fn open<F: Family>(path: impl AsRef<Path>) -> Result<TraceReader<F, Box<dyn BufRead + Send>>, TraceError> {
    open_through(path, |file| file)
}

/// As [`open`], with every byte of the file read through what `through` makes of it: something that counts them, say.
///
/// # Errors
/// As there.
pub fn open_through<F: Family, R: Read + Send + 'static>(
    path: impl AsRef<Path>,
    through: impl FnOnce(File) -> R,
) -> Result<TraceReader<F, Box<dyn BufRead + Send>>, TraceError> {
    let path = path.as_ref();
    open_named(path, &path.display().to_string(), through)
}

/// As [`open_through`], with a name for the trace in errors.
///
/// # Errors
/// As there.
pub fn open_named<F: Family, R: Read + Send + 'static>(
    path: &Path,
    name: &str,
    through: impl FnOnce(File) -> R,
) -> Result<TraceReader<F, Box<dyn BufRead + Send>>, TraceError> {
    let reader = File::open(path)
        .and_then(|file| decompressed(through(file), Compression::of(path)))
        .map_err(|error| whole_file(Path::new(name), error))?;
    TraceReader::new(name, reader)
}

/// The `format` that the first line of a file names, if it is the header of a trace of any family.
#[must_use]
pub fn format_of(path: impl AsRef<Path>) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Mark {
        format: String,
    }

    let path = path.as_ref();
    let mut reader = File::open(path).and_then(|file| decompressed(file, Compression::of(path))).ok()?;
    let mut line = Vec::new();
    let line = read_line(&mut reader, &mut line).ok()??;
    serde_json::from_str(line).ok().map(|Mark { format }| format)
}

fn decompressed(file: impl Read + Send + 'static, compression: Compression) -> io::Result<Box<dyn BufRead + Send>> {
    let file = BufReader::with_capacity(BUFFER, file);
    Ok(match compression {
        Compression::None => Box::new(file),
        Compression::Zstd => Box::new(BufReader::with_capacity(BUFFER, zstd::Decoder::with_buffer(file)?)),
        Compression::Gzip => Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file))),
    })
}

/// Starts a trace in a file that will appear, or be replaced, when the trace is finished. A link stays, and its target is
/// replaced. Devices and pipes are written at once.
///
/// # Errors
/// If a file cannot be made beside it, and if the limits break a rule.
pub fn create<F: Family>(path: impl Into<PathBuf>, header: &F::Header) -> Result<TraceFile<F>, TraceError> {
    let path = path.into();
    let name = path.display().to_string();
    let (file, path) = target(path).map_err(|(path, error)| whole_file(&path, error))?;
    let file = compressed(file, Path::new(&name)).map_err(|error| whole_file(&path, error))?;
    let writer = TraceWriter::new(name, file, header)?;
    Ok(TraceFile { path, writer })
}

/// The file to write, and where it will be in the end.
fn target(path: PathBuf) -> Result<(Target, PathBuf), (PathBuf, io::Error)> {
    let path = match std::fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => return Err((path, io::ErrorKind::IsADirectory.into())),
        Ok(metadata) if !metadata.is_file() => {
            return match File::options().write(true).open(&path) {
                Ok(file) => Ok((Target::AtOnce(file), path)),
                Err(error) => Err((path, error)),
            };
        }
        Ok(_) => std::fs::canonicalize(&path).unwrap_or(path),
        // A link to a file that is not there yet.
        Err(_) => match std::fs::read_link(&path) {
            Ok(link) => path.parent().unwrap_or(Path::new("")).join(link),
            Err(_) => path,
        },
    };
    match temporary_beside(&path) {
        Ok(file) => Ok((Target::AtEnd(file), path)),
        Err(error) => Err((path, error)),
    }
}

/// What a trace is written to.
enum Target {
    /// A file that takes its place at the end.
    AtEnd(NamedTempFile),
    /// A device or a pipe.
    AtOnce(File),
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::AtEnd(file) => file.write(bytes),
            Self::AtOnce(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::AtEnd(file) => file.flush(),
            Self::AtOnce(file) => file.flush(),
        }
    }
}

fn compressed(file: Target, path: &Path) -> io::Result<Compressor> {
    Ok(match Compression::of(path) {
        Compression::None => Compressor::None(BufWriter::with_capacity(BUFFER, file)),
        Compression::Zstd => {
            let mut encoder = zstd::Encoder::new(file, zstd::DEFAULT_COMPRESSION_LEVEL)?;
            encoder.include_checksum(true)?;
            Compressor::Zstd(encoder)
        }
        Compression::Gzip => Compressor::Gzip(GzEncoder::new(file, flate2::Compression::default())),
    })
}

fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // A temporary file is its owner's alone by default; a trace is to be read like any other file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// A trace on its way into a file. Dropped unfinished, it leaves nothing behind.
pub struct TraceFile<F> {
    path: PathBuf,
    writer: TraceWriter<F, Compressor>,
}

impl<F: Family> TraceFile<F> {
    /// Writes a step: see [`TraceWriter::step`].
    ///
    /// # Errors
    /// As there.
    pub fn step(&mut self, step: &Step<F>) -> Result<(), TraceError> {
        self.writer.step(step)
    }

    /// Writes what is left, and puts the file in its place.
    ///
    /// # Errors
    /// If either fails: the place then holds what it held before.
    pub fn finish(self) -> Result<(), TraceError> {
        let Self { path, writer } = self;
        match writer.finish()?.finish().map_err(|error| whole_file(&path, error))? {
            Target::AtEnd(file) => file.persist(&path).map(drop).map_err(|error| whole_file(&path, error.error)),
            Target::AtOnce(_) => Ok(()),
        }
    }
}

enum Compressor {
    None(BufWriter<Target>),
    Zstd(zstd::Encoder<'static, Target>),
    Gzip(GzEncoder<Target>),
}

impl Compressor {
    fn finish(self) -> io::Result<Target> {
        match self {
            Self::None(writer) => writer.into_inner().map_err(io::IntoInnerError::into_error),
            Self::Zstd(encoder) => encoder.finish(),
            Self::Gzip(encoder) => encoder.finish(),
        }
    }

    fn inner(&mut self) -> &mut dyn Write {
        match self {
            Self::None(writer) => writer,
            Self::Zstd(encoder) => encoder,
            Self::Gzip(encoder) => encoder,
        }
    }
}

impl Write for Compressor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}

fn whole_file(path: &Path, error: io::Error) -> TraceError {
    TraceError { name: path.display().to_string(), line: None, field: None, kind: LineErrorKind::Io(error) }
}
