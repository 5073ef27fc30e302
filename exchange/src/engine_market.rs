//! The market that a flow trades in without a gateway: one instrument of the real engine.

use engine::{
    AccountId, Cancel, ClientIdPolicy, Command, Display, EngineLimits, Event, FundsCheck,
    Instrument, InstrumentId, MarketBudget, MatchingEngine, NewOrder, Notional, OrderHandle,
    OrderId, OrderKind, OrderRef, OrderSize, PostOnly, Price, Quantity, Replace, Rules,
    SelfTradePrevention, SequenceNumber, Sequenced, Side, TimeInForce, Timestamp,
};
use feed_sim::{
    Market, MarketFact, ModelNumber, ModelOrder, OrderFact, Sight, Style, TradeFact, VisibleLevel,
    Whose,
};

const INSTRUMENT: InstrumentId = InstrumentId(1);
/// Nobody keeps money here, so all orders may be of one account.
const ACCOUNT: AccountId = AccountId(1);
const PRICE_MAX: i64 = 1_000_000_000;
const QUANTITY_MAX: u64 = 1_000_000_000;
const OPEN_ORDERS_MAX: u32 = 1_000_000;

/// An engine with one instrument whose price unit is a tick and whose quantity unit is a lot.
#[derive(Debug)]
pub struct EngineMarket {
    engine: MatchingEngine,
    sequence: u64,
    events: Vec<Event>,
    facts: Vec<MarketFact>,
    /// By the number's place.
    open: Vec<Open>,
    /// By the engine's order id.
    numbers: Vec<ModelNumber>,
}

/// What is known of the order that has a place now.
#[derive(Debug, Clone, Copy)]
struct Open {
    number: ModelNumber,
    order: OrderId,
    handle: OrderHandle,
    sight: Sight,
    lots: u64,
    is_resting: bool,
}

impl EngineMarket {
    /// An empty book.
    pub fn new() -> Self {
        let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
        engine
            .list(instrument())
            .expect("the terms of the instrument make sense");
        Self {
            engine,
            sequence: 0,
            events: Vec::new(),
            facts: Vec::new(),
            open: Vec::new(),
            numbers: Vec::new(),
        }
    }

    fn apply(&mut self, at_ns: u64, command: Command) {
        self.sequence += 1;
        let sequenced = Sequenced {
            instrument: INSTRUMENT,
            sequence: SequenceNumber(self.sequence),
            at: Timestamp(at_ns),
            command,
        };
        self.events.clear();
        self.engine.apply(&sequenced, &mut self.events);
    }

    fn open(&self, number: ModelNumber) -> Option<Open> {
        let open = *self.open.get(number.place())?;
        (open.number == number).then_some(open)
    }

    fn number_of(&self, order: OrderId) -> ModelNumber {
        self.numbers[usize::try_from(order.0).expect("order ids fit in memory")]
    }

    /// Notes an order under its number and its id.
    fn note(&mut self, accepted: Open) {
        let place = accepted.number.place();
        if self.open.len() <= place {
            self.open.resize(place + 1, accepted);
        }
        self.open[place] = accepted;
        let id = usize::try_from(accepted.order.0).expect("order ids fit in memory");
        if self.numbers.len() <= id {
            self.numbers.resize(id + 1, accepted.number);
        }
        self.numbers[id] = accepted.number;
    }

    /// What the events of a submit say.
    fn read_submit(&mut self, order: &ModelOrder) {
        let events = std::mem::take(&mut self.events);
        let sight = match order.style {
            Style::Displayed | Style::Immediate => Sight::Displayed,
            Style::Hidden => Sight::Hidden,
        };
        let mut rests = false;
        for event in &events {
            if let Event::Accepted(accepted) = event {
                self.note(Open {
                    number: order.number,
                    order: accepted.order_id,
                    handle: accepted.handle,
                    sight,
                    lots: order.lots,
                    is_resting: false,
                });
            } else if let Event::Trade(trade) = event {
                let trade = self.trade(trade);
                self.facts.push(MarketFact::Traded(trade));
            } else if let Event::Rested(rested) = event {
                rests = true;
                let lots = rested.displayed_quantity.units() + rested.hidden_quantity.units();
                let open = &mut self.open[order.number.place()];
                open.handle = rested.handle;
                open.lots = lots;
                open.is_resting = true;
                self.facts.push(MarketFact::Rested(OrderFact {
                    number: order.number,
                    side: order.side,
                    ticks: rested.price.units(),
                    lots,
                    sight,
                }));
            }
        }
        if !rests {
            self.facts.push(MarketFact::Over(order.number));
        }
        self.events = events;
    }

    fn trade(&mut self, trade: &engine::Trade) -> TradeFact {
        let maker = self.number_of(trade.maker.order_id);
        let open = &mut self.open[maker.place()];
        open.lots = trade.maker.leaves_quantity.units();
        TradeFact {
            maker: Whose::Own(maker),
            taker: Whose::Own(self.number_of(trade.taker.order_id)),
            aggressor_side: their_side(trade.aggressor_side),
            ticks: trade.price.units(),
            lots: trade.quantity.units(),
            maker_leaves_lots: trade.maker.leaves_quantity.units(),
            maker_sight: self.open[maker.place()].sight,
        }
    }

