//! Plants the faults of `faults.toml` in a copy of the reference model.
//!
//! Each fault replaces one expression. The copy has every fault, and decides at run time which one is planted:
//! `crate::plant! { 3 { planted } else { original } }`.

use serde::Deserialize;
use std::{env, error::Error, fmt::Write as _, fs, ops::Range, path::Path};

const MODEL: &str = "../../../reference-model/src";

/// Modules that the copy shares with the model, so that both have the same vocabulary.
const SHARED: [&str; 4] = ["dialect", "faults", "rules", "vocabulary"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    fault: Vec<Fault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    name: String,
    sentence: String,
    file: String,
    /// Code around the expression, if the expression stands in the file more than once.
    within: Option<String>,
    code: String,
    planted: String,
    by_hand: usize,
}

/// A fault in a file.
struct Edit {
    place: Range<usize>,
    fault: usize,
    planted: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=faults.toml");
    println!("cargo::rerun-if-changed={MODEL}/libp2p.rs");
    println!("cargo::rerun-if-changed={MODEL}/libp2p");
    let faults: Faults = toml::from_str(&fs::read_to_string("faults.toml")?)?;
    let folder = env::var("OUT_DIR")?;
    let folder = Path::new(&folder);

    let mut root = String::new();
    let mut files = Vec::new();
    // A module that is there for tests only stands below its attribute.
    let mut for_tests = false;
    for line in fs::read_to_string(format!("{MODEL}/libp2p.rs"))?.lines() {
        let module = line.trim_start_matches("pub ").strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'));
        match module {
            Some(_) if for_tests => {}
            Some(module) if SHARED.contains(&module) => {
                writeln!(root, "use gossipsub_reference_model::libp2p{};", shared(module))?;
            }
            Some(module) => {
                let path = folder.join(module).join("mod.rs");
                let shown =
                    path.to_str().ok_or("the output folder of the build is expected to have a name in UTF-8")?;
                writeln!(root, "#[path = {shown:?}]\nmod {module};")?;
                files.push((format!("{module}.rs"), path));
                for child in children(module)? {
                    let path = folder.join(&child);
                    files.push((child, path));
                }
            }
            None if line.starts_with("pub use ") => writeln!(root, "{line}")?,
            None => {}
        }
        for_tests = line == "#[cfg(test)]";
    }
    fs::write(folder.join("modules.rs"), root)?;

    for (file, path) in &files {
        let text = fs::read_to_string(format!("{MODEL}/libp2p/{file}"))?;
        fs::create_dir_all(path.parent().ok_or("a file of the copy is in a folder")?)?;
        fs::write(path, plant(&faults.fault, file, text)?)?;
    }
    if let Some(fault) = faults.fault.iter().find(|fault| files.iter().all(|(file, _)| *file != fault.file)) {
        return Err(format!("faults.toml: {}: the model has no file {}", fault.name, fault.file).into());
    }

    let mut table = String::from("&[\n");
    for (index, Fault { name, sentence, by_hand, .. }) in faults.fault.iter().enumerate() {
        writeln!(
            table,
            "PlantedFault {{ index: {index}, name: {name:?}, sentence: {sentence:?}, by_hand: {by_hand} }},"
        )?;
    }
    fs::write(folder.join("faults.rs"), table + "]\n")?;
    Ok(())
}

/// The files of the modules below a module.
fn children(module: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let folder = format!("{MODEL}/libp2p/{module}");
    let mut files = Vec::new();
    if Path::new(&folder).is_dir() {
        for entry in fs::read_dir(folder)? {
            files.push(format!("{module}/{}", entry?.file_name().to_string_lossy()));
        }
    }
    files.sort();
    Ok(files)
}

/// What the root of the model calls a shared module. The faults stand in a private module there.
fn shared(module: &str) -> String {
    match module {
        "faults" => " as faults".into(),
        module => format!("::{module}"),
    }
}

/// The text of a file with its faults.
fn plant(faults: &[Fault], file: &str, mut text: String) -> Result<String, Box<dyn Error>> {
    let mut edits = Vec::new();
    for (fault, Fault { name, within, code, planted, .. }) in
        faults.iter().enumerate().filter(|(_, fault)| fault.file == file)
    {
        let find = |within: Range<usize>, code: &str| {
            find(&text, within, code).map_err(|count| {
                format!("faults.toml: {name}: `{code}` is expected once in {file}, found {count} times")
            })
        };
        let within = within.as_ref().map_or(Ok(0..text.len()), |within| find(0..text.len(), within))?;
        edits.push(Edit { place: find(within, code)?, fault, planted: planted.clone() });
    }
    // From the end to the start, so that places stay true.
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.start));
    for pair in edits.windows(2) {
        if let [later, earlier] = pair
            && earlier.place.end > later.place.start
        {
            return Err(format!("faults.toml: two faults change the same code of {file}").into());
        }
    }
    for Edit { place, fault, planted } in edits {
        let code = text.get(place.clone()).ok_or("a place is in the text")?;
        let choice = format!("{fault} {{ {planted} }} else {{ {code} }}");
        let planted = if code.ends_with(';') {
            format!("crate::plant! {{ {choice} }}")
        } else {
            format!("crate::plant!({choice})")
        };
        text.replace_range(place, &planted);
    }
    Ok(text)
}

/// Where code stands in a part of a text, whatever its white space. If it does not stand there once: how often it does.
fn find(text: &str, within: Range<usize>, code: &str) -> Result<Range<usize>, usize> {
    let black =
        |text: &str| -> Vec<(usize, char)> { text.char_indices().filter(|(_, c)| !c.is_whitespace()).collect() };
    let code = black(code);
    let part = black(text.get(within.clone()).unwrap_or_default());
    let places: Vec<Range<usize>> = part
        .windows(code.len().max(1))
        .filter(|window| window.iter().map(|(_, c)| c).eq(code.iter().map(|(_, c)| c)))
        .filter_map(|window| {
            let ((start, _), (last, c)) = (window.first()?, window.last()?);
            Some(within.start + start..within.start + last + c.len_utf8())
        })
        .collect();
    match places.as_slice() {
        [place] => Ok(place.clone()),
        places => Err(places.len()),
    }
}
