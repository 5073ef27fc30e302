//! Rust client of the native protocol.
