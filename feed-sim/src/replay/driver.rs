//! Drives one session through a recording: asks, waits until all is told, judges, goes on.

use std::num::NonZeroU32;
use std::time::Duration;

use client::{ClientConfig, ClientError, Incoming};
use protocol::{
    Cancel, Channel, ClientOrderId, ClockMode, ErrorCode, ExactDecimal, NewOrder, Operation,
    OrderRef, Reason, Replace, Report, ReportKind, Scale, SelfTradePrevention, ServerMessage, Side,
    Submit, Subscription, Symbol,
};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::error::FeedError;
use crate::replay::follower::{Fact, Follower, RowRequest, RowUnits};
use crate::replay::pace::{EngineTime, Speed, due_after};
use crate::replay::reader::read_recording;
use crate::replay::recorded_row::{RecordedRow, RecordedSide};
use crate::replay::row_watch::RowWatch;
use crate::replay::summary::{ReplayConfig, ReplayProgress, ReplaySummary};
use crate::replay::verdict::{Verdict, VerdictTable};

/// An answer that takes longer never comes.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause before a request that met a busy exchange is sent again.
const BUSY_PAUSE: Duration = Duration::from_millis(1);

/// Replays a recording until its end or until `shutdown` is done.
///
/// # Errors
/// The recording cannot be read, the exchange does not list the symbol, or the session is lost.
pub async fn run(
    config: ReplayConfig,
    progress: watch::Sender<ReplayProgress>,
    shutdown: impl Future<Output = ()>,
) -> Result<ReplaySummary, FeedError> {
    let file = config.file.clone();
    let rows = tokio::task::spawn_blocking(move || read_recording(&file)).await??;
    let mut driver = Driver::open(&config).await?;
    let rows_recorded = rows.len() as u64;
    tokio::pin!(shutdown);
    for row in &rows {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            outcome = driver.row(row, config.speed) => outcome?,
        }
        progress.send_if_modified(|shown| {
            *shown = ReplayProgress {
                rows_done: row.number,
                rows: rows_recorded,
                equal: driver.table.equal,
            };
            // Whoever draws it needs a few steps a second, not one per row.
            row.number % 64 == 0 || row.number == rows_recorded
        });
    }
    Ok(driver.summary(rows_recorded))
}

struct Driver {
    session: client::Session,
    symbol: Symbol,
    scale: Scale,
    clock: Clock,
    engine_time: EngineTime,
    first_us: Option<u64>,
    follower: Follower,
    watch: RowWatch,
    table: VerdictTable,
    busy_retries: u64,
}

/// How the exchange's door took a request.
enum Taken {
    Yes,
    Busy,
}

impl Driver {
    async fn open(config: &ReplayConfig) -> Result<Self, FeedError> {
        let client = ClientConfig::new(config.url.clone(), "feed-sim replay");
        let session = client::connect(client.with_key(config.key.clone())).await?;
        if session.hello.clock != ClockMode::Replay {
            return Err(FeedError::NotOnReplayClock);
        }
        let mut listed = session.hello.instruments.iter();
        let terms = listed
            .find(|terms| terms.symbol == config.symbol)
            .ok_or_else(|| FeedError::UnknownSymbol {
                symbol: config.symbol.to_string(),
            })?;
        let scale = Scale {
            price_decimals: terms.price_decimals,
            quantity_decimals: terms.quantity_decimals,
        };
        session
            .sender
            .subscribe(Subscription::of(Channel::Executions, None))?;
        session.sender.flush().await?;
        Ok(Self {
            session,
            symbol: config.symbol,
            scale,
            clock: Clock::start(NonZeroU32::MIN),
            engine_time: EngineTime::default(),
            first_us: None,
            follower: Follower::default(),
            watch: RowWatch::default(),
            table: VerdictTable::default(),
            busy_retries: 0,
        })
    }

    /// Replays one row, from its request to its verdict.
    async fn row(&mut self, row: &RecordedRow, speed: Speed) -> Result<(), FeedError> {
        let at_us = self.engine_time.of_row(row.stamped_at_ms);
        self.wait_until_due(speed, at_us).await;
        if let Some(operation) = self.begin(row, at_us)? {
            while let Taken::Busy = self.ask(row.number, operation.clone()).await? {
                self.busy_retries += 1;
                tokio::time::sleep(BUSY_PAUSE).await;
            }
        }
        let verdict = self.follower.conclude();
        if let Verdict::Diverged(cause) = verdict {
            tracing::debug!(
                row = row.number,
                order = row.order,
                cause = cause.name(),
                "a row diverges"
            );
        }
        self.table.count(verdict);
        Ok(())
    }

