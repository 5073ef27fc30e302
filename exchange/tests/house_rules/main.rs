//! Goal: the house stays as design.md draws it and as style.md furnishes it.
//! Method: read manifests, sources and config files, and name every place that breaks a rule.

mod configuration;
mod dependencies;
mod documents;
mod planted;
mod sources;
mod tree;
