//! A market maker: one bid and one ask around the middle of a market, moved as it moves, gone when it ends.
//!
//! Start `rialto`, then `cargo run -p client --example market_maker -- [URL [KEY [SYMBOL]]]`.
#![expect(clippy::print_stdout, reason = "it says what it does")]

use client::{ClientConfig, Incoming, Reconnect, connect};
use protocol::{
    Channel, MassCancel, MassQuote, Operation, Quote, Report, ReportKind, Scale, ServerMessage,
    Side, Subscription, Symbol, Top,
};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How much each side of a quote is for, in the smallest units of the base asset.
const QUANTITY_UNITS: i64 = 1_000;

/// What a maker has in the market, in whole units of its instrument.
struct Maker {
    symbol: Symbol,
    scale: Scale,
    tick_units: i64,
    /// The middle that the quotes are around; none where there are no quotes.
    middle: Option<i64>,
    position: i64,
    trades: u64,
}

impl Maker {
    /// Quotes that follow the market, or none where they still fit.
    fn follow(&mut self, top: &Top) -> Option<MassQuote> {
        let bid = self.scale.price_units(top.bid?.price).ok()?;
        let ask = self.scale.price_units(top.ask?.price).ok()?;
        let middle = i64::midpoint(bid, ask);
        let has_moved = |quoted: i64| (quoted - middle).abs() > middle / 40_000;
        if !self.middle.is_none_or(has_moved) {
            return None;
        }
        self.middle = Some(middle);
        Some(self.quote(middle))
    }

    /// Takes the place of the previous quote in one step.
    fn quote(&self, middle: i64) -> MassQuote {
        let half_spread = (middle / 20_000).max(self.tick_units);
        // Who holds much asks less and bids less: the position goes back by itself.
        let center = middle - half_spread * self.position / (10 * QUANTITY_UNITS);
        let on_grid = |units: i64| units.div_euclid(self.tick_units) * self.tick_units;
        let quantity = Some(self.scale.quantity(QUANTITY_UNITS.unsigned_abs()));
        let quote = Quote {
            symbol: self.symbol,
            bid_price: Some(self.scale.price(on_grid(center - half_spread))),
            bid_quantity: quantity,
            ask_price: Some(self.scale.price(-on_grid(-center - half_spread))),
            ask_quantity: quantity,
        };
        MassQuote {
            mmp_group: 2,
            quotes: vec![quote],
            at_us: None,
        }
    }

    /// Counts a trade; what traded is quoted anew.
    fn take_report(&mut self, report: &Report) -> Option<MassQuote> {
        let (quantity, side) = (report.last_quantity?, report.side?);
        if report.kind != ReportKind::Trade {
            return None;
        }
        let units = i64::try_from(self.scale.quantity_units(quantity).ok()?).ok()?;
        self.position += if side == Side::Buy { units } else { -units };
        self.trades += 1;
        println!("{side} {quantity}, position {}", self.position);
        self.middle.map(|middle| self.quote(middle))
    }
}

/// Makes a market until `leave` comes, and then cancels what it has there; how often it traded.
///
/// # Errors
/// The exchange refuses the session, or cannot be reached again.
pub async fn make_market(
    config: ClientConfig,
    symbol: Symbol,
    leave: impl Future<Output = ()>,
) -> Result<u64, Failure> {
    let mut session = connect(config.with_reconnect(Reconnect::PATIENT)).await?;
    let mut listed = session.hello.instruments.iter();
    let terms = listed.find(|terms| terms.symbol == symbol);
    let terms = terms.ok_or("no such instrument")?;
    let tick_units = terms.scale().price_units(terms.tick_size)?;
    let mut maker = Maker {
        symbol,
        scale: terms.scale(),
        tick_units,
        middle: None,
        position: 0,
        trades: 0,
    };
    let top = Subscription::of(Channel::Top, Some(vec![symbol]));
    for flow in [top, Subscription::of(Channel::Executions, None)] {
        session.sender.subscribe(flow)?;
    }
    session.sender.flush().await?;
    let mut leave = std::pin::pin!(leave);
    let mut farewell = None;
    loop {
        let incoming = tokio::select! {
            incoming = session.receiver.next() => incoming?,
            () = &mut leave, if farewell.is_none() => {
                let all = Operation::MassCancel(MassCancel::of(Some(symbol)));
                farewell = Some(session.sender.send(all).await?);
                continue;
            }
        };
        let quote = match incoming {
            Incoming::Message(ServerMessage::Top(top)) => maker.follow(&top),
            Incoming::Message(ServerMessage::Report(report)) => maker.take_report(&report),
            Incoming::Message(ServerMessage::MassCanceled(done)) if done.request == farewell => {
                return Ok(maker.trades);
            }
            Incoming::Message(ServerMessage::Error(error)) => return Err(error.text.into()),
            // Its quotes go soon after the connection; what it follows is asked for again by itself.
            Incoming::Disconnected(_) | Incoming::Reconnected(_) => {
                maker.middle = None;
                None
            }
            Incoming::Message(_) => None,
        };
        if let (Some(quote), None) = (quote, farewell) {
            // A lost connection is told by the receiver.
            let _ = session.sender.send(Operation::MassQuote(quote)).await;
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |usual: &str| arguments.next().unwrap_or_else(|| usual.to_owned());
    let url = argument("ws://127.0.0.1:9080/v1/ws");
    let config = ClientConfig::new(url, "market maker").with_key(argument("demo-bob"));
    let trades = make_market(config, argument("BTCUSDT").parse()?, async {
        let _ = tokio::signal::ctrl_c().await;
    });
    println!("{} trades", trades.await?);
    Ok(())
}
