//! Goal: behind the C ABI stands the exchange's engine, by the ABI's rules. Method: its symbols called as a
//! harness calls them; `rules` are short stories, `flows` run beside a naive book; `queue` is about our own queue.

mod book;
mod flows;
mod naive;
mod queue;
mod rules;
