//! Ends many orders at once: one command for one instrument, one entry of the control sequence for all of them; one answer.

use std::borrow::Cow;
use std::sync::Arc;

use engine::{AccountId, Command, FanOutAction, Price, SessionFilter, SessionNumber, SideFilter};
use protocol::{ClockMode, ErrorCode, Reason, ServerMessage};
use sequencer::{ControlError, Origin, Refused};

use crate::edge::{Edge, InstrumentState};
use crate::native::door_refusal::DoorRefusal;
use crate::native::refusal::Refusal;
use crate::native::session::Session;
use crate::native::{request_number, translate};
use crate::session::AlreadyPending;

pub(super) const MASS_CANCEL_PENDING: Refusal =
    Refusal::new(ErrorCode::Pending, "a request with this id is under way");

impl Session {
    /// Ends the account's orders, on one instrument or on all of them.
    pub(super) fn mass_cancel(
        &mut self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::MassCancel,
    ) -> Result<(), Refusal> {
        let edge = Arc::clone(&self.edge);
        let at = self.command_time(asked.at_us)?;
        let targets = self.mass_cancel_targets(&edge, asked)?;
        if targets.is_empty() {
            self.answer_empty_mass_cancel(request);
            return Ok(());
        }
        if asked.symbol.is_none() && self.may_ask_all_at_once() {
            // Without a symbol there is no range of prices, so every instrument is asked the same.
            let everywhere = engine_mass_cancel(asked, account, targets[0])?;
            return self.ask_all(request, FanOutAction::MassCancel(everywhere));
        }
        let commands = targets
            .into_iter()
            .map(|state| Ok((state, engine_mass_cancel(asked, account, state)?)))
            .collect::<Result<Vec<_>, Refusal>>()?;
        let number = request_number::on_the_way(request);
        self.entry
            .expect_mass_cancel(number, commands.len())
            .map_err(|AlreadyPending| MASS_CANCEL_PENDING)?;
        let instruments = commands.len();
        for (reached, (state, command)) in commands.into_iter().enumerate() {
            let way = self.way_to(request, account, state, at);
            if let Err(refusal) = self.hand_over(&way, Command::MassCancel(command)) {
                let unreached = instruments.saturating_sub(reached);
                self.entry.give_up_mass_cancel(number, unreached);
                return Err(not_all_reached(&refusal));
            }
        }
        Ok(())
    }

    /// Whether what is asked of all instruments is one entry of the control sequence. With the other clocks the order of
    /// commands is the participants' own: each instrument is asked at the command's time, or in the session's turn.
    pub(super) fn may_ask_all_at_once(&self) -> bool {
        match self.edge.clock {
            ClockMode::Realtime | ClockMode::Accelerated => true,
            ClockMode::Replay | ClockMode::Lockstep => false,
        }
    }

    /// Asks every instrument for the same: each does it once, also when the exchange is killed meanwhile. It is answered
    /// when the last one has done its part.
    pub(super) fn ask_all(
        &mut self,
        request: Option<u64>,
        action: FanOutAction,
    ) -> Result<(), Refusal> {
        let number = request_number::on_the_way(request);
        let instruments = self.edge.instruments.len();
        self.entry
            .expect_mass_cancel(number, instruments)
            .map_err(|AlreadyPending| MASS_CANCEL_PENDING)?;
        let origin = Origin {
            session: self.entry.id,
            request: number,
            ..Origin::default()
        };
        match self.edge.ask_all(action, origin) {
            Ok(delivery) => {
                self.delivery = Some(delivery);
                Ok(())
            }
            Err(error) => {
                self.entry.give_up_mass_cancel(number, instruments);
                Err(nobody_reached(error))
            }
        }
    }

    /// What was asked of several instruments is on its way to each of them before anything else is read.
    pub(super) async fn keep_order(&mut self) {
        if let Some(delivery) = self.delivery.take() {
            delivery.made().await;
        }
    }

    fn answer_empty_mass_cancel(&mut self, request: Option<u64>) {
        let answer = protocol::MassCanceled {
            request,
            canceled_orders: 0,
            at_us: self.edge.at_us(),
        };
        self.say(&ServerMessage::MassCanceled(answer));
    }

    /// The instruments that are meant. With the replay clock, those that this session trades.
    pub(super) fn mass_cancel_targets<'a>(
        &self,
        edge: &'a Edge,
        asked: &protocol::MassCancel,
    ) -> Result<Vec<&'a InstrumentState>, Refusal> {
        if let Some(symbol) = asked.symbol {
            let state = edge.by_symbol(&symbol).ok_or(Refusal::new(
                ErrorCode::UnknownSymbol,
                "no instrument has this symbol",
            ))?;
            self.claim(state)?;
            return Ok(vec![state]);
        }
        let is_meant = |state: &&InstrumentState| match edge.clock {
            ClockMode::Realtime | ClockMode::Accelerated | ClockMode::Lockstep => true,
            ClockMode::Replay => state.is_replayed_by(self.entry.id),
        };
        Ok(edge.instruments.iter().filter(is_meant).collect())
    }
}

fn engine_mass_cancel(
    asked: &protocol::MassCancel,
    account: AccountId,
    state: &InstrumentState,
) -> Result<engine::MassCancel, Refusal> {
    let scale = state.listed.scale;
    let bound = |field, price: Option<protocol::ExactDecimal>, open_end| match price {
        Some(price) => translate::price(field, price, scale).map_err(|untranslatable| Refusal {
            code: ErrorCode::BadField,
            text: Cow::Owned(untranslatable.text),
        }),
        None => Ok(open_end),
    };
    Ok(engine::MassCancel {
        account,
        side: match asked.side {
            Some(side) => SideFilter::Only(translate::engine_side(side)),
            None => SideFilter::Both,
        },
        price_from: bound("price_from", asked.price_from, Price::MIN)?,
        price_to: bound("price_to", asked.price_to, Price::MAX)?,
        session: match asked.session {
            Some(session) => SessionFilter::Only(SessionNumber(session)),
            None => SessionFilter::Any,
        },
    })
}

const fn nobody_reached(error: ControlError) -> Refusal {
    match error {
        ControlError::NotTaken(Refused::Full) => Refusal::new(
            ErrorCode::Busy,
            "too many such requests are under way: nothing was done, send it again",
        ),
        ControlError::NotTaken(
            Refused::LowDisk
            | Refused::Unavailable
            | Refused::UnknownInstrument
            | Refused::NamesHandle,
        )
        | ControlError::Refused(_)
        | ControlError::OutcomeUnknown => {
            Refusal::new(ErrorCode::Unavailable, "the exchange takes nothing now")
        }
    }
}

pub(super) fn not_all_reached(refusal: &DoorRefusal) -> Refusal {
    let code = if refusal.reason == Reason::Busy {
        ErrorCode::Busy
    } else {
        ErrorCode::Unavailable
    };
    Refusal::new(
        code,
        "not every instrument was reached: some orders may have ended, the others stand; send it again",
    )
}
