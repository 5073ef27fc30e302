//! Why a new order is refused, reason after reason in their order, and how it is read.

use scenario::{
    Lifetime, Limit, Name, OrderEntry, OrderOptions, PostOnlyWord, RejectWord, SelfTradeWord, Size,
    StopOnEntry, TriggerSource,
};

use super::NaiveMarket;
use super::order::{
    Account, Distance, Id, Life, Order, Parent, Partner, Peg, Place, Trail, Trigger, TriggerKind,
};

impl NaiveMarket {
    /// The first of all reasons against a new order.
    pub(super) fn reason_against(&mut self, entry: &OrderEntry) -> Option<RejectWord> {
        let order = self.draft(entry);
        let is_open = self.orders.iter().any(|other| other.name == order.name);
        let reasons = [
            (is_open, RejectWord::DuplicateId),
            (
                self.names_the_dead(&entry.options, order.account),
                RejectWord::UnknownOrder,
            ),
            (self.killed.contains(&order.account), RejectWord::Killed),
        ];
        if let Some((_, reason)) = reasons.into_iter().find(|(holds, _)| *holds) {
            return Some(reason);
        }
        if let Some(reason) = self.state.refuses_orders() {
            return Some(reason);
        }
        let is_frozen = order
            .maker_group
            .is_some_and(|group| self.is_frozen(order.account, group));
        let is_past = matches!(order.life, Life::Until(expiry) if expiry <= self.now);
        let enters_now = order.trigger.is_none()
            && order.parent.is_none()
            && order.peg.is_none()
            && !self.comes_early(&order)
            && self.state.is_trading();
        let would_take =
            enters_now && order.post_only.is_some() && self.post_only_price(&order).is_none();
        let reasons = [
            (self.has_bad_quantity(entry), RejectWord::InvalidQuantity),
            (self.has_bad_price(entry), RejectWord::InvalidPrice),
            (
                is_contradictory(entry) || self.names_the_tied(&order),
                RejectWord::InvalidCombination,
            ),
            (self.is_not_for_now(&order), RejectWord::NotInAuction),
            (is_past, RejectWord::Expired),
            (self.is_out_of_band(entry), RejectWord::PriceBand),
            (is_frozen, RejectWord::ProtectionFrozen),
            (would_take, RejectWord::PostOnly),
            (self.would_trigger(&order), RejectWord::WouldTrigger),
        ];
        let first = reasons.into_iter().find(|(holds, _)| *holds);
        first.map(|(_, reason)| reason)
    }

    /// An order that is to be tied to another one that is not live, or is another account's.
    fn names_the_dead(&self, options: &OrderOptions, account: Account) -> bool {
        let named = [
            &options.oco,
            &options.oco_reduce,
            &options.parent,
            &options.parent_partial,
        ];
        named
            .into_iter()
            .flatten()
            .any(|name| match self.live(name) {
                Ok(id) => self.order(id).account != account,
                Err(_) => true,
            })
    }

    /// An order has one partner, which is not its parent; and it can be open beside it.
    fn names_the_tied(&self, order: &Order) -> bool {
        let waits = order.trigger.is_some() || order.parent.is_some();
        let is_immediate = matches!(order.life, Life::Immediate | Life::WholeOrNothing);
        let is_market = order.limit.is_none() && order.peg.is_none();
        order.partner.is_some_and(|partner| {
            self.order(partner.id).partner.is_some()
                || order.parent.is_some_and(|parent| parent.id == partner.id)
                || !waits && (is_immediate || is_market)
        })
    }

    fn has_bad_quantity(&self, entry: &OrderEntry) -> bool {
        let is_lots = |units: u64| units > 0 && units.is_multiple_of(self.lot());
        let (size_is_good, quantity) = match entry.size {
            Size::Quantity(units) => (is_lots(units), units),
            Size::Quote(money) => (money > 0, u64::MAX),
        };
        let minimum = entry.options.minimum.unwrap_or(0);
        let minimum_is_good = minimum.is_multiple_of(self.lot()) && minimum <= quantity;
        let peak_is_good = entry.options.peak.is_none_or(is_lots);
        !(size_is_good && minimum_is_good && peak_is_good)
    }

    pub(super) fn is_on_grid(&self, price: i64) -> bool {
        price > 0 && price % self.tick() == 0
    }

    fn has_bad_price(&self, entry: &OrderEntry) -> bool {
        let options = &entry.options;
        let limit = match entry.limit {
            Limit::Price(price) => Some(price),
            Limit::Market | Limit::Peg => None,
        };
        let prices = [
            limit,
            options.stop,
            options.take,
            options.activate,
            options.cap,
        ];
        let distances = [options.points, options.trail, options.step];
        let tick = u64::try_from(self.tick()).expect("a tick is positive");
        let is_off = |distance: u64| distance == 0 || !distance.is_multiple_of(tick);
        prices
            .into_iter()
            .flatten()
            .any(|price| !self.is_on_grid(price))
            || distances.into_iter().flatten().any(is_off)
            || options
                .offset
                .is_some_and(|offset| offset % self.tick() != 0)
            || options
                .trail_bips
                .is_some_and(|bips| bips == 0 || bips >= 10_000)
    }

