//! Three bots: two sessions that enroll, and a client of the Binance persona that only sends orders.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use client::{ClientConfig, Incoming, Reconnect, Session, connect};
use data_encoding::HEXLOWER;
use protocol::{
    Cancel, Channel, ClientOrderId, Enroll, ExactDecimal, NewOrder, Operation, OrderRef,
    ServerMessage, Side, Submit, Subscription, Tick, TickDone,
};
use ring::hmac;

/// What they trade.
pub const SYMBOL: &str = "BTCUSDT";

/// A step of splitmix64.
fn drawn(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let once = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let twice = (once ^ (once >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    twice ^ (twice >> 31)
}

/// How long a bot thinks before it sends.
#[derive(Debug, Clone, Copy)]
pub enum Haste {
    /// Not at all.
    None,
    /// At random: it lets others run meanwhile.
    Random { seed: u64 },
}

/// A session that enrolls.
pub struct Bot {
    session: Session,
    key: String,
    chance: u64,
    entered: u64,
    /// The best bid and ask that it saw, in ticks of the quote.
    best: [Option<ExactDecimal>; 2],
}

impl Bot {
    /// Logs on.
    pub async fn connect(url: &str, key: &str, seed: u64) -> Self {
        let mut config = ClientConfig::new(url.to_owned(), "lockstep test").with_key(key);
        config.reconnect = Reconnect::Never;
        Self {
            session: connect(config).await.expect("it listens"),
            key: key.to_owned(),
            chance: seed,
            entered: 0,
            best: [None, None],
        }
    }

    /// Logs on, follows the best prices and its own orders, and enrolls.
    pub async fn enroll(url: &str, key: &str, rank: u32, seed: u64) -> Self {
        let bot = Self::connect(url, key, seed).await;
        let symbols = || Some(vec![SYMBOL.parse().expect("a symbol")]);
        let sender = &bot.session.sender;
        for (channel, symbols) in [(Channel::Executions, None), (Channel::Top, symbols())] {
            sender
                .subscribe(Subscription::of(channel, symbols))
                .expect("it is queued");
        }
        sender
            .send(Operation::Enroll(Enroll { rank }))
            .await
            .expect("it is sent");
        bot
    }

    /// Trades for so many ticks, then leaves; says how many requests it sent.
    pub async fn trade(mut self, ticks: u64, haste: Haste) -> u64 {
        let mut sent = 0;
        let mut pause = match haste {
            Haste::None => 0,
            Haste::Random { seed } => seed,
        };
        loop {
            let tick = self.next_tick().await;
            if tick.tick > ticks {
                return sent;
            }
            if pause != 0 {
                for _ in 0..drawn(&mut pause) % 200 {
                    tokio::task::yield_now().await;
                }
            }
            sent += self.act(tick).await;
        }
    }

    async fn next_tick(&mut self) -> Tick {
        loop {
            match self.session.receiver.next().await.expect("it goes on") {
                Incoming::Message(ServerMessage::Tick(tick)) => return tick,
                Incoming::Message(ServerMessage::Top(top)) => {
                    self.best = [top.bid, top.ask].map(|level| level.map(|level| level.price));
                }
                Incoming::Message(ServerMessage::Error(error)) => panic!("{error:?}"),
                Incoming::Message(_) => {}
                other @ (Incoming::Disconnected(_) | Incoming::Reconnected(_)) => {
                    panic!("{other:?}")
                }
            }
        }
    }

    /// One or two orders around what it saw, now and then a cancel.
    async fn act(&mut self, tick: Tick) -> u64 {
        let mut sent = 0;
        for _ in 0..=drawn(&mut self.chance) % 2 {
            let operation = self.order();
            self.session.sender.queue(operation).expect("it is queued");
            sent += 1;
        }
        if self.entered > 3 && drawn(&mut self.chance).is_multiple_of(3) {
            let earlier = self.entered - drawn(&mut self.chance) % 3;
            let cancel = Operation::Cancel(Cancel {
                symbol: SYMBOL.parse().expect("a symbol"),
                order: OrderRef::Client(self.name(earlier)),
                at_us: None,
            });
            self.session.sender.queue(cancel).expect("it is queued");
            sent += 1;
        }
        let done = Operation::TickDone(TickDone {
            tick: tick.tick,
            idle_until: None,
        });
        self.session.sender.send(done).await.expect("it is sent");
        sent
    }

    fn name(&self, number: u64) -> ClientOrderId {
        ClientOrderId::new(&format!("{}-{number}", self.key)).expect("it is short")
    }

    fn order(&mut self) -> Operation {
        self.entered += 1;
        let side = if drawn(&mut self.chance).is_multiple_of(2) {
            Side::Buy
        } else {
            Side::Sell
        };
        // What it saw decides where it goes: market data is part of what must repeat.
        let seen = self.best[0].or(self.best[1]);
        let around = seen.map_or(6_400_000, |price| price.units_of(2).expect("two decimals"));
        let away = i128::from(drawn(&mut self.chance) % 200) - 100;
        let quantity = i128::from(1 + drawn(&mut self.chance) % 90);
        let limit = NewOrder::limit(
            side,
            ExactDecimal::new(around + away, 2),
            ExactDecimal::new(quantity * 100, 5),
        );
        Operation::Submit(Submit {
            symbol: SYMBOL.parse().expect("a symbol"),
            order: NewOrder {
                client_order_id: Some(self.name(self.entered)),
                ..limit
            },
            at_us: None,
        })
    }

    /// Enters orders one after the other, as with any clock.
    pub async fn enter_freely(mut self, orders: u64) {
        for _ in 0..orders {
            let order = self.order();
            let request = self.session.sender.send(order).await.expect("it is sent");
            self.answer_to(request).await;
        }
    }

    /// The code of the refusal of an order.
    pub async fn refusal_of_an_order(&mut self) -> String {
        let order = self.order();
        let request = self.session.sender.send(order).await.expect("it is sent");
        self.answer_to(request).await.expect("it is refused")
    }

    /// The code of the refusal of a rank.
    pub async fn refusal_of_rank(&mut self, rank: u32) -> String {
        let enroll = Operation::Enroll(Enroll { rank });
        let request = self.session.sender.send(enroll).await.expect("it is sent");
        self.answer_to(request).await.expect("it is refused")
    }

    /// Waits for an answer: a code where it is an error.
    async fn answer_to(&mut self, request: u64) -> Option<String> {
        loop {
            match self.session.receiver.next().await.expect("it goes on") {
                Incoming::Message(ServerMessage::Error(error))
                    if error.request == Some(request) =>
                {
                    return Some(error.code.word().to_owned());
                }
                Incoming::Message(ServerMessage::Report(report))
                    if report.request == Some(request) =>
                {
                    return None;
                }
                Incoming::Message(_) => {}
                other @ (Incoming::Disconnected(_) | Incoming::Reconnected(_)) => {
                    panic!("{other:?}")
                }
            }
        }
    }
}

/// A client that signs orders with the time of its own machine, sends one after the other, and knows no ticks.
pub struct KeyClient {
    host: String,
    orders: u64,
}

impl KeyClient {
    /// A client of `host` that means to send so many orders.
    pub fn new(host: &str, orders: u64) -> Self {
        Self {
            host: host.to_owned(),
            orders,
        }
    }

    /// Sends them all; says how many were taken.
    pub fn trade(&self) -> u64 {
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let mut chance = 77;
        let mut taken = 0;
        for _ in 0..self.orders {
            let side = ["BUY", "SELL"][usize::from(drawn(&mut chance).is_multiple_of(2))];
            let price = 63_990 + drawn(&mut chance) % 20;
            let order = format!(
                "symbol={SYMBOL}&side={side}&type=LIMIT&timeInForce=GTC&quantity=0.002&price={price}.00"
            );
            let (status, body) = self.ask(&mut stream, &mut reader, &order);
            assert_eq!(status, 200, "{body}");
            taken += 1;
        }
        taken
    }

    /// What is said to its order where time does not wait for it.
    pub fn refusal(&self) -> String {
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let order =
            format!("symbol={SYMBOL}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=1.00");
        let (status, body) = self.ask(&mut stream, &mut reader, &order);
        assert_ne!(status, 200, "{body}");
        body
    }

    fn ask(&self, stream: &mut TcpStream, reader: &mut impl BufRead, order: &str) -> (u16, String) {
        let query = format!("{order}&timestamp={}", now_ms());
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"bot-secret");
        let signature = HEXLOWER.encode(hmac::sign(&key, query.as_bytes()).as_ref());
        write!(
            stream,
            "POST /api/v3/order?{query}&signature={signature} HTTP/1.1\r\nHost: {}\r\nX-MBX-APIKEY: bot-key\r\n\
             content-length: 0\r\n\r\n",
            self.host
        )
        .expect("it reads");
        let (mut length, mut status, mut line) = (0, 0, String::new());
        loop {
            line.clear();
            reader.read_line(&mut line).expect("it answers");
            let text = line.trim();
            if let Some(rest) = text.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().expect("a status");
            } else if let Some((name, value)) = text.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().expect("a length");
            } else if text.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        (status, String::from_utf8(body).expect("it is text"))
    }
}

/// The time of the client's machine: nothing that the exchange decides may depend on it.
#[expect(
    clippy::disallowed_methods,
    reason = "real clients sign with their own clock"
)]
fn now_ms() -> u128 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("it is after 1970")
        .as_millis()
}
