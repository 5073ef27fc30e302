//! Money is neither made nor lost: the rule book's cases, random lives, and sessions that race.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod busts;
mod conservation;
mod floor;
mod images;
mod keys;
mod positions;
mod racing_sessions;
mod rules;
mod sums;
mod tiers;
