//! Random order lines.

use scenario::{
    Lifetime, Limit, Name, OrderEntry, OrderOptions, PegReference, PostOnlyWord, SelfTradeWord,
    SideWord, Size, TriggerSource,
};

use super::chance::Chance;
use super::terms::{GROUPS, MIDDLE, Mix};

/// How often a run uses what, in tenths of a per cent; each run has other habits.
pub struct Habits {
    mix: Mix,
    pub tick: i64,
    pub lot: u64,
    market: u64,
    lifetime: u64,
    post_only: u64,
    iceberg: u64,
    hidden: u64,
    minimum: u64,
    trigger: u64,
    pub peg: u64,
    linked: u64,
    child: u64,
    protected: u64,
    self_trade: u64,
    nonsense: u64,
}

impl Habits {
    pub fn new(mix: Mix, chance: &mut Chance, tick: i64, lot: u64) -> Self {
        let mut often = |words: &[&str]| {
            if words.iter().all(|word| mix.has(word)) {
                chance.pick(&[0, 20, 100, 250])
            } else {
                0
            }
        };
        Self {
            mix,
            tick,
            lot,
            market: often(&[]),
            lifetime: often(&[]),
            post_only: often(&[]),
            iceberg: often(&["peak"]),
            hidden: often(&[]),
            minimum: often(&[]),
            trigger: often(&["stop"]),
            peg: often(&["peg"]),
            linked: often(&["oco"]),
            child: often(&["parent"]),
            protected: often(&["mmp"]),
            self_trade: often(&[]),
            nonsense: chance.pick(&[0, 5, 20]),
        }
    }

    fn does(chance: &mut Chance, often: u64) -> bool {
        chance.chance(often, 1_000)
    }

    pub fn price(&self, chance: &mut Chance) -> i64 {
        let near = i64::try_from(chance.below(11)).expect("small") - 5;
        if Self::does(chance, self.nonsense) {
            return MIDDLE + near;
        }
        (MIDDLE / self.tick + near) * self.tick
    }

    /// A price where an order of this side mostly rests.
    fn price_for(&self, chance: &mut Chance, side: SideWord) -> i64 {
        let shift = self.tick * i64::try_from(chance.below(4)).expect("small");
        let price = self.price(chance);
        match side {
            SideWord::Buy => price - shift,
            SideWord::Sell => price + shift,
        }
    }

    pub fn quantity(&self, chance: &mut Chance) -> u64 {
        if Self::does(chance, self.nonsense) {
            return chance.below(8);
        }
        (1 + chance.below(10)) * self.lot
    }

    pub fn account(chance: &mut Chance) -> Name {
        name(chance.pick(&["U", "V", "W", "M"]))
    }

    /// A new order; `live` are names of open orders of its account.
    pub fn order(
        &self,
        chance: &mut Chance,
        name_of_order: Name,
        now: u64,
        live: &[Name],
        account: Name,
    ) -> OrderEntry {
        let side = chance.pick(&[SideWord::Buy, SideWord::Sell]);
        let mut options = OrderOptions {
            account: Some(account),
            ..OrderOptions::default()
        };
        let mut limit = Limit::Price(self.price_for(chance, side));
        let mut size = Size::Quantity(self.quantity(chance));
        if Self::does(chance, self.market) {
            limit = Limit::Market;
            if self.mix.has("points") && chance.chance(1, 4) {
                options.points = Some(self.distance(chance));
            } else if chance.chance(1, 8) {
                size = Size::Quote(chance.below(1_500));
            }
        }
        if Self::does(chance, self.peg) {
            limit = Limit::Peg;
            self.peg(chance, side, &mut options);
        }
        if Self::does(chance, self.trigger) {
            self.trigger(chance, &mut options);
        }
        if Self::does(chance, self.lifetime) {
            options
                .lifetimes
                .extend(random_lifetime(self.mix, chance, now));
        }
        if Self::does(chance, self.post_only) {
            options.post_only = Some(chance.pick(&[PostOnlyWord::Reject, PostOnlyWord::Slide]));
        }
        if Self::does(chance, self.iceberg) {
            options.peak = Some(self.quantity(chance).div_ceil(2 * self.lot) * self.lot);
        }
        options.hidden =
            Self::does(chance, self.hidden) && (options.peak.is_none() || chance.chance(1, 10));
        if Self::does(chance, self.minimum) {
            options.minimum = Some(self.quantity(chance));
        }
        self.link(chance, live, &mut options);
        if Self::does(chance, self.protected) {
            options.protection_group = Some(name(chance.pick(&GROUPS)));
        }
        if Self::does(chance, self.self_trade) {
            options.self_trade = Some(chance.pick(&[
                SelfTradeWord::None,
                SelfTradeWord::Newest,
                SelfTradeWord::Oldest,
                SelfTradeWord::Both,
                SelfTradeWord::Decrement,
            ]));
            options.group = chance.chance(1, 3).then(|| name(chance.pick(&["S", "R"])));
        }
        options.cancel_on_disconnect = self.mix.has("cod") && chance.chance(1, 5);
        let order = OrderEntry {
            name: name_of_order,
            side,
            size,
            limit,
            options,
        };
        if is_sensible(&order) || Self::does(chance, self.nonsense) {
            order
        } else {
            plain(order)
        }
    }

