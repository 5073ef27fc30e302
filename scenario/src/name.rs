//! Names that a scenario gives to orders, accounts and groups.

use std::fmt;

/// A word of letters, digits and `_`; the sides of a quote add `.bid` or `.ask`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// Reads a name.
    ///
    /// # Errors
    /// The text is empty or has another character.
    pub fn new(text: &str) -> Result<Self, String> {
        let word = text
            .strip_suffix(".bid")
            .or_else(|| text.strip_suffix(".ask"))
            .unwrap_or(text);
        let is_name = !word.is_empty()
            && word
                .chars()
                .all(|character| character.is_alphanumeric() || character == '_');
        if is_name {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("`{text}` is no name: letters, digits and `_`"))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
