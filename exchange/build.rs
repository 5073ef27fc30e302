//! Takes the chart script out of the `plotly` crate, compressed: the program carries it for its own pages.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

/// How the first of the crate's two scripts begins; the second one, for formulas, is not needed.
const BEGIN: &str = "<script type=\"text/javascript\">";
const END: &str = "</script>";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let scripts = plotly::Plot::offline_js_sources();
    let script = scripts
        .split_once(BEGIN)
        .and_then(|(_, rest)| rest.split_once(&format!("{END}\n")))
        .map(|(script, _)| script)
        .ok_or_else(|| io::Error::other("the plotly crate has its script elsewhere now"))?;
    if !script.contains("plotly.js v") {
        return Err(io::Error::other(
            "the first script of the plotly crate is another one now",
        ));
    }
    let folder =
        std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no folder"))?;
    let file = File::create(Path::new(&folder).join("plotly.min.js.gz"))?;
    let mut packed = GzEncoder::new(file, Compression::best());
    packed.write_all(script.as_bytes())?;
    packed.finish()?;
    Ok(())
}