    async fn wait_until_due(&mut self, speed: Speed, at_us: u64) {
        let first_us = *self.first_us.get_or_insert(at_us);
        if let Some(due) = due_after(speed, first_us, at_us) {
            let due_ns = u64::try_from(due.as_nanos()).unwrap_or(u64::MAX);
            tokio::time::sleep_until(self.clock.instant_at(due_ns)).await;
        }
    }

    /// Begins a row; says what to ask of the exchange, if anything.
    fn begin(&mut self, row: &RecordedRow, at_us: u64) -> Result<Option<Operation>, FeedError> {
        if !row.is_priced() {
            self.follower.begin_unpriced(row.order);
            return Ok(None);
        }
        let Some(units) = self.units(row) else {
            self.follower.begin_off_grid(row.order);
            return Ok(None);
        };
        let name = recorded_name(row.order)?;
        let request = self.follower.begin(&units);
        Ok(self.operation(row, request, name, at_us))
    }

    fn units(&self, row: &RecordedRow) -> Option<RowUnits> {
        Some(RowUnits {
            order: row.order,
            side: row.side,
            price: self.scale.price_units(row.price).ok()?,
            volume: self.scale.quantity_units(row.volume).ok()?,
            action: row.action,
        })
    }

    fn operation(
        &mut self,
        row: &RecordedRow,
        request: RowRequest,
        name: ClientOrderId,
        at_us: u64,
    ) -> Option<Operation> {
        let symbol = self.symbol;
        let at_us = Some(at_us);
        let order = OrderRef::Client(name);
        match request {
            RowRequest::Nothing => None,
            RowRequest::Submit { price, quantity } => {
                self.watch.await_entry(row.order);
                let (price, quantity) = (self.scale.price(price), self.scale.quantity(quantity));
                let order = NewOrder {
                    client_order_id: Some(name),
                    self_trade_prevention: SelfTradePrevention::None,
                    ..NewOrder::limit(side(row.side), price, quantity)
                };
                Some(Operation::Submit(Submit {
                    symbol,
                    order,
                    at_us,
                }))
            }
            RowRequest::Replace { quantity } => {
                self.watch.await_answer(row.order);
                Some(Operation::Replace(Replace {
                    symbol,
                    order,
                    quantity: Some(self.scale.quantity(quantity)),
                    price: None,
                    display_quantity: None,
                    trigger_price: None,
                    expire_at_us: None,
                    at_us,
                }))
            }
            RowRequest::Cancel => {
                self.watch.await_answer(row.order);
                Some(Operation::Cancel(Cancel {
                    symbol,
                    order,
                    at_us,
                }))
            }
        }
    }

    /// Sends a request and listens until everything that it caused has been told.
    async fn ask(&mut self, row: u64, operation: Operation) -> Result<Taken, FeedError> {
        let request = self.session.sender.send(operation).await?;
        let listen = async {
            while !self.watch.is_done() {
                match self.session.receiver.next().await? {
                    Incoming::Message(message) => {
                        if let Taken::Busy = self.hear(&message, request)? {
                            return Ok(Taken::Busy);
                        }
                    }
                    Incoming::Disconnected(lost) => {
                        return Err(ClientError::Closed {
                            reason: lost.reason,
                        }
                        .into());
                    }
                    Incoming::Reconnected(_) => {}
                }
            }
            Ok(Taken::Yes)
        };
        tokio::time::timeout(ANSWER_TIMEOUT, listen)
            .await
            .unwrap_or(Err(FeedError::NoAnswer {
                row,
                seconds: ANSWER_TIMEOUT.as_secs(),
            }))
    }

