//! What a request says, whichever way it came: query, form body or JSON; read once, and all of it.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::binance::amount::{Amount, BadAmount};
use crate::binance::ids::IdSource;
use crate::binance::percent::{percent_decoded, percent_encode};
use crate::binance::refusal::Refusal;
use crate::binance::time_unit::sent_us;

const DECIMAL_RANGE: &str = "^([0-9]{1,20})(\\.[0-9]{1,20})?$";
const WHOLE_RANGE: &str = "^[0-9]{1,20}$";
/// More parameters than any request has.
const PARAMETERS_MAX: usize = 64;

/// A request's parameters. Each getter takes its parameter out: what is left at the end was unknown.
#[derive(Debug, Clone, Default)]
pub struct Params {
    entries: Vec<Entry>,
    sent: usize,
    /// Where ids come from that the request does not give.
    pub ids: IdSource,
}

#[derive(Debug, Clone)]
struct Entry {
    name: String,
    value: String,
    form: Form,
}

/// How a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Number,
    Boolean,
    Null,
    Structure,
}

impl Params {
    /// Reads a query and a form body; where both name a parameter, the query wins.
    ///
    /// # Errors
    /// A parameter stands twice in one of them, or is no UTF-8 behind its percent signs.
    pub fn of_http(query: &str, body: &str) -> Result<Self, Refusal> {
        let mut entries: Vec<Entry> = Vec::new();
        for text in [query, body] {
            let known = entries.len();
            for pair in text.split('&').filter(|pair| !pair.is_empty()) {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let (name, value) = (percent_decoded(name)?, percent_decoded(value)?);
                let place = entries.iter().position(|entry| entry.name == name);
                match place {
                    Some(place) if place >= known => return Err(duplicate()),
                    Some(_) => {}
                    None if entries.len() >= PARAMETERS_MAX => return Err(too_many(entries.len())),
                    None => entries.push(Entry {
                        name,
                        value,
                        form: Form::Text,
                    }),
                }
            }
        }
        Ok(Self {
            sent: entries.len(),
            entries,
            ids: IdSource::default(),
        })
    }

