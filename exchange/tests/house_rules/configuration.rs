//! Every file in config/ parses, and the files that the binary carries are the ones in config/.

use exchange::{Config, Layers};

use crate::tree::root;

#[test]
fn every_file_in_config_parses() {
    let folder = root().join("config");
    let mut files = 0;

    for entry in std::fs::read_dir(&folder).expect("config/ can be listed") {
        let path = entry.expect("an entry of it can be read").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        files += 1;
        // This one is the table [feed_sim], not a whole: it is read with the defaults below.
        if path.ends_with("feed-sim.toml") {
            continue;
        }
        // Each is laid over the defaults, as a user would do; the defaults over themselves.
        let layers = Layers {
            files: vec![path],
            ..Layers::default()
        };
        if let Err(error) = Config::load(&layers) {
            panic!("{error}");
        }
    }

    if let Err(error) = Config::load(&Layers::default()) {
        panic!("{error}");
    }
    assert!(files >= 3, "config/ has {files} files");
}

#[test]
fn every_key_of_the_built_in_files_is_explained() {
    let mut unexplained = Vec::new();

    let text = std::fs::read_to_string(root().join("config/exchange.toml")).expect("it is there");
    for (line, number) in text.lines().zip(1..) {
        let is_key = line
            .split_once(" = ")
            .is_some_and(|(key, _)| !key.contains(['#', '"']));
        let is_row = ["name", "key", "deposits"]
            .iter()
            .any(|key| line.starts_with(key));
        if is_key && !is_row && !line.contains('#') {
            unexplained.push(format!("config/exchange.toml:{number}: {line}"));
        }
    }

    crate::tree::assert_none("keys without a comment", &unexplained);
}
