//! A client that drops, repeats and reorders a tenth of what it receives, and reconnects at random, has the book
//! of the engine at each checkpoint, level by level and order by order. (MD-1, MD-2, MD-6)

use client::{BookFollower, FollowedBook, LocalBook, LocalOrders, Step};
use engine::{
    Command, EngineLimits, Event, InstrumentId, LevelCount, MatchingEngine, SequenceNumber,
    Sequenced, Side, Timestamp,
};
use protocol::{BookChecksum, Operation, Request, ServerMessage};
use serde_json::Value;

use crate::participant::{Participant, limit};
use crate::venue::{Venue, instruments, within};

const CHECKPOINTS: u64 = 1_000;
const COMMANDS_PER_CHECKPOINT: u64 = 4;
const INSTRUMENT: InstrumentId = InstrumentId(1);

/// Chance that is the same for the same seed.
pub struct Chance(u64);

impl Chance {
    /// From `RIALTO_SEED`, or always the same.
    pub fn seeded() -> Self {
        let seed = std::env::var("RIALTO_SEED").map_or(20_260_101, |seed| seed.parse().unwrap());
        Self(seed)
    }

    /// What it began with, as long as nothing was drawn.
    pub const fn seed(&self) -> u64 {
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % bound
    }
}

/// The engine, fed with what the log has kept.
pub struct Mirror {
    engine: MatchingEngine,
    applied: usize,
    sequence: u64,
}

impl Mirror {
    pub fn new() -> Self {
        let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 2 });
        for listed in instruments() {
            engine.list(listed.instrument).unwrap();
        }
        Self {
            engine,
            applied: 0,
            sequence: 0,
        }
    }

    pub fn catch_up(&mut self, venue: &Venue) {
        let entries = venue.log.kept();
        let mut events: Vec<Event> = Vec::new();
        for entry in &entries[self.applied..] {
            for inbound in &entry.commands {
                if inbound.instrument != INSTRUMENT {
                    continue;
                }
                self.sequence += 1;
                let command = Sequenced {
                    instrument: INSTRUMENT,
                    sequence: SequenceNumber(self.sequence),
                    at: entry.at,
                    command: inbound.command.clone(),
                };
                events.clear();
                self.engine.apply(&command, &mut events);
            }
        }
        self.applied = entries.len();
    }

    pub fn levels(&self, side: Side) -> Vec<(i64, u64)> {
        let depth = self
            .engine
            .book(INSTRUMENT)
            .unwrap()
            .depth(LevelCount(usize::MAX));
        let levels = match side {
            Side::Buy => depth.bids,
            Side::Sell => depth.asks,
        };
        let shown = levels.iter();
        shown
            .map(|level| (level.price.units(), level.displayed_quantity.units()))
            .collect()
    }

    /// The checksums of the book by level and by order. (MD-6)
    fn checksums(&self) -> [u32; 2] {
        let mut levels = BookChecksum::default();
        let mut orders = BookChecksum::default();
        for side in [Side::Sell, Side::Buy] {
            let best: Vec<_> = self.levels(side).into_iter().take(10).collect();
            for (price, quantity) in &best {
                levels.add(*price, *quantity);
            }
            for (_, price, quantity) in self.orders(side) {
                if best.iter().any(|(of_level, _)| *of_level == price) {
                    orders.add(price, quantity);
                }
            }
        }
        [levels.value(), orders.value()]
    }

    fn orders(&self, side: Side) -> Vec<(u64, i64, u64)> {
        let book = self.engine.book(INSTRUMENT).unwrap();
        let orders = book.orders(side);
        orders
            .filter(|order| !order.displayed_quantity.is_zero())
            .map(|order| {
                (
                    order.order_id.0,
                    order.price.units(),
                    order.displayed_quantity.units(),
                )
            })
            .collect()
    }

    pub fn is_followed_by(&self, levels: &LocalBook, orders: &LocalOrders) -> bool {
        let level = |level: client::BookLevel| (level.price_units, level.quantity_units);
        let order =
            |order: client::QueuedOrder| (order.order_id, order.price_units, order.quantity_units);
        levels.bids().map(level).eq(self.levels(Side::Buy))
            && levels.asks().map(level).eq(self.levels(Side::Sell))
            && orders.bids().map(order).eq(self.orders(Side::Buy))
            && orders.asks().map(order).eq(self.orders(Side::Sell))
    }
}

/// A watcher with a bad connection.
struct Watcher {
    session: Participant,
    levels: BookFollower<LocalBook>,
    orders: BookFollower<LocalOrders>,
    held_back: Option<ServerMessage>,
    next_request: u64,
    asked_by_orders: Vec<u64>,
    /// The checksums that came with what was applied last, of levels and of orders.
    told: [Option<u32>; 2],
    faults: u64,
    resumes: u64,
}