    /// Reads the members of a JSON object. Numbers keep their text.
    ///
    /// # Errors
    /// It is no object, or a member stands twice.
    pub fn of_json(text: &str) -> Result<Self, Refusal> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let entries = deserializer
            .deserialize_map(Members)
            .map_err(|_| invalid_json())?;
        if entries.len() > PARAMETERS_MAX {
            return Err(too_many(PARAMETERS_MAX));
        }
        for (place, entry) in entries.iter().enumerate() {
            if entries[..place].iter().any(|it| it.name == entry.name) {
                return Err(duplicate());
            }
        }
        Ok(Self {
            sent: entries.len(),
            entries,
            ids: IdSource::default(),
        })
    }

    /// What a signature is over: all but the signature, by name, as `name=value`, joined by `&`.
    pub fn payload(&self, encoding: PayloadEncoding) -> String {
        let mut entries: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| entry.name != "signature")
            .collect();
        entries.sort_by(|left, right| left.name.cmp(&right.name));
        let mut payload = String::new();
        for entry in entries {
            if !payload.is_empty() {
                payload.push('&');
            }
            payload.push_str(&entry.name);
            payload.push('=');
            match encoding {
                PayloadEncoding::Plain => payload.push_str(&entry.value),
                PayloadEncoding::Percent => percent_encode(&entry.value, &mut payload),
            }
        }
        payload
    }

    /// Whether the parameter was sent.
    pub fn has(&self, name: &str) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.name == name && entry.form != Form::Null)
    }

    /// A number, looked at without taking it out; `None` where there is none.
    pub fn peek_number(&self, name: &str) -> Option<u64> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        entry.value.parse().ok()
    }

    /// How many words a list has, looked at without taking it out; `None` where there is no list.
    pub fn count_of_words(&self, name: &str) -> Option<u32> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        let commas = entry.value.bytes().filter(|byte| *byte == b',').count();
        u32::try_from(commas.saturating_add(1)).ok()
    }

    fn take(&mut self, name: &str) -> Option<Entry> {
        let place = self.entries.iter().position(|entry| entry.name == name)?;
        let entry = self.entries.remove(place);
        (entry.form != Form::Null).then_some(entry)
    }

    /// A text, if it was sent.
    ///
    /// # Errors
    /// It is empty.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.take(name) {
            Some(entry) if entry.value.is_empty() => Err(Refusal::empty(name)),
            Some(entry) => Ok(Some(entry.value)),
            None => Ok(None),
        }
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// It is not, or is empty.
    pub fn needed_text(&mut self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::mandatory(name))
    }

    /// A decimal, if it was sent.
    ///
    /// # Errors
    /// It is none, or has more than eight places.
    pub fn amount(&mut self, name: &str) -> Result<Option<Amount>, Refusal> {
        let Some(entry) = self.take(name) else {
            return Ok(None);
        };
        if entry.value.is_empty() {
            return Err(Refusal::empty(name));
        }
        let read = match entry.form {
            Form::Number => Amount::parse_number(&entry.value),
            Form::Text | Form::Boolean | Form::Null | Form::Structure => {
                Amount::parse(&entry.value)
            }
        };
        read.map(Some).map_err(|bad| match bad {
            BadAmount::NotADecimal | BadAmount::TooLarge => {
                Refusal::illegal_characters(name, DECIMAL_RANGE)
            }
            BadAmount::TooPrecise => {
                Refusal::new(-1111, format!("Parameter '{name}' has too much precision."))
            }
        })
    }

    /// A whole number, if it was sent.
    ///
    /// # Errors
    /// It is none.
    pub fn whole(&mut self, name: &str) -> Result<Option<u64>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        if text.len() > 20 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::illegal_characters(name, WHOLE_RANGE));
        }
        text.parse()
            .map(Some)
            .map_err(|_| Refusal::illegal_characters(name, WHOLE_RANGE))
    }

    /// How many elements are asked for: at most `most`, `default` where it is not said.
    ///
    /// # Errors
    /// It is no number, or zero.
    pub fn limit(&mut self, default: usize, most: usize) -> Result<usize, Refusal> {
        let Some(asked) = self.whole("limit")? else {
            return Ok(default);
        };
        if asked == 0 {
            return Err(Refusal::bad_value("limit"));
        }
        Ok(usize::try_from(asked).unwrap_or(most).min(most))
    }

    /// A time in microseconds, if it was sent; either unit is taken.
    ///
    /// # Errors
    /// It is no number.
    pub fn time_us(&mut self, name: &str) -> Result<Option<u64>, Refusal> {
        Ok(self.whole(name)?.map(sent_us))
    }

    /// A claim, if it was sent: a JSON boolean, or `true` or `false` as text.
    ///
    /// # Errors
    /// It is neither.
    pub fn flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.text(name)?.as_deref() {
            None => Ok(None),
            Some("true" | "TRUE" | "True") => Ok(Some(true)),
            Some("false" | "FALSE" | "False") => Ok(Some(false)),
            Some(_) => Err(Refusal::illegal_characters(name, "^(true|false)$")),
        }
    }

    /// A claim, looked at without taking it out: it is part of what is signed.
    ///
    /// # Errors
    /// It is neither true nor false.
    pub fn flag_of(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.clone().flag(name)
    }

    /// A word of an enum, if it was sent.
    ///
    /// # Errors
    /// It is not one of them: `refusal` says so.
    pub fn word<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
        refusal: impl FnOnce() -> Refusal,
    ) -> Result<Option<T>, Refusal> {
        match self.text(name)? {
            Some(word) => parse(&word).map(Some).ok_or_else(refusal),
            None => Ok(None),
        }
    }

    /// A list of words: a JSON array, or the text of one, or a single word.
    ///
    /// # Errors
    /// It is empty, or no list of words.
    pub fn words(&mut self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        if !text.trim_start().starts_with('[') {
            return Ok(Some(vec![text]));
        }
        let words: Vec<String> = serde_json::from_str(&text).map_err(|_| {
            Refusal::illegal_characters(
                name,
                "^\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\]$",
            )
        })?;
        if words.is_empty() {
            return Err(Refusal::empty(name));
        }
        Ok(Some(words))
    }

    /// Forgets a parameter that may be sent and says nothing.
    pub fn ignore(&mut self, name: &str) {
        // Whether it was there makes no difference.
        let _ = self.take(name);
    }

    /// Refuses a parameter that does not go with the others.
    ///
    /// # Errors
    /// It was sent.
    pub fn refuse(&mut self, name: &str) -> Result<(), Refusal> {
        if self.has(name) {
            return Err(Refusal::not_required(name));
        }
        Ok(())
    }

    /// All parameters were read.
    ///
    /// # Errors
    /// Some were not: nobody knows them.
    pub fn finish(mut self) -> Result<(), Refusal> {
        self.entries.retain(|entry| entry.form != Form::Null);
        if self.entries.is_empty() {
            return Ok(());
        }
        let read = self.sent.saturating_sub(self.entries.len());
        Err(Refusal::new(
            -1104,
            format!(
                "Not all sent parameters were read; read '{read}' parameter(s) but was sent '{}'.",
                self.sent
            ),
        ))
    }
}

/// How the values stand in what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadEncoding {
    /// As they are. The venue's rule.
    Plain,
    /// Percent-encoded, as some clients do it.
    Percent,
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<Entry>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
            let text = value.get();
            let (value, form) = match text.as_bytes().first() {
                Some(b'"') => {
                    let value = serde_json::from_str(text).map_err(serde::de::Error::custom)?;
                    (value, Form::Text)
                }
                Some(b't' | b'f') => (text.to_owned(), Form::Boolean),
                Some(b'n') => (text.to_owned(), Form::Null),
                Some(b'[' | b'{') => (text.to_owned(), Form::Structure),
                Some(_) | None => (text.to_owned(), Form::Number),
            };
            entries.push(Entry { name, value, form });
        }
        Ok(entries)
    }
}

/// The text of a request that is no JSON object.
pub fn invalid_json() -> Refusal {
    Refusal::new(-1135, "Invalid JSON Request")
}

fn duplicate() -> Refusal {
    Refusal::new(-1101, "Duplicate values for a parameter detected.")
}

fn too_many(expected: usize) -> Refusal {
    Refusal::new(
        -1101,
        format!(
            "Too many parameters; expected '{expected}' and received '{}'.",
            expected.saturating_add(1)
        ),
    )
}

#[cfg(test)]
#[path = "params_tests.rs"]
mod tests;