    pub(super) fn is_in_band(&self, price: i64) -> bool {
        let band = self.terms.band;
        band.is_none_or(|band| band.low <= price && price <= band.high)
    }

    fn is_out_of_band(&self, entry: &OrderEntry) -> bool {
        match entry.limit {
            Limit::Price(price) => !self.is_in_band(price),
            Limit::Market | Limit::Peg => false,
        }
    }

    /// What a call, or continuous trading, does not take.
    fn is_not_for_now(&self, order: &Order) -> bool {
        let is_call = self.state.is_call();
        match order.life {
            Life::Immediate | Life::WholeOrNothing | Life::Continuous => is_call,
            Life::Auction => !is_call || order.minimum > 0,
            Life::Forever | Life::Until(_) | Life::Day | Life::Opening | Life::Closing => {
                is_call && (order.minimum > 0 || order.money.is_some())
            }
        }
    }

    fn would_trigger(&mut self, order: &Order) -> bool {
        let refuses = self.terms.stop_on_entry != Some(StopOnEntry::Trigger);
        let is_stop = order.trigger.is_some() && order.trail().is_none();
        refuses && is_stop && order.parent.is_none() && self.is_true_now(order)
    }

    /// The order as it would be accepted.
    pub(super) fn read_order(&mut self, entry: &OrderEntry) -> Order {
        let mut order = self.draft(entry);
        let slides = order.post_only == Some(PostOnlyWord::Slide);
        let enters_now = order.trigger.is_none() && order.parent.is_none();
        let is_early = self.comes_early(&order);
        if slides && enters_now && !is_early && order.peg.is_none() && self.state.is_trading() {
            order.limit = self.post_only_price(&order);
        }
        order.id = self.new_id();
        order
    }

    /// The order line as an order without a number.
    pub(super) fn draft(&mut self, entry: &OrderEntry) -> Order {
        let options = &entry.options;
        let name = self.word(&entry.name);
        let account = match &options.account {
            Some(account) => Account::Named(self.word(account)),
            None => self.account_tied_to(options).unwrap_or(Account::Own(name)),
        };
        let limit = match entry.limit {
            Limit::Price(price) => Some(price),
            Limit::Market | Limit::Peg => None,
        };
        let (open, money) = match entry.size {
            Size::Quantity(units) => (units, None),
            Size::Quote(money) => (0, Some(money)),
        };
        let signed = |units: u64| i64::try_from(units).expect("a distance is small");
        Order {
            id: 0,
            name,
            account,
            stp_group: options.group.as_ref().map(|group| self.word(group)),
            side: entry.side,
            limit,
            asked: limit,
            open,
            filled: 0,
            money,
            peak: options.peak,
            slice: 0,
            is_hidden: options.hidden,
            life: life(&options.lifetimes),
            post_only: options.post_only,
            minimum: options.minimum.unwrap_or(0),
            mode: self_trade_mode(options),
            points: options.points.map(signed),
            trigger: trigger(options),
            fired_at: None,
            peg: options.peg.map(|reference| Peg {
                reference,
                offset: options.offset.unwrap_or(0),
                cap: options.cap,
            }),
            partner: self.partner(options),
            parent: self.parent(options, open),
            maker_group: options
                .protection_group
                .as_ref()
                .map(|group| self.word(group)),
            goes_on_disconnect: options.cancel_on_disconnect,
            is_quote: false,
            place: Place::Entering,
            turn: 0,
            is_late: false,
            has_taken: false,
        }
    }

    fn id_of(&self, name: Option<&Name>) -> Option<Id> {
        self.live(name?).ok()
    }

    fn partner(&self, options: &OrderOptions) -> Option<Partner> {
        let cancels = self.id_of(options.oco.as_ref()).map(|id| (id, false));
        let reduces = self.id_of(options.oco_reduce.as_ref()).map(|id| (id, true));
        cancels
            .or(reduces)
            .map(|(id, reduces)| Partner { id, reduces })
    }

    /// Whose the orders are that an order without an account is tied to.
    fn account_tied_to(&self, options: &OrderOptions) -> Option<Account> {
        let named = [
            &options.oco,
            &options.oco_reduce,
            &options.parent,
            &options.parent_partial,
        ];
        let mut live = named
            .into_iter()
            .flatten()
            .filter_map(|name| self.live(name).ok());
        live.next().map(|id| self.order(id).account)
    }

