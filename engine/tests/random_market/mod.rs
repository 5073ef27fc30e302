//! Random commands of the whole rule book on engine and naive market side by side, and how a failing
//! run is made small.

#[path = "../random_flow/chance.rs"]
mod chance;
#[path = "../random_flow/feed_fold.rs"]
mod feed_fold;
mod feeds;
mod maker;
mod orders;
mod run;
mod shrink;
mod terms;

pub use maker::Maker;
pub use run::{Checked, Depth, Run, replay, story};
pub use shrink::{Played, shrink};
pub use terms::Mix;
