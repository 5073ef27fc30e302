//! Cancels by name, and of many at once.

use scenario::{CancelWord, MassCancellation, Name, RejectWord};

use super::NaiveMarket;
use super::names::Word;
use super::order::{Account, Id, Order, Place, TriggerKind};

impl NaiveMarket {
    pub(super) fn cancel_named(&mut self, name: &Name) {
        match self.live(name) {
            Ok(id) => self.cancel(id, CancelWord::Requested),
            Err(reason) => self.say_reject(name, reason),
        }
    }

    /// The live order of a name; else whether it is gone or never was.
    pub(super) fn live(&self, name: &Name) -> Result<Id, RejectWord> {
        let word = self.names.known(name).ok_or(RejectWord::UnknownOrder)?;
        match self.orders.iter().find(|order| order.name == word) {
            Some(order)
                if self
                    .batch_account
                    .is_some_and(|account| account != order.account) =>
            {
                Err(RejectWord::UnknownOrder)
            }
            Some(order) => Ok(order.id),
            None if self.batch_names.contains(name) => Err(RejectWord::UnknownOrder),
            None if self.names.was_accepted(word) => Err(RejectWord::TooLate),
            None => Err(RejectWord::UnknownOrder),
        }
    }

    pub(super) fn mass_cancel(&mut self, filter: &MassCancellation) {
        let account = Account::Named(self.word(&filter.account));
        let (low, high) = (filter.from, filter.to);
        let is_in_range = |order: &Order| match price_for_range(order) {
            Some(price) => {
                low.is_none_or(|low| low <= price) && high.is_none_or(|high| high >= price)
            }
            None => low.is_none() && high.is_none(),
        };
        self.cancel_all_of(account, CancelWord::Mass, |order| {
            filter.side.is_none_or(|side| side == order.side) && is_in_range(order)
        });
    }

    pub(super) fn disconnect(&mut self, account: &Name) {
        let account = Account::Named(self.word(account));
        self.cancel_all_of(account, CancelWord::Disconnect, |order| {
            order.goes_on_disconnect
        });
    }

    pub(super) fn kill(&mut self, account: &Name) {
        let account = Account::Named(self.word(account));
        self.killed.insert(account);
        self.cancel_all_of(account, CancelWord::Mass, |_| true);
    }

    /// Those of an account that are meant, in order of entry.
    pub(super) fn cancel_all_of(
        &mut self,
        account: Account,
        reason: CancelWord,
        is_meant: impl Fn(&Order) -> bool,
    ) {
        for id in self.ids(|order| order.account == account && is_meant(order)) {
            self.cancel(id, reason);
        }
    }

    pub(super) fn word(&mut self, name: &Name) -> Word {
        std::rc::Rc::make_mut(&mut self.names).word(name)
    }
}

/// The limit, or of an order without one that waits for its turn the stop price.
fn price_for_range(order: &Order) -> Option<i64> {
    let stop = order.trigger.and_then(|trigger| match trigger.kind {
        TriggerKind::Stop(price) | TriggerKind::TakeProfit(price) => Some(price),
        TriggerKind::Trailing(_) => super::triggers::fires_at(&trigger),
    });
    let fired_at = (order.place == Place::Hit).then_some(order.fired_at);
    let cap = order.peg.and_then(|peg| peg.cap);
    order.limit.or(fired_at.flatten()).or(stop).or(cap)
}
