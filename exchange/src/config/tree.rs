//! The configuration as a tree in which each value remembers where it was written.
//!
//! Layers (built-in files, files of `--config`, environment, flags) are laid over each other key by key.
//! Lists of tables (`[[instrument]]`) are laid over each other by the key that names their rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::error::ConfigError;
use crate::config::place::Place;

/// A value and where it was written.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where.
    pub place: Place,
    /// What.
    pub node: Node,
}

/// A configured value.
#[derive(Debug, Clone)]
pub enum Node {
    /// Keys and values, in the order of the alphabet.
    Table(BTreeMap<String, Entry>),
    /// A list, of tables or of values.
    List(Vec<Entry>),
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction; no key wants one, so that it is an error with a good text.
    Fraction(String),
    /// True or false.
    Boolean(bool),
}

impl Node {
    /// A list of texts that were given by a flag.
    pub fn texts(flag: &'static str, texts: &[String]) -> Self {
        let entry = |text: &String| Entry {
            place: Place::Flag(flag),
            node: Self::Text(text.clone()),
        };
        Self::List(texts.iter().map(entry).collect())
    }
}

/// The key that names the rows of a list of tables.
const ROW_NAMES: [(&str, &str); 5] = [
    ("instrument", "symbol"),
    ("asset", "name"),
    ("account", "name"),
    ("agent", "name"),
    ("api_key", "id"),
];

impl Entry {
    /// Reads a file's text.
    ///
    /// # Errors
    /// The text is no TOML: the error names the line.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        let name: Arc<str> = file.into();
        let lines = Lines::new(text);
        let place = |offset| Place::File {
            name: Arc::clone(&name),
            line: lines.line(offset),
        };
        let table = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let reason = error.message().trim().replace('\n', ", ");
            ConfigError::new(
                "syntax",
                reason,
                "see https://toml.io for how values are written",
            )
            .found(&place(offset), None)
        })?;
        from_table(table.get_ref(), &place(0), &place, "")
    }

    /// A single value at a path such as `gateway.listen`.
    pub fn at_path(path: &str, place: &Place, node: Node) -> Self {
        let leaf = Self {
            place: place.clone(),
            node,
        };
        path.rsplit('.').fold(leaf, Self::under)
    }

    /// This entry as the only key of a table.
    #[must_use]
    pub fn under(self, key: &str) -> Self {
        Self {
            place: self.place.clone(),
            node: Node::Table(BTreeMap::from([(key.to_owned(), self)])),
        }
    }

    /// Lays `upper` over this entry.
    pub fn overlay(&mut self, upper: Self) {
        self.overlay_row(upper, None);
    }

    fn overlay_row(&mut self, upper: Self, row_name: Option<&str>) {
        match (&mut self.node, upper.node) {
            (Node::Table(lower), Node::Table(table)) => {
                for (key, entry) in table {
                    match lower.get_mut(&key) {
                        Some(below) => below.overlay_row(entry, row_name_of(&key)),
                        None => {
                            lower.insert(key, entry);
                        }
                    }
                }
            }
            (Node::List(lower), Node::List(rows)) if row_name.is_some() && !rows.is_empty() => {
                overlay_rows(lower, rows, row_name.unwrap_or_default());
            }
            (_, node) => {
                *self = Self {
                    place: upper.place,
                    node,
                }
            }
        }
    }

    /// The entry at a path; rows of a list are named as in `instrument.BTCUSDT.tick_size`, those without a name by their place
    /// from 1 on.
    pub fn find(&self, path: &str) -> Option<&Self> {
        path.split('.')
            .try_fold((self, None), |(entry, row_name), key| {
                let next = match &entry.node {
                    Node::Table(table) => table.get(key),
                    Node::List(rows) => rows
                        .iter()
                        .find(|row| row.text(row_name.unwrap_or("name")) == Some(key))
                        .or_else(|| rows.get(key.parse::<usize>().ok()?.checked_sub(1)?)),
                    Node::Text(_) | Node::Integer(_) | Node::Fraction(_) | Node::Boolean(_) => None,
                };
                next.map(|entry| (entry, row_name_of(key)))
            })
            .map(|(entry, _)| entry)
    }

    /// The text at a key of this table.
    pub fn text(&self, key: &str) -> Option<&str> {
        match &self.node {
            Node::Table(table) => match &table.get(key)?.node {
                Node::Text(text) => Some(text),
                Node::Table(_)
                | Node::List(_)
                | Node::Integer(_)
                | Node::Fraction(_)
                | Node::Boolean(_) => None,
            },
            Node::List(_)
            | Node::Text(_)
            | Node::Integer(_)
            | Node::Fraction(_)
            | Node::Boolean(_) => None,
        }
    }

    /// The value as it would be written; tables and lists are not.
    pub fn written(&self) -> Option<String> {
        match &self.node {
            Node::Text(text) => Some(format!("{text:?}")),
            Node::Integer(number) => Some(number.to_string()),
            Node::Fraction(text) => Some(text.clone()),
            Node::Boolean(claim) => Some(claim.to_string()),
            Node::Table(_) | Node::List(_) => None,
        }
    }

    /// The paths of all single values that are not rows of lists.
    pub fn leaf_paths(&self) -> Vec<String> {
        match &self.node {
            Node::Table(table) => table
                .iter()
                .flat_map(|(key, entry)| {
                    let below = entry.leaf_paths();
                    below.into_iter().map(move |path| {
                        if path.is_empty() {
                            key.clone()
                        } else {
                            format!("{key}.{path}")
                        }
                    })
                })
                .collect(),
            Node::List(_) => Vec::new(),
            Node::Text(_) | Node::Integer(_) | Node::Fraction(_) | Node::Boolean(_) => {
                vec![String::new()]
            }
        }
    }
}

