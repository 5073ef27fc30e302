//! What changes orders: from a request through the door into the instrument's ring.

use engine::{AccountId, Command, Notional, SessionNumber, Side, Timestamp};
use protocol::{ClockMode, ErrorCode, OnCancelFailure, Reason, Symbol};
use sequencer::{EnteredBy, InboundCommand, Origin, Refused};

use crate::door::Door;
use crate::edge::{Edge, InstrumentState};
use crate::faults::{Place, Surface};
use crate::native::door_refusal::{Asked, DoorRefusal, OrderRefusal};
use crate::native::refusal::Refusal;
use crate::native::session::Session;
use crate::native::translate::Untranslatable;
use crate::native::{request_number, translate, translate_order};

/// The way of one command: to which instrument, when, and through which door.
#[derive(Debug, Clone, Copy)]
pub struct Way<'a> {
    request: Option<u64>,
    state: &'a InstrumentState,
    at: Option<Timestamp>,
    door: Door<'a>,
}

impl Way<'_> {
    /// Reserves what each instruction of a batch needs, as far as it is available.
    pub(super) fn reserve_batch(&self, batch: &mut engine::Batch) {
        self.door.reserve_batch(batch);
    }
}

impl Session {
    /// Enters an order.
    pub(super) fn submit(
        &mut self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::Submit,
    ) -> Result<(), Refusal> {
        let outcome = self.try_submit(request, account, asked);
        self.tell_refusal(
            || Asked::entry(request, asked.symbol, &asked.order),
            outcome,
        )
    }

    fn try_submit(
        &self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::Submit,
    ) -> Result<(), OrderRefusal> {
        let way = self.way(request, account, asked.symbol, asked.at_us)?;
        let mut order = translate_order::new_order(&asked.order, account, way.state.listed.scale)?;
        if let Err(too_many) = self.check_open_orders(account) {
            // A retry enters nothing.
            let is_known = |id| way.door.knows(id);
            if !order.client_order_id.is_some_and(is_known) {
                return Err(too_many.into());
            }
        }
        let place = Place {
            session: Some(self.entry.id.0),
            surface: Surface::Native,
        };
        let key = self.acts_with.as_deref();
        self.edge.faults.cap_fill(key, place, way.state, &mut order);
        way.door.reserve_entry(&mut order)?;
        Ok(self.hand_over_order(&way, Command::Submit(order), &asked.order)?)
    }

    /// Ends an order.
    pub(super) fn cancel(
        &mut self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::Cancel,
    ) -> Result<(), Refusal> {
        let outcome = self.try_cancel(request, account, asked);
        self.tell_refusal(|| Asked::about(request, asked.symbol, asked.order), outcome)
    }

    fn try_cancel(
        &self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::Cancel,
    ) -> Result<(), OrderRefusal> {
        let way = self.way(request, account, asked.symbol, asked.at_us)?;
        let order = translate::order_ref(asked.order);
        let command = Command::Cancel(engine::Cancel { account, order });
        Ok(self.hand_over(&way, command)?)
    }

    /// Changes an order.
    pub(super) fn replace(
        &mut self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::Replace,
    ) -> Result<(), Refusal> {
        let outcome = self.try_replace(request, account, asked);
        self.tell_refusal(|| Asked::about(request, asked.symbol, asked.order), outcome)
    }

    fn try_replace(
        &self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::Replace,
    ) -> Result<(), OrderRefusal> {
        let way = self.way(request, account, asked.symbol, asked.at_us)?;
        let mut command = engine_replace(asked, account, way.state)?;
        way.door.reserve_replace(&mut command);
        Ok(self.hand_over(&way, Command::Replace(command))?)
    }

    /// Ends an order and enters another.
    pub(super) fn cancel_replace(
        &mut self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::CancelReplace,
    ) -> Result<(), Refusal> {
        let outcome = self.try_cancel_replace(request, account, asked);
        self.tell_refusal(
            || Asked::entry(request, asked.symbol, &asked.order),
            outcome,
        )
    }

