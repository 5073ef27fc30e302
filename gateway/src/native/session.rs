//! One participant's session: what it may ask, and what it is told at once.

use std::borrow::Cow;
use std::sync::Arc;

use engine::AccountId;
use ledger::Permissions;
use protocol::{
    BINARY_SCHEMA_VERSION, Challenge, CodecError, ErrorCode, ErrorMessage, Frames, Operation,
    PROTOCOL_VERSION, Pong, Request, ServerMessage,
};
use sequencer::{Delivery, Stamps};

use crate::clock;
use crate::counters::Counters;
use crate::edge::Edge;
use crate::lock::write;
use crate::lockstep::Seat;
use crate::native::market_subscriptions::Subscriptions;
use crate::native::rate::{Admission, Rate};
use crate::native::refusal::{NUMBER_TOO_LARGE, Refusal};
use crate::native::{hello, logon, request_number};
use crate::session::{SessionEnd, SessionEntry};
use crate::wire;

/// A session of the native persona. What it asks of others is answered through its queue; it waits for nothing but the
/// way of what it asks of several instruments, and its turn in lockstep.
#[derive(Debug)]
pub struct Session {
    pub(super) edge: Arc<Edge>,
    pub(super) entry: Arc<SessionEntry>,
    pub(super) subscriptions: Subscriptions,
    /// When the frame that is being dealt with was read and decoded.
    pub(super) stamps: Stamps,
    /// When the socket was looked at for that frame.
    pub(super) looked_at_ns: Option<u64>,
    pub(super) stage: Stage,
    /// What a logon by signature is signed over; told by `hello`.
    pub(super) challenge: Option<Challenge>,
    /// What the key that it logged on with allows; everything until then.
    pub(super) permissions: Permissions,
    /// The key that it logged on with.
    pub(super) acts_with: Option<Box<str>>,
    rate: Rate,
    /// When the frames were read that are being dealt with, where stages are not timed.
    read_at_ns: Option<u64>,
    /// Why it must end, where it has brought that about itself.
    end: Option<SessionEnd>,
    /// Its place among those whom time waits for.
    pub(super) seat: Option<Seat>,
    /// What it has asked of several instruments: nothing that it asks later may overtake a part.
    pub(super) delivery: Option<Delivery>,
}

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Connected,
    Greeted,
    LoggedOn(AccountId),
}

impl Session {
    /// A session that has just connected; others find it from now on.
    pub fn open(edge: Arc<Edge>, entry: Arc<SessionEntry>) -> Self {
        Counters::count(&edge.counters.sessions);
        write(&edge.routing).join(Arc::clone(&entry));
        Self {
            edge,
            entry,
            subscriptions: Subscriptions::default(),
            stamps: Stamps::default(),
            looked_at_ns: None,
            seat: None,
            delivery: None,
            stage: Stage::Connected,
            challenge: None,
            permissions: Permissions::ALL,
            acts_with: None,
            rate: Rate::default(),
            read_at_ns: None,
            end: None,
        }
    }

    /// Reads a text frame and does what it asks.
    pub fn take_text(&mut self, frame: &[u8]) {
        Counters::count(&self.edge.counters.frames_in);
        self.stamps = Stamps::default();
        self.stamp(sequencer::Stage::Read);
        let read = Request::decode(frame, self.edge.limits.frame_bytes_max);
        // What can be read is UTF-8: looked for where something is wrong, not in each frame.
        if read.is_err() && str::from_utf8(frame).is_err() {
            self.end = Some(SessionEnd::NotUtf8);
            return;
        }
        self.take_read(read);
    }

    /// Does what was asked, unless that cannot be read or too much was asked of late.
    fn take_read(&mut self, read: Result<Request, CodecError>) {
        match self.admission() {
            Admission::Admitted => match read {
                Ok(request) => {
                    self.stamp(sequencer::Stage::Decoded);
                    self.take_request(request);
                }
                Err(error) => self.refuse_frame(error),
            },
            Admission::Refused { retry_after_ms } => {
                let id = read.map_or_else(|error| error.request, |request| request.id);
                self.refuse_hasty(id, retry_after_ms);
            }
            Admission::Disconnected => self.end = Some(SessionEnd::RateLimit),
        }
    }

    fn admission(&mut self) -> Admission {
        let now_ns = match self.stamps.at(sequencer::Stage::Read) {
            // In lockstep what is too much depends on no machine's speed.
            _ if self.edge.lockstep.is_some() => self.edge.time.now().0,
            // Stages are not timed.
            0 => *self.read_at_ns.get_or_insert_with(clock::monotonic_ns),
            read_at_ns => read_at_ns,
        };
        self.rate.admit(now_ns, &self.edge.limits)
    }