/// The key that names the rows of the list at `key`, where it is a list of tables.
pub fn row_name_of(key: &str) -> Option<&'static str> {
    ROW_NAMES
        .iter()
        .find(|(list, _)| *list == key)
        .map(|(_, row_name)| *row_name)
}

fn overlay_rows(lower: &mut Vec<Entry>, rows: Vec<Entry>, row_name: &str) {
    for row in rows {
        let below = lower.iter_mut().find(|below| {
            row.text(row_name).is_some() && below.text(row_name) == row.text(row_name)
        });
        match below {
            Some(below) => below.overlay(row),
            None => lower.push(row),
        }
    }
}

fn from_table(
    table: &DeTable<'_>,
    whole: &Place,
    place: &impl Fn(usize) -> Place,
    path: &str,
) -> Result<Entry, ConfigError> {
    let mut entries = BTreeMap::new();
    for (key, value) in table {
        let name = key.get_ref().to_string();
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let entry = from_value(value, &place(key.span().start), place, &path)?;
        entries.insert(name, entry);
    }
    Ok(Entry {
        place: whole.clone(),
        node: Node::Table(entries),
    })
}

fn from_value(
    value: &Spanned<DeValue<'_>>,
    at: &Place,
    place: &impl Fn(usize) -> Place,
    path: &str,
) -> Result<Entry, ConfigError> {
    let node = match value.get_ref() {
        DeValue::String(text) => Node::Text(text.to_string()),
        DeValue::Integer(number) => Node::Integer(
            i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| {
                ConfigError::new(
                    path,
                    "the number does not fit in 64 bits",
                    "write a smaller one",
                )
                .found(at, Some(number.to_string()))
            })?,
        ),
        DeValue::Float(number) => Node::Fraction(number.to_string()),
        DeValue::Boolean(claim) => Node::Boolean(*claim),
        DeValue::Datetime(moment) => {
            return Err(
                ConfigError::new(path, "no key takes a date", "write a text in quotes")
                    .found(at, Some(moment.to_string())),
            );
        }
        DeValue::Array(list) => Node::List(
            list.iter()
                .map(|row| from_value(row, &place(row.span().start), place, path))
                .collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => return from_table(table, at, place, path),
    };
    Ok(Entry {
        place: at.clone(),
        node,
    })
}

/// Offsets at which lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(offset, _)| offset).collect())
    }

    /// The line of an offset, counted from 1.
    fn line(&self, offset: usize) -> usize {
        self.0
            .partition_point(|end| *end < offset)
            .saturating_add(1)
    }
}
