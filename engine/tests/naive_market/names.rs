//! Words for names, so that orders are small.

use std::collections::{BTreeMap, BTreeSet};

use scenario::Name;

/// A name that was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word(usize);

/// All names that were heard, and which of them orders had.
#[derive(Default, Clone)]
pub struct Names {
    list: Vec<Name>,
    words: BTreeMap<Name, Word>,
    accepted: BTreeSet<Word>,
}

impl Names {
    pub fn word(&mut self, name: &Name) -> Word {
        if let Some(word) = self.words.get(name) {
            return *word;
        }
        let word = Word(self.list.len());
        self.list.push(name.clone());
        self.words.insert(name.clone(), word);
        word
    }

    /// The word of a name, if it was heard before.
    pub fn known(&self, name: &Name) -> Option<Word> {
        self.words.get(name).copied()
    }

    pub fn name(&self, word: Word) -> &Name {
        &self.list[word.0]
    }

    /// An order of this name was accepted.
    pub fn accept(&mut self, word: Word) {
        self.accepted.insert(word);
    }

    pub fn was_accepted(&self, word: Word) -> bool {
        self.accepted.contains(&word)
    }
}
