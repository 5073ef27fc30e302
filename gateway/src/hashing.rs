//! The hash map of what is looked up for every order.

/// A hash map whose keys participants choose in part: seeded anew in each process, and several times faster than the
/// standard library's on short keys. Nothing that decides is ever walked in its order.
pub type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::quality::RandomState>;

/// A set of the same kind.
pub type HashSet<T> = std::collections::HashSet<T, foldhash::quality::RandomState>;
