//! Money is neither made nor lost: the rule book's cases, random lives, and sessions that race.

mod conservation;
mod floor;
mod racing_sessions;
mod rules;