    /// The next frame may be long in coming.
    pub const fn wait_begins(&mut self) {
        self.read_at_ns = None;
    }

    /// Why the session must end, where it has brought that about itself.
    pub fn must_end(&self) -> Option<SessionEnd> {
        self.end
    }

    /// How long it took to read the frame that is being dealt with.
    pub(super) fn read_ns(&self) -> Option<u64> {
        let read_at = self.stamps.at(sequencer::Stage::Read);
        self.looked_at_ns
            .filter(|_| read_at != 0)
            .map(|looked_at| read_at.saturating_sub(looked_at))
    }

    fn stamp(&mut self, stage: sequencer::Stage) {
        self.edge.ports.stage_clock().stamp(&mut self.stamps, stage);
    }

    /// Reads a binary frame and does what it asks.
    pub fn take_binary(&mut self, frame: &[u8]) {
        Counters::count(&self.edge.counters.frames_in);
        self.stamps = Stamps::default();
        self.stamp(sequencer::Stage::Read);
        let frame_bytes_max = self.edge.limits.frame_bytes_max;
        let read = Request::decode_binary(frame, frame_bytes_max, &self.edge.binary_names);
        self.take_read(read);
    }

    fn take_request(&mut self, request: Request) {
        let id = request.id;
        if id == Some(request_number::UNNUMBERED) {
            return self.refuse(id, NUMBER_TOO_LARGE);
        }
        let outcome = if self.edge.lockstep.is_none() {
            self.dispatch(&request)
        } else {
            match self.wait_for_turn(request) {
                Ok(Some(request)) => self.dispatch(&request),
                Ok(None) => Ok(()),
                Err(refusal) => Err(refusal),
            }
        };
        if let Err(refusal) = outcome {
            self.refuse(id, refusal);
        }
    }

    /// Takes a request whose turn it is.
    pub(super) fn take_in_turn(&mut self, request: &Request) {
        let id = request.id;
        self.stamps = Stamps::default();
        if let Err(refusal) = self.dispatch(request) {
            self.refuse(id, refusal);
        }
    }

    fn dispatch(&mut self, Request { id, operation }: &Request) -> Result<(), Refusal> {
        let id = *id;
        self.permit(operation)?;
        match operation {
            Operation::Hello(hello) => self.greet(id, hello),
            Operation::Logon(logon) => self.log_on(id, logon),
            Operation::Submit(submit) => {
                let account = self.account()?;
                self.submit(id, account, submit)
            }
            Operation::Cancel(cancel) => {
                let account = self.account()?;
                self.cancel(id, account, cancel)
            }
            Operation::Replace(replace) => {
                let account = self.account()?;
                self.replace(id, account, replace)
            }
            Operation::CancelReplace(cancel_replace) => {
                let account = self.account()?;
                self.cancel_replace(id, account, cancel_replace)
            }
            Operation::Batch(batch) => {
                let account = self.account()?;
                self.batch(id, account, batch)
            }
            Operation::MassCancel(mass_cancel) => {
                let account = self.account()?;
                self.mass_cancel(id, account, mass_cancel)
            }
            Operation::MassQuote(mass_quote) => {
                let account = self.account()?;
                self.mass_quote(id, account, mass_quote)
            }
            Operation::MmpReset(reset) => {
                let account = self.account()?;
                self.mmp_reset(id, account, reset)
            }
            Operation::CancelAfter(cancel_after) => {
                let account = self.account()?;
                self.cancel_after(id, account, cancel_after)
            }
            Operation::OpenOrders(open_orders) => {
                let account = self.account()?;
                self.tell_open_orders(id, account, open_orders)
            }
            Operation::Balances => {
                let account = self.account()?;
                self.tell_balances(id, account);
                Ok(())
            }
            Operation::Positions => {
                let account = self.account()?;
                self.tell_positions(id, account);
                Ok(())
            }
            Operation::Candles(asked) => {
                self.greeted()?;
                self.tell_candles(id, asked)
            }
            Operation::Statistics(asked) => {
                self.greeted()?;
                self.tell_statistics(id, asked)
            }
            Operation::Past(asked) => {
                let account = self.account()?;
                self.tell_past(id, account, asked)
            }
            Operation::Subscribe(subscription) => {
                self.greeted()?;
                self.subscribe(id, subscription)
            }
            Operation::Unsubscribe(subscription) => {
                self.greeted()?;
                self.unsubscribe(id, subscription)
            }
            Operation::Resume(resume) => {
                self.greeted()?;
                self.resume(id, resume)
            }
            Operation::ResumeExecutions(resume) => {
                self.greeted()?;
                self.resume_executions(id, resume)
            }
            Operation::Ping => self.pong(id),
            Operation::Enroll(enroll) => {
                let account = self.account()?;
                self.enroll(id, account, *enroll)
            }
            Operation::TickDone(done) => self.finish_tick(*done),
        }
    }

