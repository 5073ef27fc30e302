//! The layers of the configuration, from weak to strong: built-in files, `--config` files, environment, flags.

use std::path::PathBuf;

use crate::config::error::ConfigError;
use crate::config::place::Place;
use crate::config::reader::nearest;
use crate::config::tree::{Entry, Node};
use crate::config::value::Profile;

/// The files of `config/`, carried inside the binary so that it runs from any folder.
const BUILT_IN: [(&str, &str); 2] = [
    (
        "config/exchange.toml",
        include_str!("../../../config/exchange.toml"),
    ),
    (
        "config/instruments.toml",
        include_str!("../../../config/instruments.toml"),
    ),
];

/// The participants' flow: a file of its own, and a table of this name in the files of `--config`.
const BUILT_IN_FEED: (&str, &str, &str) = (
    "feed_sim",
    "config/feed-sim.toml",
    include_str!("../../../config/feed-sim.toml"),
);

/// What the profiles change, laid between the built-in files and those of `--config`.
const PROFILES: [(Profile, &str, &str); 2] = [
    (
        Profile::Bare,
        "config/profiles/bare.toml",
        include_str!("../../../config/profiles/bare.toml"),
    ),
    (
        Profile::LowLatency,
        "config/profiles/low-latency.toml",
        include_str!("../../../config/profiles/low-latency.toml"),
    ),
];

/// The key that names one.
const PROFILE_KEY: &str = "profile";

/// Variables that start like a key but belong to something else: logging, fault points, the recorded flow of
/// the tests.
const NOT_KEYS: [&str; 7] = [
    "RIALTO_ADMIN_KEY",
    "RIALTO_FAULT",
    "RIALTO_KEY",
    "RIALTO_LOG",
    "RIALTO_OPERATOR",
    "RIALTO_RECORDED_DATA",
    "RIALTO_URL",
];

/// What is laid over the built-in files.
#[derive(Debug, Default, Clone)]
pub struct Layers {
    /// What a play says of its exchange; below `--config`.
    pub inner: Vec<Entry>,
    /// `--config`, in the order given.
    pub files: Vec<PathBuf>,
    /// Variables of the environment; only those that start with `RIALTO_` count.
    pub environment: Vec<(String, String)>,
    /// Flags: name, path of the key, value.
    pub flags: Vec<(&'static str, &'static str, Node)>,
}

impl Layers {
    /// Lays everything over each other.
    ///
    /// # Errors
    /// A file cannot be read or is no TOML, or a variable names no key.
    pub fn merge(&self) -> Result<Entry, ConfigError> {
        // The profile can be named in any layer, and lies below all but the first: what names it is read first.
        let plain = self.merge_over(Profile::Default)?;
        let named = match plain.find(PROFILE_KEY).map(|entry| &entry.node) {
            Some(Node::Text(word)) => word.parse().unwrap_or(Profile::Default),
            Some(_) | None => Profile::Default,
        };
        match named {
            Profile::Default => Ok(plain),
            Profile::Bare | Profile::LowLatency => self.merge_over(named),
        }
    }

    fn merge_over(&self, profile: Profile) -> Result<Entry, ConfigError> {
        let [(name, text), others @ ..] = BUILT_IN;
        let mut tree = Entry::parse(name, text)?;
        for (name, text) in others {
            tree.overlay(Entry::parse(name, text)?);
        }
        let (table, name, text) = BUILT_IN_FEED;
        tree.overlay(Entry::parse(name, text)?.under(table));
        for (_, name, text) in PROFILES.iter().filter(|(of, ..)| *of == profile) {
            tree.overlay(Entry::parse(name, text)?);
        }
        for inner in &self.inner {
            tree.overlay(inner.clone());
        }
        for path in &self.files {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|error| {
                ConfigError::new(
                    format!("--config {name}"),
                    error.to_string(),
                    "give a file that can be read",
                )
            })?;
            tree.overlay(Entry::parse(&name, &text)?);
        }
        for variable in self.environment_layer(&tree)? {
            tree.overlay(variable);
        }
        for (name, path, node) in &self.flags {
            tree.overlay(Entry::at_path(path, &Place::Flag(name), node.clone()));
        }
        Ok(tree)
    }

    fn environment_layer(&self, tree: &Entry) -> Result<Vec<Entry>, ConfigError> {
        let known: Vec<(String, String)> = tree
            .leaf_paths()
            .into_iter()
            .map(|path| (variable_of(&path), path))
            .collect();
        self.environment
            .iter()
            .filter(|(name, _)| name.starts_with("RIALTO_") && !NOT_KEYS.contains(&name.as_str()))
            .map(|(name, value)| {
                let place = Place::Environment(name.as_str().into());
                match known.iter().find(|(variable, _)| variable == name) {
                    Some((_, path)) => Ok(Entry::at_path(path, &place, from_text(value))),
                    None => {
                        Err(unknown_variable(name, &known)
                            .found(&place, Some(format!("{value:?}"))))
                    }
                }
            })
            .collect()
    }
}

/// `gateway.listen` is `RIALTO_GATEWAY_LISTEN`.
fn variable_of(path: &str) -> String {
    format!("RIALTO_{}", path.replace('.', "_").to_uppercase())
}

fn unknown_variable(name: &str, known: &[(String, String)]) -> ConfigError {
    let remedy = match nearest(name, known.iter().map(|(variable, _)| variable.as_str())) {
        Some(near) => format!("did you mean {near}?"),
        None => "unset it; config/exchange.toml says how variables are named".to_owned(),
    };
    ConfigError::new(name, "no key has this variable", remedy)
}

fn from_text(text: &str) -> Node {
    match (text.parse(), text.parse()) {
        (Ok(number), _) => Node::Integer(number),
        (_, Ok(claim)) => Node::Boolean(claim),
        (Err(_), Err(_)) => Node::Text(text.to_owned()),
    }
}
