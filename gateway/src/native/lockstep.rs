//! A session with the lockstep clock: it enrolls, sends, says that it is done, and gets its turns.

use std::sync::Arc;

use engine::AccountId;
use protocol::{Enroll, Enrolled, ErrorCode, Operation, Request, TickDone};

use crate::lockstep::{EnrollRefused, Lockstep, Seat, SeatFull, TickRefused};
use crate::native::refusal::Refusal;
use crate::native::session::Session;

const OTHER_CLOCK: Refusal = Refusal::new(
    ErrorCode::BadClock,
    "only with the lockstep clock sessions enroll",
);
const NOT_ENROLLED: Refusal = Refusal::new(
    ErrorCode::BadClock,
    "with the lockstep clock a session enrolls before it trades",
);
const OTHER_TICK: Refusal = Refusal::new(
    ErrorCode::BadClock,
    "this is not the tick that was told last, or the session is no longer waited for",
);

impl Session {
    /// Enrolls the session.
    pub(super) fn enroll(
        &mut self,
        request: Option<u64>,
        account: AccountId,
        asked: Enroll,
    ) -> Result<(), Refusal> {
        let lockstep = self.lockstep()?;
        if self.seat.is_some() {
            return Err(Refusal::new(
                ErrorCode::BadClock,
                "this session is enrolled",
            ));
        }
        let tick_ns = u64::try_from(lockstep.config.tick.as_nanos()).unwrap_or(u64::MAX);
        lockstep
            .enroll(asked.rank, Arc::clone(&self.entry), account)
            .map_err(|refused| match refused {
                EnrollRefused::RankTaken => Refusal::new(
                    ErrorCode::BadClock,
                    "another session, or a key, has this rank",
                ),
                EnrollRefused::NoRank => {
                    Refusal::new(ErrorCode::BadClock, "ranks are counted from 1")
                }
            })?;
        self.seat = Some(Seat::new(asked.rank));
        let answer = Enrolled {
            request,
            rank: asked.rank,
            tick_ns,
            at_us: self.edge.at_us(),
        };
        self.answer(|buffer| answer.encode(buffer));
        Ok(())
    }

    /// The session has sent what it has to send in this tick.
    pub(super) fn finish_tick(&mut self, done: TickDone) -> Result<(), Refusal> {
        let lockstep = self.lockstep()?;
        let seat = self.seat.as_mut().ok_or(NOT_ENROLLED)?;
        let turns = lockstep
            .done(
                seat.rank,
                done.tick,
                done.idle_until.unwrap_or(0),
                seat.waiting_count(),
            )
            .map_err(|TickRefused| OTHER_TICK)?;
        seat.finish(done.tick, turns);
        Ok(())
    }

    /// Keeps what changes orders for the session's turn; gives back what is answered at once.
    pub(super) fn wait_for_turn(&mut self, request: Request) -> Result<Option<Request>, Refusal> {
        if self.edge.lockstep.is_none() || !changes_orders(&request.operation) {
            return Ok(Some(request));
        }
        self.account()?;
        let seat = self.seat.as_mut().ok_or(NOT_ENROLLED)?;
        match seat.keep(request) {
            Ok(()) => Ok(None),
            Err(SeatFull) => Err(Refusal::new(
                ErrorCode::LimitExceeded,
                "a session sends at most 4096 requests in a tick",
            )),
        }
    }

    /// When the session is done with a tick: has what it sent taken, each in its turn, and waits for the next tick.
    pub(super) async fn keep_step(&mut self) {
        let Some(lockstep) = self.edge.lockstep.clone() else {
            return;
        };
        let Some(tick) = self.seat.as_ref().map(Seat::done_in) else {
            return;
        };
        while let Some(seat) = &mut self.seat
            && let Some((turn, request)) = seat.next_turn().await
        {
            self.take_in_turn(&request);
            drop(turn);
        }
        if tick > 0 {
            lockstep.after(tick).await;
        }
    }

    fn lockstep(&self) -> Result<Arc<Lockstep>, Refusal> {
        self.edge.lockstep.clone().ok_or(OTHER_CLOCK)
    }
}

const fn changes_orders(operation: &Operation) -> bool {
    match operation {
        Operation::Submit(_)
        | Operation::Cancel(_)
        | Operation::Replace(_)
        | Operation::CancelReplace(_)
        | Operation::Batch(_)
        | Operation::MassCancel(_)
        | Operation::MassQuote(_)
        | Operation::MmpReset(_)
        | Operation::CancelAfter(_) => true,
        Operation::Hello(_)
        | Operation::Logon(_)
        | Operation::OpenOrders(_)
        | Operation::Balances
        | Operation::Positions
        | Operation::Candles(_)
        | Operation::Statistics(_)
        | Operation::Past(_)
        | Operation::Subscribe(_)
        | Operation::Unsubscribe(_)
        | Operation::Resume(_)
        | Operation::ResumeExecutions(_)
        | Operation::Ping
        | Operation::Enroll(_)
        | Operation::TickDone(_) => false,
    }
}
