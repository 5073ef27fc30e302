//! A model's run as its realism report sees it.

use crate::flow::market::Market;
use crate::flow::model::Model;
use crate::offline::{RowKind, TapeRow, run};
use crate::realism::{Figures, Metaorder, MetaorderReader, Observer};

/// Runs a model and looks at its tape on the way; every row goes to `rows` as well.
pub fn watch(
    model: &mut Model,
    market: &mut dyn Market,
    until_ns: u64,
    rows: &mut dyn FnMut(TapeRow),
) -> (Observer, Vec<Metaorder>) {
    let mut observer = Observer::default();
    let mut metaorders = MetaorderReader::default();
    // Both callbacks look at the tape: rows are gathered, and read when a marketable order is over.
    let gathered = std::cell::RefCell::new((&mut observer, f64::NAN, None::<u64>));
    run(
        model,
        market,
        until_ns,
        &mut |row| {
            let (observer, before, traded_at) = &mut *gathered.borrow_mut();
            let is_trade = matches!(row.kind, RowKind::Trade | RowKind::HiddenTrade);
            if is_trade && *traded_at != Some(row.at_ns) {
                *before = observer.last_mid();
                *traded_at = Some(row.at_ns);
            }
            observer.row(&row);
            rows(row);
        },
        &mut |parent| {
            let (_, before, _) = &*gathered.borrow();
            metaorders.parent(&parent, *before);
        },
    );
    let metaorders = metaorders.metaorders(&observer);
    (observer, metaorders)
}

/// The figures of a model's run.
pub fn figures(model: &mut Model, market: &mut dyn Market, until_ns: u64) -> Figures {
    let (observer, metaorders) = watch(model, market, until_ns, &mut |_| {});
    Figures::of(&observer, &metaorders)
}
