//! Sends what is due, reads what has come, and never sleeps while a load runs: one thread for all sessions.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use mio::{Events, Poll};

use crate::clock::{Clock, run_tag};
use crate::load::arrivals::Schedule;
use crate::load::dialect::{Answer, Health};
use crate::load::frame::FrameKind;
use crate::load::in_flight::InFlight;
use crate::load::order_stream::{Asked, OrderStream};
use crate::load::record::LoadRecord;
use crate::load::socket::{Greeting, Socket};
use crate::load::{LoadError, LoadPlan};

/// Orders that are written before what has come is read.
const ORDERS_PER_TURN: usize = 256;
/// How long the last answers are waited for.
const LAST_ANSWERS_NS: u64 = 3_000_000_000;
/// Between the last log-on and the first order.
const START_DELAY_NS: u64 = 20_000_000;
/// Sockets that are looked at in one turn.
const EVENTS_MAX: usize = 1_024;

/// How far a load has come, for whoever watches; and how it is told to stop.
#[derive(Debug, Default)]
pub struct LoadProgress {
    /// Orders that left.
    pub sent: AtomicU64,
    /// Answers that came.
    pub answered: AtomicU64,
    /// Nanoseconds since the first intended moment.
    pub elapsed_ns: AtomicU64,
    /// Somebody wants it to end.
    pub is_stopped: AtomicBool,
}

/// Runs a load to its end on the calling thread, which it keeps busy all the time.
///
/// # Errors
/// The exchange cannot be reached, or lets a session not in. What happens later is in the record.
pub fn run(plan: &LoadPlan, progress: &Arc<LoadProgress>) -> Result<LoadRecord, LoadError> {
    let mut driver = Driver::open(plan, Arc::clone(progress))?;
    driver.drive()?;
    driver.clean_up()?;
    Ok(driver.record)
}

struct Driver<'a> {
    plan: &'a LoadPlan,
    progress: Arc<LoadProgress>,
    clock: Clock,
    poll: Poll,
    events: Events,
    sockets: Vec<Line>,
    stream: OrderStream,
    flights: InFlight,
    record: LoadRecord,
    /// Sessions with something to write.
    unflushed: Vec<usize>,
    message: Vec<u8>,
    tag: String,
    /// The first intended moment.
    start_ns: u64,
}

/// One session.
struct Line {
    /// `None` once it is lost.
    socket: Option<Socket>,
    is_unflushed: bool,
}

impl<'a> Driver<'a> {
    fn open(plan: &'a LoadPlan, progress: Arc<LoadProgress>) -> Result<Self, LoadError> {
        let poll = Poll::new()?;
        let mut sockets = Vec::with_capacity(plan.connections);
        for (place, key) in (0..plan.connections).zip(plan.keys.iter().cycle()) {
            let mut greeting = Greeting::open(&plan.address, &plan.path)?;
            plan.dialect.log_on(&mut greeting, key)?;
            let mut socket = greeting.into_socket()?;
            socket.watch(&poll, place)?;
            sockets.push(Line {
                socket: Some(socket),
                is_unflushed: false,
            });
        }
        let clock = Clock::start(NonZeroU32::MIN);
        let start_ns = clock.now_ns() + START_DELAY_NS;
        let from_ns = start_ns + nanoseconds(plan.warm_up);
        Ok(Self {
            plan,
            progress,
            clock,
            poll,
            events: Events::with_capacity(EVENTS_MAX),
            sockets,
            stream: OrderStream::new(plan.instruments.clone(), plan.connections, plan.seed),
            flights: InFlight::new(),
            record: LoadRecord::new(from_ns, nanoseconds(plan.run_for)),
            unflushed: Vec::new(),
            message: Vec::new(),
            tag: format!("{}-", run_tag()),
            start_ns,
        })
    }

    /// Sends every order of the schedule, and waits for the last answers.
    fn drive(&mut self) -> Result<(), LoadError> {
        let plan = self.plan;
        let mut schedule = Schedule::new(plan.arrivals, plan.rate, plan.seed);
        let end_ns = self.start_ns + nanoseconds(plan.warm_up) + nanoseconds(plan.run_for);
        let mut due_ns = self.start_ns + schedule.next_ns();
        while due_ns < end_ns && !self.progress.is_stopped.load(Ordering::Relaxed) {
            let now_ns = self.clock.now_ns();
            let mut orders = 0;
            while due_ns <= now_ns && due_ns < end_ns && orders < ORDERS_PER_TURN {
                let asked = self.stream.next_asked();
                self.send(&asked, due_ns);
                due_ns = self.start_ns + schedule.next_ns();
                orders += 1;
            }
            self.turn()?;
            self.show(now_ns);
            if self.has_waited_too_long(now_ns) {
                self.record.note_error("given_up");
                break;
            }
        }
        let patience_ns = self.clock.now_ns() + LAST_ANSWERS_NS;
        while self.flights.waiting() > 0 && self.clock.now_ns() < patience_ns {
            self.turn()?;
        }
        self.record.finish(self.flights.waiting());
        Ok(())
    }

