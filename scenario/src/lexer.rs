//! A line as words.

use std::str::FromStr;

/// The words of one line, taken from the left; `@` is always a word of its own.
#[derive(Debug)]
pub(crate) struct Words<'line> {
    words: Vec<&'line str>,
    taken: usize,
}

impl<'line> Words<'line> {
    pub(crate) fn new(line: &'line str) -> Self {
        let mut words = Vec::new();
        for chunk in line.split_whitespace() {
            for piece in chunk.split_inclusive('@') {
                match piece.strip_suffix('@') {
                    Some("") => words.push("@"),
                    Some(before) => words.extend([before, "@"]),
                    None => words.push(piece),
                }
            }
        }
        Self { words, taken: 0 }
    }

    /// The `ahead`-th word not taken yet.
    pub(crate) fn peek(&self, ahead: usize) -> Option<&'line str> {
        self.words.get(self.taken.checked_add(ahead)?).copied()
    }

    /// Takes the next word; `what` says what was hoped for.
    pub(crate) fn next(&mut self, what: &str) -> Result<&'line str, String> {
        let word = self.peek(0).ok_or_else(|| format!("{what} is missing"))?;
        self.taken += 1;
        Ok(word)
    }

    /// Takes the next word, which must be `expected`.
    pub(crate) fn expect(&mut self, expected: &str) -> Result<(), String> {
        let word = self.next(&format!("`{expected}`"))?;
        if word == expected {
            Ok(())
        } else {
            Err(format!("`{expected}` was expected, `{word}` is there"))
        }
    }

    /// Says that the line must end here.
    pub(crate) fn finish(&self) -> Result<(), String> {
        match self.peek(0) {
            None => Ok(()),
            Some(word) => Err(format!("the line should end before `{word}`")),
        }
    }
}

/// The part of a line before its comment, trimmed.
pub(crate) fn without_comment(line: &str) -> &str {
    line.split_once('#')
        .map_or(line, |(before, _)| before)
        .trim()
}

/// Reads an integer; `what` names it in the error.
pub(crate) fn integer<T: FromStr>(text: &str, what: &str) -> Result<T, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        .then(|| text.parse().ok())
        .flatten()
        .ok_or_else(|| format!("`{text}` is no {what}"))
}

/// Reads `key=value`.
pub(crate) fn key_and_value(word: &str) -> (&str, Option<&str>) {
    match word.split_once('=') {
        Some((key, value)) => (key, Some(value)),
        None => (word, None),
    }
}
