//! What the exchange tells of itself: whether it serves, how much, how fast, and what it refuses.

mod condition;
mod exposition;
mod metrics;
mod performance;
mod rejects;
mod stage_times;

pub use condition::{Condition, health, live, ready};
pub use metrics::{metrics, metrics_on_loopback};
pub use performance::performance;
pub use rejects::Rejects;
pub use stage_times::StageTimes;