    /// What is overtaxed need not be watched to the end.
    fn has_waited_too_long(&mut self, now_ns: u64) -> bool {
        let patience_ns = nanoseconds(self.plan.patience);
        self.flights
            .oldest_ns()
            .is_some_and(|oldest_ns| now_ns.saturating_sub(oldest_ns) > patience_ns)
    }

    /// Ends what rests, so that the next load finds the books as this one did. Nothing of it is counted.
    fn clean_up(&mut self) -> Result<(), LoadError> {
        while let Some(asked) = self.stream.next_ending() {
            self.write(&asked);
        }
        let patience_ns = self.clock.now_ns() + LAST_ANSWERS_NS;
        while !self.unflushed.is_empty() && self.clock.now_ns() < patience_ns {
            self.flush();
            self.poll.poll(&mut self.events, Some(Duration::ZERO))?;
            for place in ready(&self.events) {
                self.skip(place);
            }
        }
        Ok(())
    }

    fn send(&mut self, asked: &Asked, due_ns: u64) {
        if !self.flights.leave(asked.number, due_ns) {
            return self.record.note_error("too_many_unanswered");
        }
        self.write(asked);
        self.record.note_sent(due_ns, self.clock.now_ns());
    }

    fn write(&mut self, asked: &Asked) {
        let line = &mut self.sockets[asked.connection];
        let Some(socket) = &mut line.socket else {
            return self.record.note_error("connection_lost");
        };
        let instrument = &self.stream.instruments()[asked.instrument];
        let dialect = &self.plan.dialect;
        dialect.write(&mut self.message, asked, instrument, &self.tag);
        socket.queue(dialect.frame(), &self.message);
        if !line.is_unflushed {
            line.is_unflushed = true;
            self.unflushed.push(asked.connection);
        }
    }

    fn turn(&mut self) -> Result<(), LoadError> {
        self.flush();
        self.poll.poll(&mut self.events, Some(Duration::ZERO))?;
        for place in ready(&self.events) {
            self.take_in(place);
        }
        Ok(())
    }

    fn flush(&mut self) {
        let mut places = std::mem::take(&mut self.unflushed);
        places.retain(|place| {
            let line = &mut self.sockets[*place];
            let is_left = match line.socket.as_mut().map(Socket::flush) {
                Some(Ok(is_done)) => !is_done,
                Some(Err(_lost)) => {
                    line.socket = None;
                    self.record.note_error("connection_lost");
                    false
                }
                None => false,
            };
            line.is_unflushed = is_left;
            is_left
        });
        self.unflushed = places;
    }

    /// Reads all that a session has.
    fn take_in(&mut self, place: usize) {
        loop {
            let Some(socket) = &mut self.sockets[place].socket else {
                return;
            };
            let filled = socket.fill();
            let now_ns = self.clock.now_ns();
            let mut has_closed = false;
            while let Some((kind, payload)) = socket.next_frame() {
                match kind {
                    FrameKind::Text | FrameKind::Binary => {
                        let answer = self.plan.dialect.read(payload);
                        note(&mut self.record, &mut self.flights, answer, now_ns);
                    }
                    FrameKind::Ping => {
                        let pong = payload.to_vec();
                        socket.queue(FrameKind::Pong, &pong);
                    }
                    FrameKind::Close => has_closed = true,
                    FrameKind::Pong | FrameKind::Other => {}
                }
            }
            match filled {
                Ok(true) => {}
                Ok(false) if !has_closed => return,
                Ok(false) | Err(_) => {
                    self.sockets[place].socket = None;
                    return self.record.note_error("connection_lost");
                }
            }
        }
    }

    /// Reads what nobody waits for any more.
    fn skip(&mut self, place: usize) {
        let Some(socket) = &mut self.sockets[place].socket else {
            return;
        };
        while matches!(socket.fill(), Ok(true)) {
            while socket.next_frame().is_some() {}
        }
        while socket.next_frame().is_some() {}
    }

    fn show(&self, now_ns: u64) {
        let progress = &self.progress;
        progress.sent.store(self.record.sent, Ordering::Relaxed);
        progress
            .answered
            .store(self.record.answered, Ordering::Relaxed);
        let elapsed_ns = now_ns.saturating_sub(self.start_ns);
        progress.elapsed_ns.store(elapsed_ns, Ordering::Relaxed);
    }
}

fn note(record: &mut LoadRecord, flights: &mut InFlight, answer: Answer<'_>, now_ns: u64) {
    let Answer::To {
        number,
        kind,
        health,
    } = answer
    else {
        return;
    };
    let Some(flight) = flights.land(number) else {
        return record.note_error("answered_twice");
    };
    record.note_answer(flight.intended_ns, now_ns);
    record.note_kind(kind);
    match health {
        Health::Good => {}
        Health::Bad => record.note_error(kind),
    }
}

fn ready(events: &Events) -> Vec<usize> {
    events.iter().map(|event| event.token().0).collect()
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
