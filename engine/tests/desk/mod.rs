//! One instrument on one engine, and short ways to ask it for things.

use engine::{
    AccountId, Cancel, ClientIdPolicy, ClientOrderId, Command, Display, EngineLimits, Event,
    FundsCheck, Instrument, InstrumentId, MarketBudget, MatchingEngine, NewOrder, Notional,
    OrderId, OrderKind, OrderRef, OrderSize, PostOnly, Price, Quantity, Rules, SelfTradePrevention,
    SequenceNumber, Sequenced, SessionNumber, Side, TimeInForce, Timestamp,
};

/// An engine with one instrument without money, commands numbered by itself.
pub struct Desk {
    pub engine: MatchingEngine,
    sequence: u64,
}

impl Desk {
    /// Remembers at most `orders` client ids, each for `sequences` commands.
    pub fn remembering(orders: u32, sequences: u64) -> Self {
        let mut engine =
            MatchingEngine::new(EngineLimits { instruments_max: 1 }).with_external_ids();
        let instrument = Instrument {
            id: InstrumentId(1),
            tick_size: 1,
            lot_size: 1,
            price_min: Price::from_units(1),
            price_max: Price::from_units(1_000_000),
            quantity_min: Quantity::from_units(1),
            quantity_max: Quantity::from_units(1_000_000),
            open_orders_max: 1_000,
            idempotency_orders_max: orders,
            idempotency_sequences_max: sequences,
            market_budget: MarketBudget::Partial,
            market_protection_bips: 0,
            hold_surcharge_ppm: 0,
            funds_check: FundsCheck::Off,
            rules: Rules::PLAIN,
        };
        engine
            .list(instrument)
            .expect("the test instrument is sound");
        Self {
            engine,
            sequence: 0,
        }
    }

    /// Applies a command at time 0 and gives its events.
    pub fn ask(&mut self, command: Command) -> Vec<Event> {
        self.ask_by(SessionNumber::NONE, command)
    }

    /// The same, of a command that came by a connection.
    pub fn ask_by(&mut self, session: SessionNumber, command: Command) -> Vec<Event> {
        self.sequence += 1;
        let command = Sequenced {
            instrument: InstrumentId(1),
            sequence: SequenceNumber(self.sequence),
            at: Timestamp(0),
            command,
        };
        let mut events = Vec::new();
        self.engine.apply_of_session(session, &command, &mut events);
        self.engine.assert_invariants();
        events
    }

    /// Ids and open quantities of one side, in queue order.
    pub fn queue(&self, side: Side) -> Vec<(u64, u64)> {
        let book = self.engine.book(InstrumentId(1)).expect("it was listed");
        book.orders(side)
            .map(|order| (order.order_id.0, order.leaves_quantity.units()))
            .collect()
    }
}

/// A limit order of account 1 under a client id.
pub fn limit(client: &str, side: Side, quantity: u64, price: i64) -> NewOrder {
    NewOrder {
        account: AccountId(1),
        client_order_id: Some(ClientOrderId::new(client).expect("a short word")),
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: None,
        side,
        kind: OrderKind::Limit {
            price: Price::from_units(price),
        },
        size: OrderSize::Quantity(Quantity::from_units(quantity)),
        time_in_force: TimeInForce::GoodTillCanceled,
        post_only: PostOnly::No,
        display: Display::Full,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::CancelNewest,
        stp_group: None,
        conditions: None,
        extra: Notional::ZERO,
    }
}

/// A cancel by the owner of [`limit`] orders.
pub fn cancel(id: u64) -> Command {
    Command::Cancel(Cancel {
        account: AccountId(1),
        order: OrderRef::Id(OrderId(id)),
    })
}
