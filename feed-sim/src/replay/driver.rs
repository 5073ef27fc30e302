//! Drives one session through a recording: asks, waits until all is told, judges, goes on.

mod asking;
mod hearing;

use std::num::NonZeroU32;
use std::time::Duration;

use client::{ClientConfig, ClientError, Incoming};
use protocol::{Channel, ClockMode, Operation, Scale, Subscription, Symbol};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::error::FeedError;
use crate::replay::follower::{Follower, RowRequest, RowUnits};
use crate::replay::lobster::TapeUnits;
use crate::replay::pace::{EngineTime, Speed, due_after};
use crate::replay::reader::read_recording;
use crate::replay::recorded_row::{RecordedRow, Recording};
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
    let mut driver = Driver::open(&config).await?;
    let recording = read(&config, driver.tape_units).await?;
    let rows_recorded = recording.rows.len() as u64;
    tokio::pin!(shutdown);
    driver.begin_at(&recording);
    for row in &recording.opening {
        driver.opening_row(row).await?;
    }
    for row in &recording.rows {
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
    Ok(driver.summary(&recording))
}

async fn read(config: &ReplayConfig, units: TapeUnits) -> Result<Recording, FeedError> {
    let (file, orderbook) = (config.file.clone(), config.orderbook.clone());
    let read =
        tokio::task::spawn_blocking(move || read_recording(&file, orderbook.as_deref(), units));
    Ok(read.await??)
}

