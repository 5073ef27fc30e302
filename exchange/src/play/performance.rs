//! One performance of a play: everybody in place, step by step, and what was seen.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{ClientConfig, ClientError, Incoming, Session};
use protocol::{Channel, HelloAnswer, Operation, ServerMessage, Subscription, Symbol};
use tokio::task::{JoinHandle, JoinSet};

use crate::clock::Stopwatch;
use crate::output::Output;
use crate::play::cast::{ActError, Cast, Player, SharedRecord, lock, open_orders};
use crate::play::chance::Chance;
use crate::play::playbill;
use crate::play::record::Record;
use crate::play::script::{Flow, Script};
use crate::play::slow_reader::stop_reading;
use crate::play::step::{Act, Step};
use crate::play::venue::{RunningFlow, Venue, keys};

/// How long books may take to have two sides once there is a flow.
const WARM_UP: Duration = Duration::from_secs(5);
/// How long last answers may take.
const ANSWER_PATIENCE: Duration = Duration::from_secs(5);
/// How often something is looked at that nobody announces.
const LOOK: Duration = Duration::from_millis(5);

/// Why a play could not be performed.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// An actor or the observer got no session.
    #[error("{0} gets no session: {1}")]
    NoSession(String, ClientError),
    /// The exchange does not list what the play is about.
    #[error(
        "symbol = \"{0}\": the exchange lists no such instrument; write one of those that /v1/instruments tells"
    )]
    NotListed(Symbol),
    /// The flow did not begin to trade.
    #[error("the flow made no market in {0} within 5 s")]
    NoMarket(Symbol),
}

/// What a performance left.
#[derive(Debug)]
pub struct Performed {
    /// What was seen.
    pub record: Record,
    /// Steps that could not be done, and other things that went wrong.
    pub trouble: Vec<String>,
}

/// A performance under way.
struct Stage<'a> {
    script: &'a Script,
    venue: &'a Venue,
    output: Output,
    record: SharedRecord,
    hello: HelloAnswer,
    cast: Cast,
    watch: Stopwatch,
    under_way: JoinSet<Result<(), String>>,
    trouble: Vec<String>,
}

/// Performs a play.
///
/// # Errors
/// It could not begin.
pub async fn perform(
    script: &Script,
    venue: &Venue,
    output: Output,
) -> Result<Performed, StageError> {
    let observer = |error| StageError::NoSession("the observer".to_owned(), error);
    let config = ClientConfig::new(&venue.url, "rialto play: observer");
    let session = client::connect(config).await.map_err(observer)?;
    let hello = session.hello.clone();
    for symbol in &script.symbols {
        if !hello
            .instruments
            .iter()
            .any(|terms| terms.symbol == *symbol)
        {
            return Err(StageError::NotListed(*symbol));
        }
    }
    let record = Record::new(&hello.instruments, script.symbols.iter().copied());
    let record: SharedRecord = Arc::new(Mutex::new(record));
    let observing = observe(session, script, &record).await.map_err(observer)?;
    let flow = venue.begin_flow(script.flow);
    if flow.is_some() {
        warm_up(script, &record).await?;
    }
    playbill::announce(venue, script, now_us(&venue.url, &hello).await).await;
    lock(&record).began_us = now_us(&venue.url, &hello).await;
    let watch = Stopwatch::start();
    let cast = Cast::enter(&venue.url, &keys(script), &record, watch)
        .await
        .map_err(|(name, error)| StageError::NoSession(name, error))?;
    let stage = Stage {
        script,
        venue,
        output,
        record: Arc::clone(&record),
        hello,
        cast,
        watch,
        under_way: JoinSet::new(),
        trouble: Vec::new(),
    };
    let trouble = stage.run(flow).await;
    observing.abort();
    let empty = Record::new(&[], std::iter::empty());
    let record = std::mem::replace(&mut *lock(&record), empty);
    Ok(Performed { record, trouble })
}

/// The exchange's time: the play begins at it.
async fn now_us(url: &str, hello: &HelloAnswer) -> u64 {
    let config = ClientConfig::new(url, "rialto play: clock");
    match client::connect(config).await {
        Ok(session) => session.hello.at_us,
        Err(_) => hello.at_us,
    }
}

/// Follows every instrument of the play and notes what it is told.
async fn observe(
    mut session: Session,
    script: &Script,
    record: &SharedRecord,
) -> Result<JoinHandle<()>, ClientError> {
    let gone = |_| ClientError::Closed {
        reason: "the session is gone".to_owned(),
    };
    let symbols: Vec<Symbol> = script.symbols.iter().copied().collect();
    for channel in [
        Channel::Status,
        Channel::Top,
        Channel::Trades,
        Channel::Depth,
    ] {
        let subscription = Subscription::of(channel, Some(symbols.clone()));
        session.sender.subscribe(subscription).map_err(gone)?;
    }
    session.sender.flush().await.map_err(gone)?;
    let record = Arc::clone(record);
    Ok(tokio::spawn(async move {
        while let Ok(incoming) = session.receiver.next().await {
            let Incoming::Message(message) = incoming else {
                continue;
            };
            if let ServerMessage::GoingAway(_) = message {
                return;
            }
            let asks: Vec<Operation> = lock(&record).see(&message);
            for operation in asks {
                if session.sender.send(operation).await.is_err() {
                    return;
                }
            }
        }
    }))
}

