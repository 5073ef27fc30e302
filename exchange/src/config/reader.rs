//! Reads a configuration tree into plain structs; every error knows the place it is about.

use std::fmt;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Expected, IntoDeserializer, Unexpected, Visitor,
};

use crate::config::error::ConfigError;
use crate::config::tree::{Entry, Node, row_name_of};

/// Reads a whole tree.
///
/// # Errors
/// A key is unknown or missing, or a value is of another type than its key.
pub fn read<T: DeserializeOwned>(tree: &Entry) -> Result<T, ConfigError> {
    let reader = Reader {
        entry: tree,
        path: String::new(),
        row_name: None,
    };
    T::deserialize(reader).map_err(|problem| problem.0)
}

/// The nearest of `known` to `word`, where one is near enough to be what was meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len().max(word.len()).div_ceil(2))
        .map(|(_, candidate)| candidate)
}

/// A [`ConfigError`] in the words of serde.
#[derive(Debug)]
struct Problem(ConfigError);

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let text = message.to_string();
        let (reason, remedy) = text
            .split_once("; ")
            .unwrap_or((&text, "see config/exchange.toml for what it takes"));
        Self(ConfigError::new("", reason, remedy))
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self(ConfigError::new(
            "",
            format!("this is {}", said(&found)),
            remedy(wanted),
        ))
    }

    fn invalid_value(_found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self(ConfigError::new(
            "",
            "this number is out of range",
            remedy(wanted),
        ))
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        let choices = known
            .iter()
            .map(|choice| format!("{choice:?}"))
            .collect::<Vec<_>>()
            .join(", ");
        let meant = nearest(variant, known.iter().copied())
            .map_or_else(String::new, |near| format!(" (did you mean {near:?}?)"));
        Self(ConfigError::new(
            "",
            format!("there is no such choice{meant}"),
            format!("write one of {choices}"),
        ))
    }

    fn missing_field(field: &'static str) -> Self {
        Self(ConfigError::new(
            field,
            "the key is missing",
            "add it; config/ of the repository shows every key",
        ))
    }
}

/// What was found, in words for people.
fn said(found: &Unexpected<'_>) -> String {
    match found {
        Unexpected::Map => "a table".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Str(_) => "a text".to_owned(),
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a number".to_owned(),
        Unexpected::Bool(_) => "true or false".to_owned(),
        Unexpected::Other(text) => (*text).to_owned(),
        Unexpected::Float(_)
        | Unexpected::Char(_)
        | Unexpected::Bytes(_)
        | Unexpected::Unit
        | Unexpected::Option
        | Unexpected::NewtypeStruct
        | Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant => found.to_string(),
    }
}

/// What to write instead, in words for people where serde has only the name of a type.
fn remedy(wanted: &dyn Expected) -> String {
    let wanted = wanted.to_string();
    let words = match wanted.as_str() {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number from 0 on",
        "i32" => "a whole number from -2147483648 to 2147483647",
        "a string" => "a text in quotes",
        "a sequence" => "a list in brackets",
        "a map" => "a table",
        other => other,
    };
    format!("write {words}")
}

/// One entry on its way into a struct.
#[derive(Clone)]
struct Reader<'a> {
    entry: &'a Entry,
    path: String,
    row_name: Option<&'static str>,
}

impl<'a> Reader<'a> {
    fn child(&self, key: &str, entry: &'a Entry) -> Self {
        let path = if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        };
        Self {
            entry,
            path,
            row_name: row_name_of(key),
        }
    }

    /// Gives an error that has no place yet this one.
    fn locate(&self, problem: Problem) -> Problem {
        Problem(
            problem
                .0
                .at(&self.path, &self.entry.place, self.entry.written()),
        )
    }

    fn check_keys(&self, known: &'static [&'static str]) -> Result<(), Problem> {
        let Node::Table(table) = &self.entry.node else {
            return Ok(());
        };
        let Some((key, entry)) = table.iter().find(|(key, _)| !known.contains(&key.as_str()))
        else {
            return Ok(());
        };
        let remedy = match nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        let child = self.child(key, entry);
        let error = ConfigError::new(child.path, "unknown key", remedy);
        Err(Problem(error.found(&entry.place, entry.written())))
    }

    fn visit<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Problem> {
        match &self.entry.node {
            Node::Table(table) => visitor.visit_map(Keys {
                reader: self,
                rest: table.iter(),
                value: None,
            }),
            Node::List(rows) => visitor.visit_seq(Rows {
                reader: self,
                rest: rows.iter(),
                place: 0,
            }),
            Node::Text(text) => visitor.visit_str(text),
            Node::Integer(number) => match u64::try_from(*number) {
                Ok(number) => visitor.visit_u64(number),
                Err(_) => visitor.visit_i64(*number),
            },
            Node::Fraction(text) => Err(de::Error::invalid_type(
                Unexpected::Other(&format!("the number {text}")),
                &visitor,
            )),
            Node::Boolean(claim) => visitor.visit_bool(*claim),
        }
    }
}

impl<'de> de::Deserializer<'de> for Reader<'_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.visit(visitor).map_err(|problem| self.locate(problem))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.check_keys(fields)?;
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let read = match &self.entry.node {
            Node::Text(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Node::Table(_)
            | Node::List(_)
            | Node::Integer(_)
            | Node::Fraction(_)
            | Node::Boolean(_) => Err(de::Error::unknown_variant(
                &self.entry.written().unwrap_or_default(),
                variants,
            )),
        };
        read.map_err(|problem| self.locate(problem))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// The keys of a table, one after another.
struct Keys<'a, 'b> {
    reader: &'b Reader<'a>,
    rest: std::collections::btree_map::Iter<'a, String, Entry>,
    value: Option<Reader<'a>>,
}

impl<'de> de::MapAccess<'de> for Keys<'_, '_> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Problem> {
        let Some((key, entry)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(self.reader.child(key, entry));
        seed.deserialize(key.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        seed.deserialize(
            self.value
                .take()
                .expect("serde asks for a key before its value"),
        )
    }
}

/// The rows of a list, one after another.
struct Rows<'a, 'b> {
    reader: &'b Reader<'a>,
    rest: std::slice::Iter<'a, Entry>,
    /// Of the row that was read last, from 1 on: the name of one that has none.
    place: usize,
}

impl<'de> de::SeqAccess<'de> for Rows<'_, '_> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Problem> {
        let Some(entry) = self.rest.next() else {
            return Ok(None);
        };
        self.place = self.place.saturating_add(1);
        let named = self.reader.row_name.and_then(|name| entry.text(name));
        let name = named.map_or_else(|| self.place.to_string(), str::to_owned);
        seed.deserialize(self.reader.child(&name, entry)).map(Some)
    }
}