impl Watcher {
    async fn new(venue: &Venue) -> Self {
        let listed = &instruments()[0];
        let mut watcher = Self {
            session: Participant::greet(venue).await,
            levels: BookFollower::new(LocalBook::new(listed.symbol, listed.scale)),
            orders: BookFollower::new(LocalOrders::new(listed.symbol, listed.scale)),
            held_back: None,
            next_request: 1,
            asked_by_orders: Vec::new(),
            told: [None; 2],
            faults: 0,
            resumes: 0,
        };
        watcher.ask_for_the_rest().await;
        watcher
    }

    async fn reconnect(&mut self, venue: &Venue) {
        self.session = Participant::greet(venue).await;
        self.held_back = None;
        self.ask_for_the_rest().await;
    }

    async fn ask_for_the_rest(&mut self) {
        let levels = self.levels.catch_up();
        let orders = self.orders.catch_up();
        self.ask(levels, Asker::Levels).await;
        self.ask(orders, Asker::Orders).await;
    }

    async fn ask(&mut self, operations: Vec<Operation>, asker: Asker) {
        for operation in operations {
            let id = self.next_request;
            self.next_request += 1;
            if matches!(operation, Operation::Resume(_)) {
                self.resumes += 1;
            }
            if asker == Asker::Orders {
                self.asked_by_orders.push(id);
            }
            let request = Request {
                id: Some(id),
                operation,
            };
            self.session.send(&request.to_json()).await;
        }
    }

