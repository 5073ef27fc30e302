//! The page that the tables go to, and the pictures beside it.

use std::path::{Path, PathBuf};

const BEGIN: &str =
    "<!-- publish: from here on written by `cargo run --release -p benches -- publish` -->\n";
const END: &str = "<!-- publish: up to here -->\n";

fn documents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// Puts the tables between their marks.
pub fn write(tables: &str) {
    let path = documents().join("benchmarks.md");
    let page = std::fs::read_to_string(&path).expect("docs/benchmarks.md can be read");
    let (before, rest) = page
        .split_once(BEGIN)
        .expect("it has the mark of the beginning");
    let (_, after) = rest.split_once(END).expect("it has the mark of the end");
    let page = format!("{before}{BEGIN}\n{tables}{END}{after}");
    std::fs::write(&path, page).expect("docs/benchmarks.md can be written");
}

/// Writes a picture beside the page, and says how the page shows it.
pub fn picture(name: &str, title: &str, svg: &str) -> String {
    let folder = documents().join("plots");
    std::fs::create_dir_all(&folder).expect("docs/plots can be made");
    std::fs::write(folder.join(name), svg).expect("a picture can be written");
    format!("![{title}](plots/{name})\n\n")
}
