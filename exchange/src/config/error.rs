//! What is wrong with the configuration: place, key, value, reason and remedy in one sentence.

use std::fmt;

use crate::config::place::Place;

/// One mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(Box<Mistake>);

/// What is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mistake {
    place: Option<Place>,
    key: String,
    value: Option<String>,
    reason: String,
    remedy: String,
}

impl ConfigError {
    /// A mistake whose place and value are filled in by whoever knows them.
    pub fn new(
        key: impl Into<String>,
        reason: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self(Box::new(Mistake {
            place: None,
            key: key.into(),
            value: None,
            reason: reason.into(),
            remedy: remedy.into(),
        }))
    }

    /// The same mistake, at `place`, about `value`. What is known already stays.
    #[must_use]
    pub fn found(mut self, place: &Place, value: Option<String>) -> Self {
        if self.0.place.is_none() {
            self.0.place = Some(place.clone());
            self.0.value = value;
        }
        self
    }

    /// The same mistake, in the table or value at `path`. What is known already stays.
    #[must_use]
    pub fn at(mut self, path: &str, place: &Place, value: Option<String>) -> Self {
        if self.0.place.is_some() {
            return self;
        }
        if self.0.key.is_empty() {
            path.clone_into(&mut self.0.key);
        } else if !path.is_empty() {
            self.0.key = format!("{path}.{}", self.0.key);
        }
        self.found(place, value)
    }

    /// The key it is about, with dots.
    pub fn key(&self) -> &str {
        &self.0.key
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(formatter, "{place}: ")?;
        }
        formatter.write_str(&self.0.key)?;
        if let Some(value) = &self.0.value {
            write!(formatter, " = {value}")?;
        }
        write!(formatter, ": {}; {}", self.0.reason, self.0.remedy)
    }
}

impl std::error::Error for ConfigError {}