    fn parent(&self, options: &OrderOptions, wanted: u64) -> Option<Parent> {
        let full = self.id_of(options.parent.as_ref()).map(|id| (id, false));
        let partial = self
            .id_of(options.parent_partial.as_ref())
            .map(|id| (id, true));
        full.or(partial).map(|(id, is_partial)| Parent {
            id,
            is_partial,
            wanted,
            // A partial child may be for some at once.
            allowed: if is_partial { self.order(id).filled } else { 0 },
            granted: 0,
            has_turn: false,
        })
    }
}

fn life(lifetimes: &[Lifetime]) -> Life {
    match lifetimes.first() {
        None => Life::Forever,
        Some(Lifetime::ImmediateOrCancel) => Life::Immediate,
        Some(Lifetime::FillOrKill) => Life::WholeOrNothing,
        Some(Lifetime::GoodTillDate(expiry)) => Life::Until(*expiry),
        Some(Lifetime::Day) => Life::Day,
        Some(Lifetime::GoodForAuction) => Life::Auction,
        Some(Lifetime::GoodForContinuous) => Life::Continuous,
        Some(Lifetime::AtOpen) => Life::Opening,
        Some(Lifetime::AtClose) => Life::Closing,
    }
}

fn trigger(options: &OrderOptions) -> Option<Trigger> {
    let distance = match (options.trail, options.trail_bips) {
        (Some(distance), _) => Some(Distance::Price(i64::try_from(distance).expect("small"))),
        (None, Some(bips)) => Some(Distance::Bips(i64::try_from(bips).expect("small"))),
        (None, None) => None,
    };
    let kind = match (options.stop, options.take, distance) {
        (Some(price), _, _) => TriggerKind::Stop(price),
        (None, Some(price), _) => TriggerKind::TakeProfit(price),
        (None, None, Some(distance)) => TriggerKind::Trailing(Trail {
            distance,
            step: options.step.unwrap_or(1),
            activation: options.activate,
            entry_price: None,
            stop: None,
        }),
        (None, None, None) => return None,
    };
    Some(Trigger {
        kind,
        source: options.trigger_on.unwrap_or(TriggerSource::Last),
    })
}

/// Attributes that contradict each other.
fn is_contradictory(entry: &OrderEntry) -> bool {
    let options = &entry.options;
    let is_limit = matches!(entry.limit, Limit::Price(_));
    let (is_market, is_pegged) = (entry.limit == Limit::Market, entry.limit == Limit::Peg);
    let life = life(&options.lifetimes);
    let is_immediate = matches!(life, Life::Immediate | Life::WholeOrNothing);
    let is_iceberg = options.peak.is_some();
    let by_money = matches!(entry.size, Size::Quote(_));
    let has_minimum = options.minimum.unwrap_or(0) > 0;
    let is_post_only = options.post_only.is_some();
    let trails = [options.trail.is_some(), options.trail_bips.is_some()];
    let triggers = [
        options.stop.is_some(),
        options.take.is_some(),
        trails[0],
        trails[1],
    ];
    let trigger_count = triggers.iter().filter(|has| **has).count();
    let is_trailing = trails.iter().any(|has| *has);
    let has_trail_options = options.step.is_some() || options.activate.is_some();
    let has_peg_options = options.offset.is_some() || options.cap.is_some();
    let looks_elsewhere = options
        .trigger_on
        .is_some_and(|source| source != TriggerSource::Last);
    options.lifetimes.len() > 1
        || is_post_only && (!is_limit || is_immediate || has_minimum)
        || is_iceberg && (is_market || is_immediate || options.hidden)
        || by_money && (!is_market || has_minimum || trigger_count > 0 || options.points.is_some())
        || by_money && (options.parent.is_some() || options.parent_partial.is_some())
        || (by_money || trigger_count > 0)
            && matches!(life, Life::Auction | Life::Opening | Life::Closing)
        || trigger_count > 1
        || options.trigger_on.is_some() && trigger_count == 0
        || looks_elsewhere && is_trailing
        || has_trail_options && !is_trailing
        || is_pegged != options.peg.is_some()
        || has_peg_options && !is_pegged
        || is_pegged && (is_immediate || trigger_count > 0 || has_minimum)
        || is_pegged && matches!(life, Life::Auction | Life::Opening | Life::Closing)
        || options.points.is_some() && !is_market
        || options.oco.is_some() && options.oco_reduce.is_some()
        || options.parent.is_some() && options.parent_partial.is_some()
}

/// An order that names neither account nor group has an account of its own: nobody's orders are its own.
fn self_trade_mode(options: &OrderOptions) -> SelfTradeWord {
    if options.account.is_none() && options.group.is_none() {
        return SelfTradeWord::None;
    }
    options.self_trade.unwrap_or(SelfTradeWord::Newest)
}