    fn try_cancel_replace(
        &self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::CancelReplace,
    ) -> Result<(), OrderRefusal> {
        let way = self.way(request, account, asked.symbol, asked.at_us)?;
        let mut command = engine::CancelReplace {
            cancel: translate::order_ref(asked.cancel),
            new_order: translate_order::new_order(&asked.order, account, way.state.listed.scale)?,
            on_cancel_failure: translate::on_cancel_failure(asked.on_cancel_failure),
        };
        match asked.on_cancel_failure {
            OnCancelFailure::Stop => {}
            // It may enter an order and end none.
            OnCancelFailure::Continue => self.check_open_orders(account)?,
        }
        way.door.reserve_cancel_replace(&mut command);
        Ok(self.hand_over_order(&way, Command::CancelReplace(command), &asked.order)?)
    }

    fn way(
        &self,
        request: Option<u64>,
        account: AccountId,
        symbol: Symbol,
        at_us: Option<u64>,
    ) -> Result<Way<'_>, OrderRefusal> {
        let at = self.command_time(at_us)?;
        let state = self
            .edge
            .by_symbol(&symbol)
            .ok_or(DoorRefusal::from(Refused::UnknownInstrument))?;
        self.claim(state)?;
        Ok(self.way_to(request, account, state, at))
    }

    /// The instrument that an order is for, if this session may trade it.
    pub(super) fn instrument<'a>(
        &self,
        edge: &'a Edge,
        symbol: Symbol,
    ) -> Result<&'a InstrumentState, OrderRefusal> {
        let state = edge
            .by_symbol(&symbol)
            .ok_or(DoorRefusal::from(Refused::UnknownInstrument))?;
        self.claim(state)?;
        Ok(state)
    }

    pub(super) fn way_to<'a>(
        &'a self,
        request: Option<u64>,
        account: AccountId,
        state: &'a InstrumentState,
        at: Option<Timestamp>,
    ) -> Way<'a> {
        let door = Door::new(&self.edge.ledger, state, account);
        Way {
            request,
            state,
            at,
            door,
        }
    }

    /// The time that a command carries: with the replay clock each does, otherwise none.
    pub(super) fn command_time(&self, at_us: Option<u64>) -> Result<Option<Timestamp>, Refusal> {
        match (self.edge.clock, at_us) {
            (ClockMode::Replay, Some(at_us)) => Ok(Some(translate::timestamp(at_us))),
            (ClockMode::Realtime | ClockMode::Accelerated | ClockMode::Lockstep, None) => Ok(None),
            (ClockMode::Replay, None) => Err(Refusal::new(
                ErrorCode::BadClock,
                "with the replay clock a command needs `at_us`",
            )),
            (ClockMode::Realtime | ClockMode::Accelerated | ClockMode::Lockstep, Some(_)) => {
                Err(Refusal::new(
                    ErrorCode::BadClock,
                    "only with the replay clock a command has `at_us`",
                ))
            }
        }
    }

    /// With the replay clock one session trades an instrument: two would race for the order of time.
    pub(super) fn claim(&self, state: &InstrumentState) -> Result<(), Refusal> {
        match self.edge.clock {
            ClockMode::Realtime | ClockMode::Accelerated | ClockMode::Lockstep => Ok(()),
            ClockMode::Replay if state.claim_replay(self.entry.id) => Ok(()),
            ClockMode::Replay => Err(Refusal::new(
                ErrorCode::BadClock,
                "with the replay clock one session trades an instrument, and another one does",
            )),
        }
    }

    /// An account whose full mass cancel would not fit its sessions' queues enters no more orders.
    pub(super) fn check_open_orders(&self, account: AccountId) -> Result<(), DoorRefusal> {
        self.check_open_orders_with(account, 0)
    }

    /// The same, when so many orders are to be entered before in the same command.
    pub(super) fn check_open_orders_with(
        &self,
        account: AccountId,
        entering: usize,
    ) -> Result<(), DoorRefusal> {
        let open = self.edge.loads.open_orders(account);
        if open.saturating_add(entering) >= self.edge.limits.open_orders_per_account_max {
            return Err(DoorRefusal::new(
                Reason::TooManyOpenOrders,
                "the account has as many open orders as it may have",
            ));
        }
        Ok(())
    }

    /// Hands over an order, which may be traced.
    fn hand_over_order(
        &self,
        way: &Way<'_>,
        command: Command,
        asked: &protocol::NewOrder,
    ) -> Result<(), DoorRefusal> {
        let number = request_number::on_the_way(way.request);
        if asked.is_traced {
            // Before it is handed over: its answer may come before this line goes on.
            self.entry.traces.begin(number, self.read_ns());
        }
        self.hand_over(way, command).inspect_err(|_refusal| {
            if asked.is_traced {
                self.entry.traces.end(number);
            }
        })
    }

    /// By which connection the orders come that a command enters. In lockstep that is the session's rank: who connects
    /// first decides nothing.
    fn entered_by(&self, command: &Command) -> EnteredBy {
        if !enters_orders(command) {
            return EnteredBy::default();
        }
        let number = match &self.seat {
            Some(seat) => seat.rank,
            None => u32::try_from(self.entry.id.0).unwrap_or(SessionNumber::NONE.0),
        };
        EnteredBy(SessionNumber(number))
    }

    /// Hands a command to its matcher; what was reserved for it goes back if it is not taken.
    pub(super) fn hand_over(&self, way: &Way<'_>, command: Command) -> Result<(), DoorRefusal> {
        let inbound = InboundCommand {
            instrument: way.state.id(),
            origin: Origin {
                session: self.entry.id,
                request: request_number::on_the_way(way.request),
                entered_by: self.entered_by(&command),
            },
            at: way.at,
            stamps: self.stamps,
            command,
        };
        way.door.note_on_its_way(&inbound.command);
        self.edge.submit(inbound).map_err(|not_taken| {
            way.door.take_back(&not_taken.command.command);
            not_taken.refused.into()
        })
    }
}

