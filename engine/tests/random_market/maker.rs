//! Random commands: mostly about what is open, so that things meet.

use scenario::{
    BatchWord, Busts, Command, InstrumentOptions, Lifetime, Limit, MarketState, MassCancellation,
    Name, Quote, QuoteSide, Replacement, SideWord, Size,
};

use super::chance::Chance;
use super::orders::{Habits, name};
use super::terms::{GROUPS, MIDDLE, Mix, random_terms};
use crate::naive_market::NaiveMarket;

/// Accounts that quote: a group belongs to one of them.
const MAKERS: [&str; 2] = ["M", "W"];

/// Makes the commands of one run.
pub struct Maker {
    mix: Mix,
    chance: Chance,
    pub terms: InstrumentOptions,
    habits: Habits,
    open_orders_max: usize,
    now: u64,
    states: u64,
    quotes: u64,
    replaces: u64,
    ticks: u64,
    rare: u64,
    batches: u64,
}

impl Maker {
    pub fn new(mix: Mix, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let terms = random_terms(mix, &mut chance);
        let mut habits = Habits::new(
            mix,
            &mut chance,
            terms.tick.unwrap_or(1),
            terms.lot.unwrap_or(1),
        );
        if terms.luld_mean.is_some() {
            // When a band moves away from under a peg, the rules do not say since when the limit state lasts.
            habits.peg = 0;
        }
        Self {
            mix,
            habits,
            open_orders_max: 4 + usize::try_from(chance.below(24)).expect("small"),
            now: 0,
            states: chance.pick(&[0, 5, 20, 60]),
            quotes: if mix.has("quote") {
                chance.pick(&[0, 0, 30, 120])
            } else {
                0
            },
            replaces: chance.pick(&[0, 80, 200]),
            ticks: chance.pick(&[20, 80, 150]),
            rare: chance.pick(&[0, 4, 15]),
            batches: chance.pick(&[0, 30, 150]),
            terms,
            chance,
        }
    }

    /// The next command, seen from where the market stands.
    pub fn next(&mut self, market: &NaiveMarket) -> Command {
        let open = market.open_names();
        if !market.is_trading() && self.chance.chance(1, 6) {
            return self.end_of_call(market);
        }
        let per_mille = self.chance.below(1_000);
        let mut bound = 0;
        let mut falls = |often: u64| {
            bound += often;
            per_mille < bound
        };
        if falls(self.states) {
            self.state()
        } else if falls(self.ticks) {
            self.time()
        } else if falls(self.quotes) {
            self.quote()
        } else if falls(self.rare) {
            self.rare_command(market)
        } else if falls(self.batches) {
            self.batch(market, &open)
        } else if falls(self.replaces) && !open.is_empty() {
            self.replace(&open)
        } else if self.chance.chance(1, 12) {
            self.cancel(&open)
        } else if open.len() >= self.open_orders_max {
            self.make_room(market, &open)
        } else {
            self.submit(market, &open)
        }
    }

    fn submit(&mut self, market: &NaiveMarket, open: &[Name]) -> Command {
        let seldom_open = self.chance.chance(1, 100) && !open.is_empty();
        let order_name = if seldom_open {
            self.pick(open)
        } else {
            let free = (0..60).map(|_| self.chance.below(64)).find_map(|number| {
                let candidate = name(&format!("o{number}"));
                (!open.contains(&candidate)).then_some(candidate)
            });
            free.unwrap_or_else(|| name("spare"))
        };
        let account = Habits::account(&mut self.chance);
        let own = market.open_names_of(&account);
        let mut order = self
            .habits
            .order(&mut self.chance, order_name, self.now, &own, account);
        if !self.mix.has("market_in_call") && !market.is_trading() && order.limit == Limit::Market {
            (order.limit, order.size) = (Limit::Price(MIDDLE), Size::Quantity(self.habits.lot));
        }
        Command::Submit(Box::new(order))
    }

    /// Too much is open: somebody takes, or leaves.
    fn make_room(&mut self, market: &NaiveMarket, open: &[Name]) -> Command {
        let mut command = self.submit(market, open);
        if let (true, Command::Submit(entry)) = (self.chance.chance(1, 2), &mut command) {
            let options = &mut entry.options;
            options.lifetimes = vec![Lifetime::ImmediateOrCancel];
            let is_plain = entry.limit != Limit::Peg
                && options.peak.is_none()
                && options.post_only.is_none()
                && options.parent.is_none()
                && options.parent_partial.is_none();
            if is_plain && market.is_trading() {
                return command;
            }
        }
        self.cancel(open)
    }

    fn pick(&mut self, names: &[Name]) -> Name {
        let count = u64::try_from(names.len()).expect("few");
        names[usize::try_from(self.chance.below(count)).expect("few")].clone()
    }

    fn target(&mut self, open: &[Name]) -> Name {
        if open.is_empty() || self.chance.chance(1, 25) {
            return name(&format!("o{}", self.chance.below(70)));
        }
        self.pick(open)
    }

    fn cancel(&mut self, open: &[Name]) -> Command {
        Command::Cancel(self.target(open))
    }

    fn replace(&mut self, open: &[Name]) -> Command {
        self.replace_of(|maker| maker.target(open))
    }

