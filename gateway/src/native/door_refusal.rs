//! What a session is told when the door refuses: a report of kind `rejected` that no event stands behind.

use std::borrow::Cow;

use protocol::{
    ClientOrderId, OrderRef, OrderStatus, Reason, Report, ReportKind, ServerMessage, Symbol,
};
use sequencer::Refused;

use crate::counters::Counters;
use crate::door::TooLittle;
use crate::native::refusal::Refusal;
use crate::native::session::Session;
use crate::native::translate::Untranslatable;

/// What a refusal at the door repeats of the request.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    request: Option<u64>,
    symbol: Symbol,
    order_id: Option<u64>,
    client_order_id: Option<ClientOrderId>,
    side: Option<protocol::Side>,
    entry: Entry,
}

/// Whether the refused request would have entered an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    NewOrder,
    None,
}

impl Asked {
    /// A request that enters an order.
    pub const fn entry(request: Option<u64>, symbol: Symbol, order: &protocol::NewOrder) -> Self {
        Self {
            request,
            symbol,
            order_id: None,
            client_order_id: order.client_order_id,
            side: Some(order.side),
            entry: Entry::NewOrder,
        }
    }

    /// A request about an order.
    pub const fn about(request: Option<u64>, symbol: Symbol, order: OrderRef) -> Self {
        let (order_id, client_order_id) = match order {
            OrderRef::Order(id) => (Some(id), None),
            OrderRef::Client(id) => (None, Some(id)),
        };
        Self {
            request,
            symbol,
            order_id,
            client_order_id,
            side: None,
            entry: Entry::None,
        }
    }
}

/// Why the door refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorRefusal {
    /// The reason that the report gives.
    pub reason: Reason,
    /// A sentence for people.
    pub text: Cow<'static, str>,
}

impl DoorRefusal {
    /// A refusal with a fixed sentence.
    pub const fn new(reason: Reason, text: &'static str) -> Self {
        Self {
            reason,
            text: Cow::Borrowed(text),
        }
    }
}

impl From<Untranslatable> for DoorRefusal {
    fn from(untranslatable: Untranslatable) -> Self {
        Self {
            reason: untranslatable.reason,
            text: Cow::Owned(untranslatable.text),
        }
    }
}

impl From<TooLittle> for DoorRefusal {
    fn from(_: TooLittle) -> Self {
        Self::new(
            Reason::InsufficientFunds,
            "the available balance does not cover the order",
        )
    }
}

impl From<Refused> for DoorRefusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => Self::new(
                Reason::Busy,
                "too many commands are waiting; send it again later",
            ),
            Refused::LowDisk => Self::new(
                Reason::Unavailable,
                "the exchange's disk is nearly full; it takes cancels and no new orders",
            ),
            Refused::Unavailable => {
                Self::new(Reason::Unavailable, "the exchange takes no commands now")
            }
            Refused::NamesHandle => {
                unreachable!("no request names an order by its place in memory")
            }
            Refused::UnknownInstrument => {
                Self::new(Reason::UnknownSymbol, "no instrument has this symbol")
            }
        }
    }
}

/// Why a request about an order is not handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderRefusal {
    /// The request itself is not allowed: an `error`.
    Request(Refusal),
    /// The order is refused: a `report`.
    Door(DoorRefusal),
}

impl From<Refusal> for OrderRefusal {
    fn from(refusal: Refusal) -> Self {
        Self::Request(refusal)
    }
}

impl From<DoorRefusal> for OrderRefusal {
    fn from(refusal: DoorRefusal) -> Self {
        Self::Door(refusal)
    }
}

impl From<Untranslatable> for OrderRefusal {
    fn from(untranslatable: Untranslatable) -> Self {
        Self::Door(untranslatable.into())
    }
}

impl From<TooLittle> for OrderRefusal {
    fn from(too_little: TooLittle) -> Self {
        Self::Door(too_little.into())
    }
}

impl Session {
    /// Says why the door refused; what it let through is answered by the engine.
    pub(super) fn tell_refusal(
        &mut self,
        asked: impl FnOnce() -> Asked,
        outcome: Result<(), OrderRefusal>,
    ) -> Result<(), Refusal> {
        let refusal = match outcome {
            Ok(()) => return Ok(()),
            Err(OrderRefusal::Request(refusal)) => return Err(refusal),
            Err(OrderRefusal::Door(refusal)) => refusal,
        };
        let asked = asked();
        Counters::count(&self.edge.counters.errors);
        self.edge.rejects.count(refusal.reason);
        if refusal.reason == Reason::InsufficientFunds {
            Counters::count(&self.edge.counters.refused_at_door);
        }
        let report = Report {
            request: asked.request,
            order_id: asked.order_id,
            client_order_id: asked.client_order_id,
            side: asked.side,
            status: (asked.entry == Entry::NewOrder).then_some(OrderStatus::Rejected),
            reason: Some(refusal.reason),
            text: Some(refusal.text),
            ..Report::new(ReportKind::Rejected, asked.symbol, self.edge.at_us())
        };
        self.say(&ServerMessage::Report(Box::new(report)));
        Ok(())
    }
}