/// A replace in the engine's units; the door names the side and what it reserves.
pub(super) fn engine_replace(
    asked: &protocol::Replace,
    account: AccountId,
    state: &InstrumentState,
) -> Result<engine::Replace, Untranslatable> {
    let scale = state.listed.scale;
    let quantity = asked
        .quantity
        .map(|quantity| translate::quantity("quantity", quantity, scale));
    let price = asked
        .price
        .map(|price| translate::price("price", price, scale));
    let display_quantity = asked
        .display_quantity
        .map(|shown| translate::quantity("display_quantity", shown, scale));
    let trigger_price = asked
        .trigger_price
        .map(|price| translate::price("trigger_price", price, scale));
    Ok(engine::Replace {
        account,
        order: translate::order_ref(asked.order),
        // The door names the side of an order that it knows; for another one nothing is reserved.
        side: Side::Buy,
        quantity: quantity.transpose()?,
        price: price.transpose()?,
        peak: display_quantity.transpose()?,
        stop: trigger_price.transpose()?,
        expiry: asked.expire_at_us.map(translate::timestamp),
        extra: Notional::ZERO,
    })
}

/// Whether a command enters orders, which remember by which connection they came.
const fn enters_orders(command: &Command) -> bool {
    match command {
        Command::Submit(_) | Command::CancelReplace(_) | Command::Quote(_) | Command::Batch(_) => {
            true
        }
        Command::Cancel(_)
        | Command::Replace(_)
        | Command::MassCancel(_)
        | Command::Tick
        | Command::SetState(_)
        | Command::Uncross(_)
        | Command::SetLastPrice(_)
        | Command::Admit(_)
        | Command::SetLimits(_)
        | Command::SetFeeTier(_)
        | Command::FanOut(_)
        | Command::MmpReset(_)
        | Command::Disconnect(_)
        | Command::CancelAfter(_)
        | Command::Operate(_)
        | Command::Bust(_) => false,
    }
}
