//! Parser and runner of scenario files.
