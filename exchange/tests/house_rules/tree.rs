//! The repository's files, as the rules see them.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file of the repository.
pub struct SourceFile {
    /// Path from the repository's root, with slashes.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl SourceFile {
    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|extension| extension == "rs")
    }

    /// Whether it is test or bench code, which may be long and may use a prelude.
    pub fn is_test(&self) -> bool {
        let parts: Vec<&str> = self.path.split('/').collect();
        parts
            .iter()
            .any(|part| ["tests", "benches", "tests.rs"].contains(part))
            && !self.path.starts_with("benches/src/")
    }
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate is a folder of the workspace")
        .to_owned()
}

/// Every text file of the repository, build products apart.
pub fn files() -> Vec<SourceFile> {
    let root = root();
    let mut files = Vec::new();
    gather(&root, &root, &mut files);
    files.sort_by(|left, right| left.path.cmp(&right.path));
    assert!(
        files.len() > 50,
        "the repository's files were not found under {}",
        root.display()
    );
    files
}

fn gather(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository can be listed") {
        let path = entry.expect("an entry of it can be read").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name == ".git" || name.starts_with("target") || name == "__pycache__" {
            continue;
        }
        if path.is_dir() {
            gather(root, &path, files);
            continue;
        }
        // What is no text (a picture, a font) has no rule.
        if let Ok(text) = fs::read_to_string(&path) {
            let path = path
                .strip_prefix(root)
                .expect("it was found below the root");
            files.push(SourceFile {
                path: path.to_string_lossy().replace('\\', "/"),
                text,
            });
        }
    }
}

/// Fails with all places at once, so that one repair does not uncover the next.
pub fn assert_none(rule: &str, places: &[String]) {
    assert!(places.is_empty(), "{rule}:\n  {}", places.join("\n  "));
}
