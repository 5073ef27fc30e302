//! The call: its price, its trades, its indicative price.

use scenario::{AuctionSelfTrade, BookPicture, CancelWord, Indicative, MarketLine, SideWord};

use super::NaiveMarket;
use super::icebergs::NextSlice;
use super::order::{Life, Order, Place};
use super::sessions::State;

/// What would trade at one price.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Outcome {
    price: i64,
    volume: u64,
    /// Above zero of buyers, below of sellers.
    surplus: i64,
}

impl NaiveMarket {
    /// Ends the call: one price for all, then the leftovers, then continuous trading.
    pub(super) fn uncross(&mut self, reference: Option<i64>) {
        let given = reference;
        self.ends_at = None;
        self.is_extended = false;
        loop {
            // Repeated for what is left, it counts from the price that there was.
            let reference = given.or(self.last_price);
            self.prevent_in_auction(reference);
            let Some(outcome) = self.equilibrium(reference) else {
                break;
            };
            self.trade_at(outcome.price);
            // Each round has its price and its print.
            self.auction_price = Some(outcome.price);
            self.print(outcome.price);
        }
        let leftover = |order: &Order| {
            let is_for_auction =
                matches!(order.life, Life::Auction | Life::Opening | Life::Closing);
            order.place == Place::Book && (order.limit.is_none() || is_for_auction)
        };
        for id in self.ids(leftover) {
            self.cancel(id, CancelWord::Auction);
        }
        self.is_collected = false;
        self.change_state(State::Continuous);
    }

    /// Buyers in priority order, each against sellers in priority order.
    fn trade_at(&mut self, price: i64) {
        loop {
            let first = |side| {
                let queue = self.queue_of(side);
                queue.into_iter().find(|order| order.reaches(price))
            };
            let (Some(buyer), Some(seller)) = (first(SideWord::Buy), first(SideWord::Sell)) else {
                return;
            };
            let quantity = buyer.open.min(seller.open);
            assert!(
                quantity > 0,
                "who reaches has something: {buyer:?} {seller:?}"
            );
            self.say_trade(buyer.id, seller.id, quantity, price);
            for id in [buyer.id, seller.id] {
                self.order_mut(id).trade_as_maker(quantity);
            }
            for id in [buyer.id, seller.id] {
                self.refill(id, NextSlice::InPlace);
            }
            self.follow_up(buyer.id, seller.id, quantity);
        }
    }

    /// By option: the newer order of the first own pair goes, until there is none.
    fn prevent_in_auction(&mut self, reference: Option<i64>) {
        if self.terms.auction_self_trade != Some(AuctionSelfTrade::Newest) {
            return;
        }
        while let Some(outcome) = self.equilibrium(reference) {
            let Some((buyer, seller)) = self.first_own_pair(outcome.price) else {
                return;
            };
            let quantity = buyer.open.min(seller.open);
            let meeting = self.meeting(buyer.name, seller.name, quantity, outcome.price);
            self.say(MarketLine::Prevent(meeting));
            self.cancel(buyer.id.max(seller.id), CancelWord::SelfTrade);
        }
    }

    fn first_own_pair(&self, price: i64) -> Option<(Order, Order)> {
        let eligible = |side| {
            let mut queue = self.queue_of(side);
            queue.retain(|order| order.reaches(price));
            queue
        };
        let (mut buyers, mut sellers) = (eligible(SideWord::Buy), eligible(SideWord::Sell));
        while !buyers.is_empty() && !sellers.is_empty() {
            if buyers[0].is_own(&sellers[0]) {
                return Some((*self.order(buyers[0].id), *self.order(sellers[0].id)));
            }
            let quantity = buyers[0].open.min(sellers[0].open);
            for queue in [&mut buyers, &mut sellers] {
                queue[0].open -= quantity;
                if queue[0].open == 0 {
                    queue.remove(0);
                }
            }
        }
        None
    }

    /// The four steps, over every tick from the lowest limit to the highest.
    fn equilibrium(&self, reference: Option<i64>) -> Option<Outcome> {
        let (bids, asks) = (self.queue_of(SideWord::Buy), self.queue_of(SideWord::Sell));
        let limits = || bids.iter().chain(&asks).filter_map(|order| order.limit);
        let (Some(low), Some(high)) = (limits().min(), limits().max()) else {
            let outcome = outcome_at(reference?, &bids, &asks);
            return (outcome.volume > 0).then_some(outcome);
        };
        let mut left = Vec::new();
        let mut price = low;
        while price <= high {
            left.push(outcome_at(price, &bids, &asks));
            price += self.tick();
        }
        let volume = left.iter().map(|outcome| outcome.volume).max()?;
        if volume == 0 {
            return None;
        }
        left.retain(|outcome| outcome.volume == volume);
        let surplus = left.iter().map(|outcome| outcome.surplus.abs()).min()?;
        left.retain(|outcome| outcome.surplus.abs() == surplus);
        if left.iter().all(|outcome| outcome.surplus > 0) {
            return left.last().copied();
        }
        if left.iter().all(|outcome| outcome.surplus < 0) {
            return left.first().copied();
        }
        // Mixed signs: from the highest price with buyers left to the lowest with sellers left.
        let buying = left.iter().rposition(|outcome| outcome.surplus > 0);
        let selling = left.iter().position(|outcome| outcome.surplus < 0);
        let left = &left[buying.unwrap_or(0)..=selling.unwrap_or(left.len() - 1)];
        let (lowest, highest) = (left.first()?.price, left.last()?.price);
        // Without a reference it is the middle, rounded down.
        let middle = (lowest + highest).div_euclid(2 * self.tick()) * self.tick();
        let wished = reference.unwrap_or(middle);
        let distance = |outcome: &&Outcome| ((outcome.price - wished).abs(), outcome.price);
        left.iter().min_by_key(distance).copied()
    }

    /// The price at which the call would end now.
    pub(super) fn indicative_price(&self) -> Option<i64> {
        Some(self.equilibrium(self.last_price)?.price)
    }

    /// The book of a market that tells indicative prices, to see whether a command changes it.
    pub(super) fn picture_in_call(&self) -> Option<BookPicture> {
        let tells = self.terms.indicative == Some(Indicative::On);
        tells.then(|| self.book_picture())
    }

    /// After each command in a call that changes its orders.
    pub(super) fn publish_indicative(&mut self, before: Option<&BookPicture>) {
        let Some(before) = before else { return };
        let has_changed = self.batch_changes || *before != self.book_picture();
        if !self.state.is_call() || !has_changed {
            return;
        }
        let outcome = self.equilibrium(self.last_price);
        self.say(MarketLine::Indicative {
            price: outcome.map(|outcome| outcome.price),
            volume: outcome.map_or(0, |outcome| outcome.volume),
            surplus: outcome.map_or(0, |outcome| outcome.surplus),
        });
    }
}

fn outcome_at(price: i64, bids: &[Order], asks: &[Order]) -> Outcome {
    let wanted = |orders: &[Order]| -> u64 {
        let reaching = orders.iter().filter(|order| order.reaches(price));
        reaching.map(|order| order.open).sum()
    };
    let (buying, selling) = (wanted(bids), wanted(asks));
    let signed = |units: u64| i64::try_from(units).expect("quantities are small");
    Outcome {
        price,
        volume: buying.min(selling),
        surplus: signed(buying) - signed(selling),
    }
}
