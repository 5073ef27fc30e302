//! Engine time passes: expiries, then the end of a call or pause, then dead man's timers.

use scenario::{CancelWord, Name};

use super::NaiveMarket;
use super::order::{Account, Id, Order};
use super::sessions::State;

impl NaiveMarket {
    pub(super) fn pass_time(&mut self, time: u64) {
        self.now = time;
        self.expire();
        self.follow_mean();
        if self.ends_at.is_some_and(|at| at <= time) {
            self.end_of_call_or_pause();
        } else {
            self.pause_if_stuck();
        }
        self.cancel_for_dead_men();
    }

    fn expire(&mut self) {
        let now = self.now;
        let due = |order: &Order| {
            let expiry = order.expiry().filter(|expiry| *expiry <= now);
            expiry.map(|expiry| (expiry, order.id))
        };
        let mut expired: Vec<(u64, Id)> = self.orders.iter().filter_map(due).collect();
        expired.sort_unstable();
        for (_, id) in expired {
            self.cancel(id, CancelWord::Expired);
        }
    }

    fn end_of_call_or_pause(&mut self) {
        self.ends_at = None;
        if self.state == State::Paused {
            self.change_state(State::Auction);
            self.ends_at = self.terms.call.map(|length| self.now + length);
            return;
        }
        let price = self.indicative_price();
        if price.is_some_and(|price| self.is_outside_static_corridor(price)) {
            // Once it is extended; then it is the operator's.
            if !self.is_extended {
                self.is_extended = true;
                self.ends_at = self.terms.call.map(|length| self.now + length);
            }
            return;
        }
        self.uncross(None);
    }

    pub(super) fn arm_dead_man(&mut self, account: &Name, delay: u64) {
        let account = Account::Named(self.word(account));
        if delay == 0 {
            self.dead_man.remove(&account);
        } else {
            self.dead_man.insert(account, self.now + delay);
        }
    }

    fn cancel_for_dead_men(&mut self) {
        let now = self.now;
        let mut due: Vec<(u64, Account)> = self
            .dead_man
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(account, at)| (*at, *account))
            .collect();
        due.sort_unstable();
        for (_, account) in due {
            self.dead_man.remove(&account);
            self.cancel_all_of(account, CancelWord::Disconnect, |_| true);
        }
    }
}
