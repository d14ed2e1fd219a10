//! No core crate names an operating system: differences live in adapters, listed here by file.

use super::files::Source;

/// The adapters: a file, and why it may.
const ADAPTERS: &[(&str, &str)] = &[
    ("src-tauri/src/platform.rs", "the shell's one adapter"),
    (
        "src-tauri/src/main.rs",
        "an attribute that hides the console on Windows",
    ),
    (
        "crates/store/src/folder.rs",
        "who may look into a profile's folder and files, and writing a folder out",
    ),
    (
        "crates/server/src/platform.rs",
        "signals to stop and private folders",
    ),
];

/// Tools and tests run where they run.
const NOT_CORE: &[&str] = &["xtask/", "tests/"];

const NAMES: &[&str] = &[
    "target_os",
    "target_family",
    "cfg(unix",
    "cfg(windows",
    "not(unix",
    "not(windows",
    "any(unix",
    "any(windows",
    "all(unix",
    "all(windows",
    "std::os::unix",
    "std::os::windows",
    "std::os::linux",
];

/// The breaches.
pub fn check(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for Source { path, text } in sources {
        let is_free = NOT_CORE.iter().any(|folder| path.starts_with(folder))
            || path.contains("/tests/")
            || ADAPTERS.iter().any(|(adapter, _why)| adapter == path);
        if is_free {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if let Some(name) = NAMES.iter().find(|name| code.contains(*name)) {
                breaches.push(format!(
                    "{path}:{}: names an operating system ({name}); put it behind a port, in an adapter listed in xtask/src/tidy/systems.rs",
                    number + 1
                ));
            }
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_adapters_name_a_system() {
        let source = |path: &str| {
            vec![Source {
                path: path.to_owned(),
                text: "#[cfg(unix)]\nfn x() {}\n".to_owned(),
            }]
        };
        assert_eq!(check(&source("crates/client/src/lib.rs")).len(), 1);
        assert_eq!(check(&source("src-tauri/src/platform.rs")).len(), 0);
        assert_eq!(check(&source("xtask/src/main.rs")).len(), 0);
    }
}