    /// Reads all that is there now, badly.
    async fn read_on(&mut self, chance: &mut Chance) {
        let ping = 1_000_000_000 + self.next_request;
        self.next_request += 1;
        self.session
            .send(&format!(r#"{{"op":"ping","id":{ping}}}"#))
            .await;
        loop {
            let message = self.session.read().await;
            if message["type"] == "pong" && message["request"] == ping {
                return;
            }
            self.hear(&message, chance).await;
        }
    }

    async fn hear(&mut self, message: &Value, chance: &mut Chance) {
        let message = ServerMessage::decode(&message.to_string()).unwrap();
        if let ServerMessage::Error(error) = &message {
            let asker = self.asker_of(error.request);
            let step = match asker {
                Asker::Levels => self.levels.refused(error),
                Asker::Orders => self.orders.refused(error),
            };
            return self.follow_up(step, asker).await;
        }
        match chance.below(30) {
            0 => self.faults += 1,
            1 => {
                self.faults += 1;
                self.take(&message).await;
                self.take(&message).await;
            }
            2 if self.held_back.is_none() => {
                self.faults += 1;
                self.held_back = Some(message);
            }
            _ => {
                self.take(&message).await;
                if let Some(late) = self.held_back.take() {
                    self.take(&late).await;
                }
            }
        }
    }

    async fn take(&mut self, message: &ServerMessage) {
        let checksum = checksum_of(message);
        let step = self.levels.take(message);
        if step == Step::Applied {
            self.told[0] = checksum;
        }
        self.follow_up(step, Asker::Levels).await;
        let step = self.orders.take(message);
        if step == Step::Applied {
            self.told[1] = checksum;
        }
        self.follow_up(step, Asker::Orders).await;
    }

    async fn follow_up(&mut self, step: Step, asker: Asker) {
        match step {
            Step::Ask(operations) => self.ask(operations, asker).await,
            Step::NotMine | Step::Applied | Step::Repeated | Step::Waiting => {}
        }
    }

    fn asker_of(&self, request: Option<u64>) -> Asker {
        if request.is_some_and(|request| self.asked_by_orders.contains(&request)) {
            Asker::Orders
        } else {
            Asker::Levels
        }
    }
}

/// What a message of a book says that the book's checksum is.
fn checksum_of(message: &ServerMessage) -> Option<u32> {
    let mut text = Vec::new();
    message.encode(&mut text);
    let told: Value = serde_json::from_slice(&text).unwrap();
    told["checksum"].as_u64().map(|sum| sum.try_into().unwrap())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asker {
    Levels,
    Orders,
}

/// Someone who enters, changes and cancels orders at random.
pub struct Trader {
    session: Participant,
    entered: Vec<u64>,
    requests: u64,
}

impl Trader {
    pub async fn new(venue: &Venue, key: &str) -> Self {
        Self {
            session: Participant::log_on(venue, key).await,
            entered: Vec::new(),
            requests: 0,
        }
    }

    pub async fn act(&mut self, chance: &mut Chance) {
        self.requests += 1;
        let id = self.requests;
        let request = match chance.below(10) {
            0..=2 if !self.entered.is_empty() => {
                let place = usize::try_from(chance.below(self.entered.len() as u64)).unwrap();
                let order = self.entered.swap_remove(place);
                format!(r#"{{"op":"cancel","id":{id},"symbol":"BTCUSDT","order_id":{order}}}"#)
            }
            3 if !self.entered.is_empty() => {
                let place = usize::try_from(chance.below(self.entered.len() as u64)).unwrap();
                let order = self.entered[place];
                let quantity = 1 + chance.below(900);
                format!(
                    r#"{{"op":"replace","id":{id},"symbol":"BTCUSDT","order_id":{order},"quantity":"0.{quantity:05}"}}"#
                )
            }
            kind => {
                let side = if chance.below(2) == 0 { "buy" } else { "sell" };
                let middle = if side == "buy" { 98 } else { 96 };
                let price = format!("{}.{:02}", middle + chance.below(6), chance.below(4) * 25);
                let quantity = format!("0.{:05}", 10 + chance.below(900));
                let order = limit(id, side, &price, &quantity);
                match kind {
                    8 => order.replace('}', r#","hidden":true}"#),
                    9 => order.replace('}', r#","display_quantity":"0.00010"}"#),
                    _ => order,
                }
            }
        };
        let answer = self.session.ask(&request).await;
        if let Some(order) = answer["order_id"].as_u64()
            && answer["kind"] == "accepted"
        {
            self.entered.push(order);
        }
        self.session.passed.clear();
    }
}

#[tokio::test]
async fn a_client_with_a_bad_connection_has_the_engines_book_at_every_checkpoint() {
    let mut chance = Chance::seeded();
    println!("RIALTO_SEED={}", chance.seed());
    let venue = Venue::open().await;
    let mut traders = [
        Trader::new(&venue, "alice").await,
        Trader::new(&venue, "bob").await,
    ];
    let mut watcher = Watcher::new(&venue).await;
    let mut mirror = Mirror::new();
    let mut reconnects = 0;

    for checkpoint in 0..CHECKPOINTS {
        for _ in 0..COMMANDS_PER_CHECKPOINT {
            let trader = usize::try_from(chance.below(2)).unwrap();
            traders[trader].act(&mut chance).await;
        }
        if chance.below(20) == 0 {
            reconnects += 1;
            watcher.reconnect(&venue).await;
        }
        mirror.catch_up(&venue);
        within(async {
            watcher.read_on(&mut chance).await;
            while !mirror.is_followed_by(watcher.levels.book(), watcher.orders.book()) {
                watcher.ask_for_the_rest().await;
                watcher.read_on(&mut chance).await;
            }
        })
        .await;
        let [of_levels, of_orders] = mirror.checksums();
        assert_eq!(
            watcher.told,
            [Some(of_levels), Some(of_orders)],
            "at checkpoint {checkpoint} the checksums that were told last are those of the engine's book"
        );
        assert_eq!(
            watcher.levels.faults() + watcher.orders.faults(),
            0,
            "at checkpoint {checkpoint} every checksum was right, and no book crossed"
        );
    }

    let (faults, resumes) = (watcher.faults, watcher.resumes);
    assert!(
        faults > 300 && reconnects > 10 && resumes > 100,
        "the connection was bad: {faults} faults, {reconnects} reconnects, {resumes} resumes"
    );
    let heartbeat = opening(&venue, "heartbeat").await;
    assert_eq!(heartbeat["book_hash"], watcher.levels.book().hash());
    let place = FollowedBook::place(watcher.levels.book()).unwrap();
    assert_eq!(heartbeat["depth_seq"], place.seq);
    println!(
        "GOAL feed_chaos checkpoints={CHECKPOINTS} faults={faults} reconnects={reconnects} resumes={resumes} differences=0"
    );
    venue.close().await;
}

async fn opening(venue: &Venue, channel: &str) -> Value {
    let mut watcher = Participant::greet(venue).await;
    let request =
        format!(r#"{{"op":"subscribe","id":1,"channel":"{channel}","symbols":["BTCUSDT"]}}"#);
    watcher.ask(&request).await;
    watcher.read().await
}

/// The log's commands are those of the engine: a mirror that misses one would show it.
#[test]
fn a_mirror_without_commands_has_an_empty_book() {
    let mut mirror = Mirror::new();
    let tick = Sequenced {
        instrument: INSTRUMENT,
        sequence: SequenceNumber(1),
        at: Timestamp(1),
        command: Command::Tick,
    };
    let mut events: Vec<Event> = Vec::new();

    mirror.engine.apply(&tick, &mut events);

    assert_eq!(mirror.levels(Side::Buy), []);
    assert_eq!(mirror.orders(Side::Sell), []);
}