    fn replace_of(&mut self, target: impl FnOnce(&mut Self) -> Name) -> Command {
        let target = target(self);
        let chance = &mut self.chance;
        let quantity = chance.chance(1, 2).then(|| self.habits.quantity(chance));
        let price = chance.chance(1, 2).then(|| self.habits.price(chance));
        let has_peak = self.mix.has("peak") && chance.chance(1, 6);
        let has_stop = self.mix.has("stop") && chance.chance(1, 6);
        Command::Replace(Replacement {
            name: target,
            quantity,
            price,
            peak: has_peak.then(|| self.habits.quantity(chance)),
            stop: has_stop.then(|| self.habits.price(chance)),
            expiry: chance.chance(1, 12).then(|| self.now + chance.below(12)),
        })
    }

    /// Instructions of one account; new orders may be tied to those before them.
    fn batch(&mut self, market: &NaiveMarket, open: &[Name]) -> Command {
        let account = Habits::account(&mut self.chance);
        let mut own = market.open_names_of(&account);
        let mode = self
            .chance
            .pick(&[BatchWord::Sequential, BatchWord::AllOrNone]);
        let mut instructions = Vec::new();
        for number in 0..=self.chance.below(4) {
            let instruction = match self.chance.below(5) {
                0 if !own.is_empty() => Command::Cancel(self.pick(&own)),
                1 if !own.is_empty() => self.replace_of(|maker| maker.pick(&own)),
                _ => {
                    let fresh = (0..9).map(|_| self.chance.below(64)).find_map(|free| {
                        let candidate = name(&format!("b{number}_{free}"));
                        (!open.contains(&candidate) && !own.contains(&candidate))
                            .then_some(candidate)
                    });
                    let fresh = fresh.unwrap_or_else(|| name(&format!("spare{number}")));
                    let chance = &mut self.chance;
                    let entry =
                        self.habits
                            .order(chance, fresh.clone(), self.now, &own, account.clone());
                    own.push(fresh);
                    Command::Submit(Box::new(entry))
                }
            };
            instructions.push(instruction);
        }
        Command::Batch { mode, instructions }
    }

    fn quote(&mut self) -> Command {
        let which = usize::try_from(self.chance.below(2)).expect("small");
        let chance = &mut self.chance;
        let mut side = |shift: i64| {
            let quantity = if chance.chance(1, 12) {
                0
            } else {
                self.habits.quantity(chance)
            };
            let price = self.habits.price(chance) + shift * self.habits.tick;
            (!chance.chance(1, 12)).then_some(QuoteSide { quantity, price })
        };
        Command::Quote(Quote {
            group: name(GROUPS[which]),
            account: name(MAKERS[which]),
            bid: side(-3),
            ask: side(3),
        })
    }

    fn time(&mut self) -> Command {
        self.now += self.chance.pick(&[0, 1, 1, 2, 3, 7]);
        Command::Time(self.now)
    }

    fn state(&mut self) -> Command {
        Command::State(self.chance.pick(&[
            MarketState::Continuous,
            MarketState::Auction,
            MarketState::Auction,
            MarketState::OpeningAuction,
            MarketState::ClosingAuction,
            MarketState::PreOpen,
            MarketState::Halted,
            MarketState::Closed,
        ]))
    }

    fn end_of_call(&mut self, market: &NaiveMarket) -> Command {
        if market.is_in_call() && self.chance.chance(1, 2) {
            let given = self.chance.chance(1, 2);
            let reference = given.then(|| self.habits.price(&mut self.chance).max(1));
            Command::Uncross { reference }
        } else if self.chance.chance(1, 3) {
            self.time()
        } else {
            Command::State(MarketState::Continuous)
        }
    }

    fn rare_command(&mut self, market: &NaiveMarket) -> Command {
        if self.terms.busts == Some(Busts::On) && self.chance.chance(1, 2) {
            return self.bust(market.trade_count());
        }
        let account = Habits::account(&mut self.chance);
        let which = usize::try_from(self.chance.below(2)).expect("small");
        match self.chance.below(8) {
            0 if self.mix.has("kill") && self.chance.chance(1, 10) => Command::Kill(account),
            1 | 2 if self.mix.has("cancel_after") => Command::CancelAfter {
                account,
                delay: self.chance.below(8),
            },
            3 if self.mix.has("disconnect") => Command::Disconnect(account),
            4 if self.mix.has("mmp") => Command::ProtectionReset {
                group: name(GROUPS[which]),
                account: name(MAKERS[which]),
            },
            6 if self.mix.has("busts") => self.bust(market.trade_count()),
            5 if market.is_trading() => Command::Last(self.habits.price(&mut self.chance).max(1)),
            _ => self.mass_cancel(account),
        }
    }

    /// One of the newest trades or the first one, which may be taken back already; now and then one that was never made.
    fn bust(&mut self, newest: u64) -> Command {
        Command::Bust(match self.chance.below(5) {
            0 => newest + 1,
            1 | 2 => 1,
            _ => newest.saturating_sub(self.chance.below(4)),
        })
    }

    fn mass_cancel(&mut self, account: Name) -> Command {
        let chance = &mut self.chance;
        let side = chance.pick(&[None, Some(SideWord::Buy), Some(SideWord::Sell)]);
        let mut bound = || {
            let price = self.habits.price(chance);
            chance.chance(1, 3).then_some(price)
        };
        Command::MassCancel(MassCancellation {
            account,
            side,
            from: bound(),
            to: bound(),
        })
    }
}