/// Waits until every book of the flow has two sides and something has traded.
async fn warm_up(script: &Script, record: &SharedRecord) -> Result<(), StageError> {
    let symbol = script.symbols.iter().copied().next();
    let Some(symbol) = symbol else {
        return Ok(());
    };
    let is_warm = || {
        let record = lock(record);
        let Some(tape) = record.tapes.get(&symbol) else {
            return false;
        };
        let is_whole = |top: &crate::play::record::Touch| top.bid.is_some() && top.ask.is_some();
        tape.tops.last().is_some_and(is_whole) && !tape.trades.is_empty()
    };
    let watch = Stopwatch::start();
    while !is_warm() {
        if watch.elapsed() > WARM_UP {
            return Err(StageError::NoMarket(symbol));
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

impl Stage<'_> {
    async fn run(mut self, flow: Option<RunningFlow>) -> Vec<String> {
        for (step, number) in self.script.steps.iter().zip(1..) {
            self.wait_until(step.at).await;
            self.tell(step);
            self.begin(step, number).await;
        }
        self.wait_until(self.script.length).await;
        self.end(flow).await;
        self.trouble
    }

    async fn wait_until(&mut self, at: Duration) {
        let due = at / self.venue.pace;
        let ahead = due.saturating_sub(self.watch.elapsed());
        if !ahead.is_zero() {
            tokio::time::sleep(ahead).await;
        }
    }

    fn tell(&self, step: &Step) {
        let mut line = String::new();
        let _ = write!(line, "  {:>6} ms  {}", step.at.as_millis(), step.words());
        self.output.say(&line);
    }

    /// Does a step, or begins it where it takes long.
    async fn begin(&mut self, step: &Step, number: u64) {
        let outcome = match &step.act {
            Act::Ask { verb, body } => {
                let path = format!("/v1/admin/{verb}");
                self.venue.ask("POST", &path, body).await.map(|_| ())
            }
            Act::Disconnect { actor } => {
                self.cast.disconnect(actor, &self.record);
                Ok(())
            }
            Act::StopReading { actor, over } => {
                let (url, key) = (self.venue.url.clone(), self.script.key_of(actor));
                let (actor, over, record) = (actor.clone(), *over, Arc::clone(&self.record));
                self.under_way.spawn(async move {
                    let told = stop_reading(&url, &key, over).await?;
                    lock(&record).log(&actor).fell_behind = told;
                    Ok(())
                });
                Ok(())
            }
            Act::Orders(orders) => self.played(step, number, &orders.actor).map(|player| {
                let (orders, words) = (orders.clone(), step.words());
                self.under_way.spawn(async move {
                    player
                        .enter(&orders)
                        .await
                        .map_err(|error| said(&words, &error))
                });
            }),
            Act::Stuff(orders) | Act::Probe(orders) => {
                self.played(step, number, &orders.actor).map(|player| {
                    let (orders, words) = (orders.clone(), step.words());
                    self.under_way.spawn(async move {
                        player
                            .flicker(&orders)
                            .await
                            .map_err(|error| said(&words, &error))
                    });
                })
            }
            Act::CancelAll { actor } => match self.played(step, number, actor) {
                Ok(player) => player.cancel_all().await.map_err(|error| error.to_string()),
                Err(error) => Err(error),
            },
        };
        if let Err(error) = outcome {
            self.trouble.push(format!("{}: {error}", step.words()));
        }
    }

    fn played(&self, step: &Step, number: u64, actor: &str) -> Result<Player, String> {
        let mut terms = self.hello.instruments.iter();
        let terms = terms.find(|terms| terms.symbol == step.symbol);
        let began_us = lock(&self.record).began_us;
        Ok(Player {
            name: actor.to_owned(),
            sender: self
                .cast
                .sender(actor)
                .ok_or_else(|| format!("{actor} is not there any more"))?,
            record: Arc::clone(&self.record),
            watch: self.watch,
            terms: terms.expect("what a play names is listed").clone(),
            chance: Chance::of(self.script.seed, number),
            tag: format!("p{}-{number}", began_us / 1_000 % 100_000_000),
        })
    }

    /// Lets what is under way end, asks who has what, and lets everybody go.
    async fn end(&mut self, flow: Option<RunningFlow>) {
        while let Some(ended) = self.under_way.join_next().await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => self.trouble.push(error),
                Err(error) => self.trouble.push(error.to_string()),
            }
        }
        self.last_answers().await;
        if let Some(flow) = flow
            && let Err(error) = flow.stop().await
        {
            self.trouble
                .push(format!("the flow could not go on: {error}"));
        }
        let keys: BTreeMap<String, String> = keys(self.script);
        for (actor, key) in &keys {
            match open_orders(&self.venue.url, actor, key).await {
                Ok(count) => lock(&self.record).log(actor).open_orders = Some(count),
                Err(error) => self.trouble.push(format!("{actor} cannot ask: {error}")),
            }
        }
        self.cast.leave();
        let is_conserved = self.venue.is_conserved().await;
        lock(&self.record).is_conserved = is_conserved;
    }

    async fn last_answers(&self) {
        let waiting = || {
            let record = lock(&self.record);
            record
                .actors
                .values()
                .any(|log| log.unanswered() > 0 && log.lost.is_none())
        };
        let watch = Stopwatch::start();
        while waiting() && watch.elapsed() < ANSWER_PATIENCE {
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn said(words: &str, error: &ActError) -> String {
    format!("{words}: {error}")
}

/// Whether there is a flow, in a word.
pub const fn flow_word(flow: Flow) -> &'static str {
    match flow {
        Flow::None => "nobody else trades",
        Flow::Some { .. } => "others trade as well",
    }
}