/// Whose time a row happens in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowTime {
    /// The recording's: each request carries it, and nobody else trades.
    Recorded,
    /// The exchange's, among what others do.
    Arrival,
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
    row_time: RowTime,
    tape_units: TapeUnits,
    /// The request whose refusal says that everything before it has been told.
    last_word: Option<u64>,
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
        let row_time = match session.hello.clock {
            ClockMode::Replay => RowTime::Recorded,
            ClockMode::Realtime | ClockMode::Accelerated => RowTime::Arrival,
            ClockMode::Lockstep => return Err(FeedError::NoReplayInLockstep),
        };
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
        let tape_units = TapeUnits {
            tick_size: terms.tick_size,
            lot_size: terms.lot_size,
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
            row_time,
            tape_units,
            last_word: None,
        })
    }

    /// Time begins with the first row.
    fn begin_at(&mut self, recording: &Recording) {
        self.clock = Clock::start(NonZeroU32::MIN);
        self.first_us = recording.rows.first().map(|row| row.stamped_at_us);
    }

    /// Fills a price level as it was before the first row; it is no row of the recording.
    async fn opening_row(&mut self, row: &RecordedRow) -> Result<(), FeedError> {
        let at_us = self.engine_time.of_row(row.stamped_at_us);
        if let Verdict::Diverged(cause) = self.ask_all(row, at_us).await? {
            tracing::warn!(cause = cause.name(), price = %row.price, "a level could not be filled");
        }
        Ok(())
    }

    /// Replays one row, from its requests to its verdict.
    async fn row(&mut self, row: &RecordedRow, speed: Speed) -> Result<(), FeedError> {
        let at_us = self.engine_time.of_row(row.stamped_at_us);
        self.wait_until_due(speed, at_us).await?;
        let verdict = self.ask_all(row, at_us).await?;
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

    async fn ask_all(&mut self, row: &RecordedRow, at_us: u64) -> Result<Verdict, FeedError> {
        let at_us = match self.row_time {
            RowTime::Recorded => Some(at_us),
            RowTime::Arrival => None,
        };
        let mut request = self.begin(row);
        while let Some(operation) = self.operation(request, at_us)? {
            while let Taken::Busy = self.ask(row.number, operation.clone()).await? {
                self.busy_retries += 1;
                tokio::time::sleep(BUSY_PAUSE).await;
            }
            request = self.follower.next();
        }
        Ok(self.follower.conclude())
    }

    /// Waits until a row is due, and hears meanwhile what others do with our orders.
    async fn wait_until_due(&mut self, speed: Speed, at_us: u64) -> Result<(), FeedError> {
        let first_us = *self.first_us.get_or_insert(at_us);
        while let Some(incoming) = self.session.receiver.try_next()? {
            self.hear_incoming(incoming, 0)?;
        }
        let Some(due) = due_after(speed, first_us, at_us) else {
            return Ok(());
        };
        let due_ns = u64::try_from(due.as_nanos()).unwrap_or(u64::MAX);
        let due = tokio::time::sleep_until(self.clock.instant_at(due_ns));
        tokio::pin!(due);
        loop {
            let incoming = tokio::select! {
                biased;
                () = &mut due => return Ok(()),
                incoming = self.session.receiver.next() => incoming?,
            };
            self.hear_incoming(incoming, 0)?;
        }
    }

    /// Begins a row; says what to ask of the exchange, if anything.
    fn begin(&mut self, row: &RecordedRow) -> RowRequest {
        if !row.is_priced() {
            self.follower.begin_unpriced(row.order);
            return RowRequest::Nothing;
        }
        let Some(units) = self.units(row) else {
            self.follower.begin_off_grid(row.order);
            return RowRequest::Nothing;
        };
        self.follower.begin(&units)
    }

    fn units(&self, row: &RecordedRow) -> Option<RowUnits> {
        Some(RowUnits {
            order: row.order,
            side: row.side,
            price: self.scale.price_units(row.price).ok()?,
            volume: self.scale.quantity_units(row.volume).ok()?,
            traded: self.scale.quantity_units(row.traded).ok()?,
            action: row.action,
        })
    }

    /// Sends a request and listens until everything that it caused has been told.
    async fn ask(&mut self, row: u64, operation: Operation) -> Result<Taken, FeedError> {
        let request = self.session.sender.send(operation).await?;
        let listen = async {
            while !self.watch.is_done() {
                if self.watch.awaits_makers()
                    && self.row_time == RowTime::Arrival
                    && self.last_word.is_none()
                {
                    // The taker is told first: whether its maker is ours is known when nothing more comes.
                    let last_word = self.last_word()?;
                    self.last_word = Some(self.session.sender.send(last_word).await?);
                }
                let incoming = self.session.receiver.next().await?;
                if let Taken::Busy = self.hear_incoming(incoming, request)? {
                    return Ok(Taken::Busy);
                }
            }
            self.last_word = None;
            Ok(Taken::Yes)
        };
        tokio::time::timeout(ANSWER_TIMEOUT, listen)
            .await
            .unwrap_or(Err(FeedError::NoAnswer {
                row,
                seconds: ANSWER_TIMEOUT.as_secs(),
            }))
    }

    fn hear_incoming(&mut self, incoming: Incoming, request: u64) -> Result<Taken, FeedError> {
        match incoming {
            Incoming::Message(message) => self.hear(&message, request),
            Incoming::Disconnected(lost) => Err(ClientError::Closed {
                reason: lost.reason,
            }
            .into()),
            Incoming::Reconnected(_) => Ok(Taken::Yes),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a recording has far fewer than 2^53 rows"
    )]
    fn summary(self, recording: &Recording) -> ReplaySummary {
        let rows = self.table.rows();
        ReplaySummary {
            rows,
            rows_recorded: recording.rows.len() as u64,
            equal: self.table.equal,
            share_percent: self.table.equal as f64 * 100.0 / rows.max(1) as f64,
            divergence: self.table.diverged(),
            consumed_trades: self.follower.consumed_trades(),
            opening_levels: recording.opening.len() as u64,
            causes: self.table.causes,
            before_recording: self.table.before_recording,
            unpriced: self.table.unpriced,
            busy_retries: self.busy_retries,
            seconds: Duration::from_nanos(self.clock.now_ns()).as_secs_f64(),
        }
    }
}
