//! Takes plotly.js out of the `plotly` crate and compresses it, so that the binary carries it once and small.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

/// How the crate's first script begins and ends.
const OPENS: &str = "<script type=\"text/javascript\">";
const CLOSES: &str = "</script>";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    // The crate gives plotly.js first and MathJax after it, which nothing of ours needs.
    let scripts = plotly::Plot::offline_js_sources();
    let after = scripts.split_once(OPENS).ok_or("no script in the crate")?.1;
    let script = after.split_once(CLOSES).ok_or("the script has no end")?.0;
    if !script.trim_start().starts_with("/**\n* plotly.js v") {
        return Err("the first script of the plotly crate is not plotly.js".into());
    }
    let mut compressed = GzEncoder::new(Vec::new(), Compression::best());
    compressed.write_all(script.as_bytes())?;
    let file = PathBuf::from(std::env::var("OUT_DIR")?).join("plotly.min.js.gz");
    std::fs::write(file, compressed.finish()?)?;
    Ok(())
}
