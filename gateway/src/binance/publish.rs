//! What a command's outcome means for this persona: orders change, followers are told, who asked is answered.

use engine::{AccountId, Event, Side, Trade};
use ledger::{AssetId, Money};
use sequencer::{CommandOutcome, ControlCommand, ControlOutcome};

use crate::binance::amount::Amount;
use crate::binance::orders::{Attributes, Block, ListNews, Told};
use crate::binance::state::{Answered, Pending, Serving, Venue};
use crate::binance::wire::{
    AccountPosition, AggregateEvent, BalanceChange, ExecutionReport, ListStatus, PositionBalance,
    Writing, free_and_locked, json,
};
use crate::edge::{Edge, InstrumentState};
use crate::lock::lock;
use crate::native::translate::at_us;
use crate::session::WakeList;

impl Venue {
    /// Takes in what one command did.
    pub fn publish(
        &self,
        edge: &Edge,
        state: &InstrumentState,
        (outcome, events): (&CommandOutcome, &[Event]),
        wakes: &mut WakeList,
    ) {
        if self.serving == Serving::Off {
            return;
        }
        let pending = if outcome.origin.session == self.session {
            self.take_pending(outcome.origin.request)
        } else {
            None
        };
        let at_us = at_us(outcome.at);
        let block = Block {
            listing: &edge.listing,
            listed: &state.listed,
            sequence: outcome.sequence.0,
            at_us,
            events,
            attributes: pending
                .as_ref()
                .map_or(Attributes::default(), |pending| pending.attributes),
            legs: pending
                .as_ref()
                .map_or(&[], |pending| pending.legs.as_slice()),
            request_id: pending.as_ref().and_then(|pending| pending.request_id),
            replacement: pending
                .as_ref()
                .and_then(|pending| pending.replacement.as_deref()),
        };
        self.take_trades(state, events, at_us, wakes);
        let mut told = Told::default();
        let symbol = self.symbol(state);
        lock(&symbol.orders).apply(&block, |account| self.is_followed(account), &mut told);
        for (account, filled_as) in &told.first_fills {
            self.limits.first_filled(*account, *filled_as, at_us);
        }
        self.tell_followers(edge, state, &told, at_us, wakes);
        if let Some(pending) = pending {
            answer(pending, events, told);
        }
    }

    /// Adds up what was traded, and tells those who follow the sums.
    fn take_trades(
        &self,
        state: &InstrumentState,
        events: &[Event],
        at_us: u64,
        wakes: &mut WakeList,
    ) {
        let trades: Vec<&Trade> = events.iter().filter_map(trade_in).collect();
        if trades.is_empty() {
            return;
        }
        let sums = lock(&self.symbol(state).tape).take(&trades, at_us);
        if self.hub.is_empty() {
            return;
        }
        let symbol = state.listed.symbol.as_str().to_ascii_lowercase();
        let name = format!("{symbol}@aggTrade");
        for sum in sums {
            self.hub.tell(&name, wakes, |unit| {
                let writing = Writing {
                    listed: &state.listed,
                    unit,
                };
                json(&AggregateEvent::of(writing, &sum))
            });
        }
    }

    fn tell_followers(
        &self,
        edge: &Edge,
        state: &InstrumentState,
        told: &Told,
        at_us: u64,
        wakes: &mut WakeList,
    ) {
        if self.users.is_empty() {
            return;
        }
        let event_us = edge.at_us().max(at_us);
        for report in &told.reports {
            self.users.tell(report.order.account, wakes, |unit| {
                let writing = Writing {
                    listed: &state.listed,
                    unit,
                };
                json(&ExecutionReport::of(writing, report, event_us))
            });
        }
        self.tell_lists(state, &told.lists, event_us, wakes);
        for (account, assets) in touched_assets(state, &told.touched) {
            if self.users.follows(account) {
                self.tell_position(edge, account, &assets, at_us, wakes);
            }
        }
    }

    /// Tells what happened to lists of orders.
    pub fn tell_lists(
        &self,
        state: &InstrumentState,
        news: &[ListNews],
        event_us: u64,
        wakes: &mut WakeList,
    ) {
        for news in news {
            self.users.tell(news.account, wakes, |unit| {
                let writing = Writing {
                    listed: &state.listed,
                    unit,
                };
                json(&ListStatus::of(writing, news, event_us))
            });
        }
    }