    fn distance(&self, chance: &mut Chance) -> u64 {
        let tick = u64::try_from(self.tick).expect("positive");
        (1 + chance.below(4)) * tick
    }

    fn trigger(&self, chance: &mut Chance, options: &mut OrderOptions) {
        let price = Some(self.price(chance));
        match chance.below(4) {
            0 if self.mix.has("take") => options.take = price,
            1 if self.mix.has("trail") => {
                if chance.chance(2, 3) {
                    options.trail = Some(self.distance(chance));
                } else {
                    options.trail_bips = Some(chance.pick(&[100, 150, 300]));
                }
                options.step = chance.chance(1, 3).then(|| self.distance(chance));
                options.activate = chance.chance(1, 3).then(|| self.price(chance));
            }
            _ => options.stop = price,
        }
        let can_look_elsewhere = options.stop.is_some() || options.take.is_some();
        if self.mix.has("on") && can_look_elsewhere && chance.chance(1, 3) {
            options.trigger_on = Some(chance.pick(&[
                TriggerSource::Last,
                TriggerSource::BidAsk,
                TriggerSource::Mid,
            ]));
        }
    }

    fn peg(&self, chance: &mut Chance, side: SideWord, options: &mut OrderOptions) {
        options.peg = Some(chance.pick(&[
            PegReference::Primary,
            PegReference::Market,
            PegReference::Mid,
        ]));
        let offset = i64::try_from(chance.below(5)).expect("small") - 2;
        options.offset = chance.chance(1, 3).then_some(offset * self.tick);
        options.cap = chance.chance(1, 3).then(|| self.price_for(chance, side));
    }

    fn link(&self, chance: &mut Chance, live: &[Name], options: &mut OrderOptions) {
        if live.is_empty() {
            return;
        }
        let at = |chance: &mut Chance| {
            let count = u64::try_from(live.len()).expect("few");
            live[usize::try_from(chance.below(count)).expect("few")].clone()
        };
        if Self::does(chance, self.linked) {
            let other = Some(at(chance));
            if self.mix.has("oco_reduce") && chance.chance(1, 3) {
                options.oco_reduce = other;
            } else {
                options.oco = other;
            }
        }
        if Self::does(chance, self.child) {
            let parent = Some(at(chance));
            if self.mix.has("parent_partial") && chance.chance(1, 2) {
                options.parent_partial = parent;
            } else {
                options.parent = parent;
            }
        }
    }
}

fn random_lifetime(mix: Mix, chance: &mut Chance, now: u64) -> Option<Lifetime> {
    let expiry = now + chance.below(12);
    let lifetime = chance.pick(&[
        Lifetime::ImmediateOrCancel,
        Lifetime::ImmediateOrCancel,
        Lifetime::FillOrKill,
        Lifetime::FillOrKill,
        Lifetime::GoodTillDate(expiry),
        Lifetime::Day,
        Lifetime::GoodForAuction,
        Lifetime::GoodForContinuous,
        Lifetime::AtOpen,
        Lifetime::AtClose,
    ]);
    let word = match lifetime {
        Lifetime::ImmediateOrCancel | Lifetime::FillOrKill | Lifetime::GoodTillDate(_) => "gtd",
        Lifetime::Day => "day",
        Lifetime::GoodForAuction => "gfa",
        Lifetime::GoodForContinuous => "gfc",
        Lifetime::AtOpen | Lifetime::AtClose => "opg",
    };
    mix.has(word).then_some(lifetime)
}

pub fn name(text: &str) -> Name {
    Name::new(text).expect("a word")
}

/// Combinations that mean something; the others come seldom, to be refused.
fn is_sensible(order: &OrderEntry) -> bool {
    let options = &order.options;
    let is_market = order.limit == Limit::Market;
    let is_peg = order.limit == Limit::Peg;
    let is_immediate = options
        .lifetimes
        .iter()
        .any(|lifetime| matches!(lifetime, Lifetime::ImmediateOrCancel | Lifetime::FillOrKill));
    let has_trigger = options.stop.is_some()
        || options.take.is_some()
        || options.trail.is_some()
        || options.trail_bips.is_some();
    let waits = has_trigger || options.parent.is_some() || options.parent_partial.is_some();
    let by_money = matches!(order.size, Size::Quote(_));
    let post_only_is_good = options.post_only.is_none()
        || !(is_market || is_peg || is_immediate || waits || options.minimum.is_some());
    let peak_is_good = options.peak.is_none() || !(is_market || is_immediate);
    let peg_is_good = !is_peg
        || !(is_immediate
            || has_trigger
            || options.minimum.is_some()
            || !options.lifetimes.is_empty());
    let hidden_is_good = !options.hidden || !(is_market || is_peg);
    let minimum_is_good = options.minimum.is_none() || !by_money;
    let money_is_good = !by_money || !waits;
    post_only_is_good
        && peak_is_good
        && peg_is_good
        && hidden_is_good
        && minimum_is_good
        && money_is_good
}

/// The same order without what contradicts.
fn plain(mut order: OrderEntry) -> OrderEntry {
    let kept = order.options;
    order.options = OrderOptions {
        account: kept.account,
        self_trade: kept.self_trade,
        group: kept.group,
        protection_group: kept.protection_group,
        cancel_on_disconnect: kept.cancel_on_disconnect,
        ..OrderOptions::default()
    };
    if order.limit == Limit::Peg {
        order.limit = Limit::Market;
    }
    order
}