    fn fact(&self, open: &Open, lots: u64) -> Option<OrderFact> {
        let book = self.engine.book(INSTRUMENT)?;
        let resting = book.order_by_handle(open.handle)?;
        Some(OrderFact {
            number: open.number,
            side: their_side(resting.side),
            ticks: resting.price.units(),
            lots,
            sight: open.sight,
        })
    }
}

impl Market for EngineMarket {
    fn level(&self, side: protocol::Side, place: usize) -> Option<VisibleLevel> {
        let book = self.engine.book(INSTRUMENT)?;
        let level = if place == 0 {
            let top = book.top_of_book();
            match side {
                protocol::Side::Buy => top.bid,
                protocol::Side::Sell => top.ask,
            }
        } else {
            let depth = book.depth(engine::LevelCount(place + 1));
            let levels = match side {
                protocol::Side::Buy => depth.bids,
                protocol::Side::Sell => depth.asks,
            };
            levels.get(place).copied()
        }?;
        Some(VisibleLevel {
            ticks: level.price.units(),
            lots: level.displayed_quantity.units(),
        })
    }

    fn submit(&mut self, at_ns: u64, order: &ModelOrder) {
        self.apply(at_ns, Command::Submit(new_order(order)));
        self.read_submit(order);
    }

    fn cancel(&mut self, at_ns: u64, number: ModelNumber) {
        let Some(open) = self.open(number).filter(|open| open.is_resting) else {
            return;
        };
        let Some(fact) = self.fact(&open, open.lots) else {
            return;
        };
        let cancel = Cancel {
            account: ACCOUNT,
            order: OrderRef::Handle(open.handle),
        };
        self.apply(at_ns, Command::Cancel(cancel));
        self.open[number.place()].is_resting = false;
        self.facts.push(MarketFact::Canceled(fact));
    }

    fn reduce(&mut self, at_ns: u64, number: ModelNumber, lots: u64) {
        let Some(open) = self
            .open(number)
            .filter(|open| open.is_resting && open.lots > lots)
        else {
            return;
        };
        let taken_back = open.lots - lots;
        let (Some(fact), Some(resting)) = (
            self.fact(&open, taken_back),
            self.engine
                .book(INSTRUMENT)
                .and_then(|book| book.order_by_handle(open.handle)),
        ) else {
            return;
        };
        let total = resting.filled_quantity.units() + lots;
        let replace = Replace {
            account: ACCOUNT,
            order: OrderRef::Handle(open.handle),
            side: resting.side,
            quantity: Some(Quantity::from_units(total)),
            price: None,
            peak: None,
            stop: None,
            expiry: None,
            extra: Notional::ZERO,
        };
        self.apply(at_ns, Command::Replace(replace));
        self.open[number.place()].lots = lots;
        self.facts.push(MarketFact::Reduced(fact));
    }

    fn take_facts(&mut self, facts: &mut Vec<MarketFact>) {
        facts.append(&mut self.facts);
    }
}

impl Default for EngineMarket {
    fn default() -> Self {
        Self::new()
    }
}

fn instrument() -> Instrument {
    Instrument {
        id: INSTRUMENT,
        tick_size: 1,
        lot_size: 1,
        price_min: Price::from_units(1),
        price_max: Price::from_units(PRICE_MAX),
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::from_units(QUANTITY_MAX),
        open_orders_max: OPEN_ORDERS_MAX,
        idempotency_orders_max: 1,
        idempotency_sequences_max: 1,
        market_budget: MarketBudget::Partial,
        market_protection_bips: 0,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Off,
        rules: Rules::PLAIN,
    }
}

fn new_order(order: &ModelOrder) -> NewOrder {
    let (time_in_force, display) = match order.style {
        Style::Displayed => (TimeInForce::GoodTillCanceled, Display::Full),
        Style::Hidden => (TimeInForce::GoodTillCanceled, Display::Hidden),
        Style::Immediate => (TimeInForce::ImmediateOrCancel, Display::Full),
    };
    NewOrder {
        account: ACCOUNT,
        client_order_id: None,
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: None,
        side: match order.side {
            protocol::Side::Buy => Side::Buy,
            protocol::Side::Sell => Side::Sell,
        },
        kind: OrderKind::Limit {
            price: Price::from_units(order.ticks),
        },
        size: OrderSize::Quantity(Quantity::from_units(order.lots)),
        time_in_force,
        post_only: PostOnly::No,
        display,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::None,
        stp_group: None,
        conditions: None,
        extra: Notional::ZERO,
    }
}

const fn their_side(side: Side) -> protocol::Side {
    match side {
        Side::Buy => protocol::Side::Buy,
        Side::Sell => protocol::Side::Sell,
    }
}
