//! Writes flat JSON objects straight into a buffer, without a tree in between.

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::InlineText;

/// An object that is being written; [`JsonWriter::close`] ends it.
///
/// Keys and words are literals of this crate and need no escape; only free text is escaped.
pub(crate) struct JsonWriter<'a> {
    buffer: &'a mut Vec<u8>,
    separator: u8,
}

impl<'a> JsonWriter<'a> {
    pub(crate) fn open(buffer: &'a mut Vec<u8>) -> Self {
        Self {
            buffer,
            separator: b'{',
        }
    }

    /// Opens a server message: its type, then the number of the request that it answers.
    pub(crate) fn answer(
        buffer: &'a mut Vec<u8>,
        message_type: &'static str,
        request: Option<u64>,
    ) -> Self {
        let mut json = Self::open(buffer);
        json.word("type", message_type);
        json.maybe_number("request", request);
        json
    }

    // Where it is inlined the length of the key is a constant, and copying it takes a few moves instead of a call.
    #[expect(
        clippy::inline_always,
        reason = "the compiler weighs its size before it knows the key"
    )]
    #[inline(always)]
    fn key(&mut self, key: &'static str) {
        let separator = std::mem::replace(&mut self.separator, b',');
        self.buffer.extend_from_slice(&[separator, b'"']);
        self.buffer.extend_from_slice(key.as_bytes());
        self.buffer.extend_from_slice(b"\":");
    }

    #[inline]
    pub(crate) fn word(&mut self, key: &'static str, word: &'static str) {
        self.key(key);
        write_plain(self.buffer, word.as_bytes());
    }

    #[inline]
    pub(crate) fn name<const LENGTH: usize>(
        &mut self,
        key: &'static str,
        name: &InlineText<LENGTH>,
    ) {
        self.key(key);
        write_plain(self.buffer, name.as_bytes());
    }

    pub(crate) fn names<const LENGTH: usize>(
        &mut self,
        key: &'static str,
        names: &[InlineText<LENGTH>],
    ) {
        self.list(key, names, |buffer, name| {
            write_plain(buffer, name.as_bytes());
        });
    }

    pub(crate) fn text(&mut self, key: &'static str, text: &str) {
        self.key(key);
        write_escaped(self.buffer, text);
    }

    #[inline]
    pub(crate) fn number(&mut self, key: &'static str, number: impl Into<u64>) {
        self.key(key);
        let mut digits = itoa::Buffer::new();
        self.buffer
            .extend_from_slice(digits.format(number.into()).as_bytes());
    }

    #[inline]
    pub(crate) fn maybe_number(&mut self, key: &'static str, number: Option<u64>) {
        if let Some(number) = number {
            self.number(key, number);
        }
    }

    #[inline]
    pub(crate) fn maybe_decimal(&mut self, key: &'static str, decimal: Option<ExactDecimal>) {
        if let Some(decimal) = decimal {
            self.decimal(key, decimal);
        }
    }

    #[inline]
    pub(crate) fn maybe_name<const LENGTH: usize>(
        &mut self,
        key: &'static str,
        name: Option<&InlineText<LENGTH>>,
    ) {
        if let Some(name) = name {
            self.name(key, name);
        }
    }

    #[inline]
    pub(crate) fn maybe_word(&mut self, key: &'static str, word: Option<&'static str>) {
        if let Some(word) = word {
            self.word(key, word);
        }
    }

    pub(crate) fn boolean(&mut self, key: &'static str, claim: bool) {
        self.key(key);
        self.buffer
            .extend_from_slice(if claim { b"true" } else { b"false" });
    }

    #[inline]
    pub(crate) fn decimal(&mut self, key: &'static str, decimal: ExactDecimal) {
        self.key(key);
        write_decimal(self.buffer, decimal);
    }

    /// Writes `[..]`, each element by `write`.
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        elements: &[T],
        write: impl Fn(&mut Vec<u8>, &T),
    ) {
        self.key(key);
        self.buffer.push(b'[');
        for (place, element) in elements.iter().enumerate() {
            if place > 0 {
                self.buffer.push(b',');
            }
            write(self.buffer, element);
        }
        self.buffer.push(b']');
    }

    /// Writes the value by `write`, which must write exactly one JSON value.
    pub(crate) fn value(&mut self, key: &'static str, write: impl FnOnce(&mut Vec<u8>)) {
        self.key(key);
        write(self.buffer);
    }

    pub(crate) fn close(self) {
        if self.separator == b'{' {
            self.buffer.push(b'{');
        }
        self.buffer.push(b'}');
    }
}

/// Writes `"digits"`.
pub(crate) fn write_decimal(buffer: &mut Vec<u8>, decimal: ExactDecimal) {
    buffer.push(b'"');
    decimal.write(buffer);
    buffer.push(b'"');
}

/// Writes a string that needs no escape.
#[inline]
pub(crate) fn write_plain(buffer: &mut Vec<u8>, text: &[u8]) {
    buffer.push(b'"');
    buffer.extend_from_slice(text);
    buffer.push(b'"');
}

fn write_escaped(buffer: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(&mut *buffer, text).expect("writing a string to memory cannot fail");
}
