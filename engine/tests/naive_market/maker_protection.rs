//! Market-maker protection: counters over a window, and the freeze.

use scenario::{CancelWord, Name, Protection, SideWord, WindowKind};

use super::NaiveMarket;
use super::names::Word;
use super::order::{Account, Order};

/// What a group traded: time, quantity, and whether it bought.
#[derive(Clone, Copy)]
struct Fill {
    at: u64,
    quantity: u64,
    side: SideWord,
}

/// The fills of an account's group, and whether it is frozen.
#[derive(Clone, Default)]
pub struct Counter {
    fills: Vec<Fill>,
    frozen: Option<Frozen>,
}

#[derive(Clone, Copy)]
enum Frozen {
    Until(u64),
    UntilReset,
}

impl NaiveMarket {
    fn protection_of(&self, group: Word) -> Option<Protection> {
        let name = self.names.name(group);
        let mut protections = self.terms.protections.iter();
        protections
            .find(|protection| protection.group == *name)
            .cloned()
    }

    pub(super) fn is_frozen(&self, account: Account, group: Word) -> bool {
        let counter = self.counters.get(&(account, group));
        match counter.and_then(|counter| counter.frozen) {
            Some(Frozen::Until(until)) => self.now < until,
            Some(Frozen::UntilReset) => true,
            None => false,
        }
    }

    /// Looked at after each fill: at its limit the group's orders go, and it is frozen.
    pub(super) fn count_fill(&mut self, order: &Order, quantity: u64) {
        let Some(group) = order.maker_group else {
            return;
        };
        let Some(protection) = self.protection_of(group) else {
            return;
        };
        let (now, key) = (self.now, (order.account, group));
        let counter = self.counters.entry(key).or_default();
        counter.forget_old(&protection, now);
        counter.fills.push(Fill {
            at: now,
            quantity,
            side: order.side,
        });
        if !counter.is_at_limit(&protection) {
            return;
        }
        counter.fills.clear();
        counter.frozen = Some(match protection.freeze {
            None | Some(0) => Frozen::UntilReset,
            Some(freeze) => Frozen::Until(now + freeze),
        });
        let account = order.account;
        for id in self.ids(|other| other.account == account && other.maker_group == Some(group)) {
            self.cancel(id, CancelWord::MarketMakerProtection);
        }
    }

    pub(super) fn reset_protection(&mut self, group: &Name, account: &Name) {
        let (group, account) = (self.word(group), Account::Named(self.word(account)));
        self.counters.remove(&(account, group));
    }
}

impl Counter {
    fn forget_old(&mut self, protection: &Protection, now: u64) {
        let window = protection.window;
        match protection.kind {
            WindowKind::Sliding => self.fills.retain(|fill| now - fill.at < window),
            WindowKind::Tumbling => {
                let first = self.fills.first().map(|fill| fill.at);
                if first.is_some_and(|first| now - first >= window) {
                    self.fills.clear();
                }
            }
        }
    }

    fn is_at_limit(&self, protection: &Protection) -> bool {
        let quantity: u64 = self.fills.iter().map(|fill| fill.quantity).sum();
        let count = self.fills.len() as u64;
        let bought = |fill: &&Fill| fill.side == SideWord::Buy;
        let buys: u64 = self
            .fills
            .iter()
            .filter(bought)
            .map(|fill| fill.quantity)
            .sum();
        let delta = buys.abs_diff(quantity - buys);
        let is_reached = |limit: Option<u64>, value: u64| limit.is_some_and(|limit| value >= limit);
        is_reached(protection.quantity, quantity)
            || is_reached(protection.count, count)
            || is_reached(protection.delta, delta)
    }
}
