//! Random runs of engine and naive book side by side, and how a failing one is made small.

mod chance;
mod entered;
mod feed_fold;
mod hold_fold;
mod restored_subject;
mod run;
mod shrink;
mod step;
mod story;
mod subject;

pub use restored_subject::RestoredSubject;
pub use run::{RunKind, naive_events, play};
pub use shrink::shrink;
pub use step::{Step, StepMaker};
pub use story::story;
pub use subject::{FaultySubject, RealSubject, Subject};
