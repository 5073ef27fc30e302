//! A model against a market of its own: no socket, no clock, an hour in seconds.

mod recorder;
mod watched;

pub use recorder::{Recorder, RowKind, TapeRow};
pub use watched::{figures, watch};

use crate::flow::market::{Market, MarketFact};
use crate::flow::model::{Model, Parent};

/// Runs a model until `until_ns` of its own time; every row goes to `rows`, every marketable order that
/// traded to `parents`.
pub fn run(
    model: &mut Model,
    market: &mut dyn Market,
    until_ns: u64,
    rows: &mut dyn FnMut(TapeRow),
    parents: &mut dyn FnMut(Parent),
) {
    let mut facts: Vec<MarketFact> = Vec::new();
    while model.next_at_ns() < until_ns {
        let at_ns = model.next_at_ns();
        model.act(market);
        market.take_facts(&mut facts);
        for fact in facts.drain(..) {
            if let Some(row) = TapeRow::of(at_ns, &fact) {
                rows(row);
            }
            model.learn(at_ns, fact);
        }
        for parent in model.take_parents() {
            parents(parent);
        }
    }
}