    fn greet(&mut self, request: Option<u64>, hello: &protocol::Hello) -> Result<(), Refusal> {
        if self.stage != Stage::Connected {
            return Err(Refusal::new(
                ErrorCode::AlreadyGreeted,
                "this session has said hello",
            ));
        }
        if hello.protocol != PROTOCOL_VERSION {
            return Err(Refusal::new(
                ErrorCode::UnsupportedProtocol,
                "this exchange speaks protocol 1",
            ));
        }
        let version = u32::from(BINARY_SCHEMA_VERSION);
        if hello.schema_version.is_some_and(|asked| asked != version) {
            return Err(Refusal::new(
                ErrorCode::UnsupportedSchema,
                "this exchange speaks version 1 of the layouts of binary frames",
            ));
        }
        let challenge = logon::new_challenge()?;
        self.stage = Stage::Greeted;
        self.challenge = Some(challenge);
        self.entry.ask_for(hello.frames);
        let answer = hello::answer(&self.edge, &self.entry, request, challenge);
        self.answer(|buffer| answer.encode(buffer));
        Ok(())
    }

    fn pong(&mut self, request: Option<u64>) -> Result<(), Refusal> {
        self.greeted()?;
        let pong = Pong {
            request,
            at_us: self.edge.at_us(),
        };
        self.say(&ServerMessage::Pong(pong));
        Ok(())
    }

    /// Whether the session has said hello.
    pub fn has_greeted(&self) -> bool {
        self.stage != Stage::Connected
    }

    pub(super) fn greeted(&self) -> Result<(), Refusal> {
        match self.stage {
            Stage::Connected => Err(Refusal::new(
                ErrorCode::HelloRequired,
                "the first request of a session is hello",
            )),
            Stage::Greeted | Stage::LoggedOn(_) => Ok(()),
        }
    }

    /// The account that the session acts for.
    pub(super) fn account(&self) -> Result<AccountId, Refusal> {
        self.greeted()?;
        match self.stage {
            Stage::LoggedOn(account) => Ok(account),
            Stage::Connected | Stage::Greeted => {
                Err(Refusal::new(ErrorCode::LogonRequired, "log on first"))
            }
        }
    }

    fn refuse_frame(&mut self, error: CodecError) {
        let message = ErrorMessage::from(error);
        Counters::count(&self.edge.counters.errors);
        self.say(&ServerMessage::Error(message));
    }

    fn refuse(&mut self, request: Option<u64>, refusal: Refusal) {
        let message = ErrorMessage {
            request,
            code: refusal.code,
            text: refusal.text,
            retry_after_ms: None,
        };
        Counters::count(&self.edge.counters.errors);
        self.say(&ServerMessage::Error(message));
    }

    fn refuse_hasty(&mut self, request: Option<u64>, retry_after_ms: u32) {
        let per_second_max = self.edge.limits.requests_per_second_max;
        let message = ErrorMessage {
            request,
            code: ErrorCode::RateLimited,
            text: Cow::Owned(format!(
                "more than {per_second_max} requests a second were sent"
            )),
            retry_after_ms: Some(retry_after_ms),
        };
        Counters::count(&self.edge.counters.errors);
        Counters::count(&self.edge.counters.rate_refusals);
        self.say(&ServerMessage::Error(message));
    }

    /// Queues a message that has a layout, in the frames that this session asked for.
    pub(super) fn say(&mut self, message: &ServerMessage) {
        let names = &self.edge.binary_names;
        let binary = match self.entry.frames() {
            Frames::Text => None,
            Frames::Binary => wire::with_lent_room(|room| {
                wire::encode_binary(room, |buffer| message.encode_binary(names, buffer))
            }),
        };
        match binary {
            Some(binary) => self.entry.outbound.push_own(binary),
            None => self.answer(|buffer| message.encode(buffer)),
        }
    }

    /// Queues a message to this session, as text.
    pub(super) fn answer(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let message = wire::with_lent_room(|room| wire::encode(room, write));
        self.entry.outbound.push_own(message);
    }
}
