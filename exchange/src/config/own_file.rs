//! A TOML file of its own kind, such as a play: read with the same care and the same errors as the configuration.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::config::error::ConfigError;
use crate::config::reader;
use crate::config::tree::{Entry, Node};

/// A file that was parsed.
#[derive(Debug, Clone)]
pub struct OwnFile {
    tree: Entry,
}

impl OwnFile {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is no TOML.
    pub fn open(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            ConfigError::new(
                name.as_str(),
                error.to_string(),
                "give a file that can be read",
            )
        })?;
        Self::parse(&name, &text)
    }

    /// Reads the text of a file with this name.
    ///
    /// # Errors
    /// It is no TOML.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let tree = Entry::parse(name, text)?;
        Ok(Self { tree })
    }

    /// Takes a key of the whole out; what is read later does not have it.
    pub fn take(&mut self, key: &str) -> Option<Entry> {
        match &mut self.tree.node {
            Node::Table(table) => table.remove(key),
            Node::List(_)
            | Node::Text(_)
            | Node::Integer(_)
            | Node::Fraction(_)
            | Node::Boolean(_) => None,
        }
    }

    /// Reads what is left.
    ///
    /// # Errors
    /// A key is unknown or missing, or a value is of another type than its key.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        reader::read(&self.tree)
    }

    /// Gives an error about a key the place where the key was written.
    #[must_use]
    pub fn locate(&self, error: ConfigError) -> ConfigError {
        let mut path = error.key();
        loop {
            if let Some(entry) = self.tree.find(path) {
                return error.found(&entry.place, entry.written());
            }
            // A key that is missing is looked for where it should be.
            match path.rsplit_once('.') {
                Some((above, _)) => path = above,
                None => return error,
            }
        }
    }
}