    fn tell_position(
        &self,
        edge: &Edge,
        account: AccountId,
        assets: &[AssetId],
        at_us: u64,
        wakes: &mut WakeList,
    ) {
        let balances = edge.ledger.balances(account);
        self.users.tell(account, wakes, |unit| {
            let time = unit.of_us(at_us);
            let balances = balances
                .iter()
                .filter(|balance| assets.contains(&balance.asset))
                .filter_map(|balance| {
                    let asset = edge.listing.asset(balance.asset)?;
                    let (free, locked) = free_and_locked(balance, asset.decimals);
                    Some(PositionBalance {
                        a: asset.name.to_string(),
                        f: free,
                        l: locked,
                    })
                });
            json(&AccountPosition::new(time, time, balances.collect()))
        });
    }

    /// Takes in what an entry of the control sequence did: a key, a deposit, a withdrawal.
    pub fn publish_control(&self, edge: &Edge, outcome: &ControlOutcome, wakes: &mut WakeList) {
        if outcome.result.is_err() {
            return;
        }
        let at_us = at_us(outcome.at);
        match &outcome.command {
            ControlCommand::AddKey(key) => self.follow(edge, key.account),
            ControlCommand::Deposit {
                account,
                asset,
                amount,
            } => self.tell_change(edge, (*account, *asset, *amount), at_us, wakes),
            ControlCommand::Withdraw {
                account,
                asset,
                amount,
            } => {
                let change = Money::from_units(-amount.units());
                self.tell_change(edge, (*account, *asset, change), at_us, wakes);
            }
            ControlCommand::CreateAccount { .. }
            | ControlCommand::RevokeKey { .. }
            | ControlCommand::FanOut { .. }
            | ControlCommand::TakeOut(_)
            | ControlCommand::Note(_) => {}
        }
    }

    fn tell_change(
        &self,
        edge: &Edge,
        (account, asset, change): (AccountId, AssetId, Money),
        at_us: u64,
        wakes: &mut WakeList,
    ) {
        if !self.users.follows(account) {
            return;
        }
        let Some(listed) = edge.listing.asset(asset) else {
            return;
        };
        self.users.tell(account, wakes, |unit| {
            json(&BalanceChange::new(
                unit.of_us(at_us),
                listed.name.to_string(),
                Amount::of_money(change, listed.decimals),
            ))
        });
        self.tell_position(edge, account, &[asset], at_us, wakes);
    }
}

const fn trade_in(event: &Event) -> Option<&Trade> {
    match event {
        Event::Trade(trade) => Some(trade),
        Event::Accepted(_)
        | Event::Conditioned(_)
        | Event::Rejected(_)
        | Event::Repeated(_)
        | Event::Prevented(_)
        | Event::Rested(_)
        | Event::Queued(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Pegged(_)
        | Event::Replaced(_)
        | Event::Canceled(_)
        | Event::HoldReleased(_)
        | Event::StatusChanged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::Step(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => None,
    }
}

fn answer(pending: Pending, events: &[Event], told: Told) {
    let account = pending.account;
    let mut reports = told.reports;
    reports.retain(|report| report.order.account == account);
    let rejected = events.iter().filter_map(|event| match event {
        Event::Rejected(rejected) if rejected.account == account => Some(*rejected),
        Event::Rejected(_)
        | Event::Accepted(_)
        | Event::Conditioned(_)
        | Event::Repeated(_)
        | Event::Trade(_)
        | Event::Prevented(_)
        | Event::Rested(_)
        | Event::Queued(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Pegged(_)
        | Event::Replaced(_)
        | Event::Canceled(_)
        | Event::HoldReleased(_)
        | Event::StatusChanged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::Step(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => None,
    });
    // Who asked may be gone: then nobody is answered.
    let _ = pending.answer.send(Answered {
        rejected: rejected.collect(),
        reports,
    });
}

/// Each account once, with its assets that were touched.
fn touched_assets(
    state: &InstrumentState,
    touched: &[(AccountId, Side)],
) -> Vec<(AccountId, Vec<AssetId>)> {
    let mut accounts: Vec<(AccountId, Vec<AssetId>)> = Vec::new();
    for (account, side) in touched {
        let asset = state.listed.terms.paid_asset(*side);
        match accounts.iter_mut().find(|(known, _)| known == account) {
            Some((_, assets)) if assets.contains(&asset) => {}
            Some((_, assets)) => assets.push(asset),
            None => accounts.push((*account, vec![asset])),
        }
    }
    accounts
}
