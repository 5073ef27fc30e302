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
        let word = group_of_side(text).unwrap_or(text);
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

    /// Whether it is the name of one side of a quote.
    pub(crate) fn is_side_of_quote(&self) -> bool {
        group_of_side(&self.0).is_some()
    }

    /// The name of one side of a group's quote.
    pub(crate) fn of_side(&self, side: &str) -> Self {
        Self(format!("{self}.{side}"))
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

/// The group of a name of one side of a quote.
fn group_of_side(name: &str) -> Option<&str> {
    name.strip_suffix(".bid")
        .or_else(|| name.strip_suffix(".ask"))
}
