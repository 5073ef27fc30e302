//! Hash maps of the read models: keys are ids that the exchange gives or has checked, so a keyed hash is enough.

/// A map that is looked up and never walked where order counts.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::quality::RandomState>;