    fn hear(&mut self, message: &ServerMessage, request: u64) -> Result<Taken, FeedError> {
        match message {
            ServerMessage::Report(report) => return self.hear_report(report, request),
            ServerMessage::Error(error) if error.request == Some(request) => {
                if error.code == ErrorCode::Busy {
                    return Ok(Taken::Busy);
                }
                self.refuse(error.code.word());
            }
            ServerMessage::Error(error) => {
                return Err(FeedError::Refused(format!(
                    "{}: {}",
                    error.code, error.text
                )));
            }
            ServerMessage::GoingAway(leaving) => {
                return Err(FeedError::Refused(leaving.text.to_string()));
            }
            ServerMessage::Hello(_)
            | ServerMessage::LoggedOn(_)
            | ServerMessage::Trace(_)
            | ServerMessage::OpenOrders(_)
            | ServerMessage::Balances(_)
            | ServerMessage::Positions(_)
            | ServerMessage::Past(_)
            | ServerMessage::Candles(_)
            | ServerMessage::Candle(_)
            | ServerMessage::Statistics(_)
            | ServerMessage::MassCanceled(_)
            | ServerMessage::Quoted(_)
            | ServerMessage::Batched(_)
            | ServerMessage::Done(_)
            | ServerMessage::Subscribed(_)
            | ServerMessage::Unsubscribed(_)
            | ServerMessage::DepthSnapshot(_)
            | ServerMessage::Depth(_)
            | ServerMessage::Trade(_)
            | ServerMessage::TradeBusted(_)
            | ServerMessage::Top(_)
            | ServerMessage::OrdersSnapshot(_)
            | ServerMessage::Orders(_)
            | ServerMessage::Status(_)
            | ServerMessage::Instrument(_)
            | ServerMessage::Heartbeat(_)
            | ServerMessage::Queue(_)
            | ServerMessage::Lagged(_)
            | ServerMessage::Enrolled(_)
            | ServerMessage::Tick(_)
            | ServerMessage::Pong(_) => {}
        }
        Ok(Taken::Yes)
    }

    fn hear_report(&mut self, report: &Report, request: u64) -> Result<Taken, FeedError> {
        if report.kind == ReportKind::Rejected && report.request == Some(request) {
            let reason = report.reason.unwrap_or(Reason::Other);
            if reason == Reason::Busy {
                return Ok(Taken::Busy);
            }
            self.refuse(reason.word());
            return Ok(Taken::Yes);
        }
        let named = report.client_order_id.as_ref();
        let Some(order) = named.and_then(|name| name.as_str().parse().ok()) else {
            return Ok(Taken::Yes);
        };
        if let Some(fact) = self.fact(report, order)? {
            self.follower.learn(fact);
        }
        self.watch.note(report, order);
        Ok(Taken::Yes)
    }

    fn fact(&self, report: &Report, order: u64) -> Result<Option<Fact>, FeedError> {
        let leaves = self.quantity(report.leaves_quantity)?;
        let filled = self.quantity(report.filled_quantity)?;
        Ok(match report.kind {
            ReportKind::Trade => Some(Fact::Traded {
                order,
                filled,
                leaves,
            }),
            ReportKind::Replaced => Some(Fact::Replaced { order, leaves }),
            ReportKind::Canceled => Some(Fact::Canceled { order }),
            ReportKind::Accepted
            | ReportKind::Rested
            | ReportKind::Rejected
            | ReportKind::Prevented
            | ReportKind::Repeated
            | ReportKind::Triggered
            | ReportKind::Refilled
            | ReportKind::Pegged
            | ReportKind::Parked
            | ReportKind::Busted => None,
        })
    }

    fn quantity(&self, quantity: Option<ExactDecimal>) -> Result<u64, FeedError> {
        let units = quantity.map(|quantity| self.scale.quantity_units(quantity));
        units
            .transpose()
            .map(Option::unwrap_or_default)
            .map_err(|error| FeedError::OffGrid {
                symbol: self.symbol.to_string(),
                problem: format!("a reported quantity: {error}"),
            })
    }

    fn refuse(&mut self, reason: &'static str) {
        self.follower.learn(Fact::Refused { reason });
        self.watch.give_up();
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a recording has far fewer than 2^53 rows"
    )]
    fn summary(self, rows_recorded: u64) -> ReplaySummary {
        let rows = self.table.rows();
        ReplaySummary {
            rows,
            rows_recorded,
            equal: self.table.equal,
            share_percent: self.table.equal as f64 * 100.0 / rows.max(1) as f64,
            causes: self.table.causes,
            before_recording: self.table.before_recording,
            unpriced: self.table.unpriced,
            busy_retries: self.busy_retries,
            seconds: Duration::from_nanos(self.clock.now_ns()).as_secs_f64(),
        }
    }
}

/// Our client order id is the recorded id.
fn recorded_name(order: u64) -> Result<ClientOrderId, FeedError> {
    ClientOrderId::new(&order.to_string()).map_err(|error| FeedError::Refused(error.to_string()))
}

const fn side(side: RecordedSide) -> Side {
    match side {
        RecordedSide::Bid => Side::Buy,
        RecordedSide::Ask => Side::Sell,
    }
}
