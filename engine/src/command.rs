//! What can be asked of an instrument.

use crate::auction::AuctionReference;
use crate::batch::{Batch, Instruction};
use crate::bust::Bust;
use crate::dead_man::{CancelAfter, Disconnect};
use crate::fan_out::FanOut;
use crate::id::{AccountId, ClientOrderId, ExternalId, OrderHandle, OrderId, SessionNumber};
use crate::market_maker_protection::MmpReset;
use crate::mass_quote::Quote;
use crate::operation::Operation;
use crate::order::NewOrder;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::risk::{Admit, SetFeeTier, SetLimits};
use crate::sequence::Timestamp;
use crate::session::SessionState;
use crate::side::Side;

/// One thing asked of one instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Enter a new order. FIX D.
    Submit(NewOrder),
    /// End an open order. FIX F.
    Cancel(Cancel),
    /// Change an open order, keeping its id. FIX G; priority by market-rules section 9.
    Replace(Replace),
    /// End one order and enter another in one event block.
    CancelReplace(CancelReplace),
    /// End an account's open orders.
    MassCancel(MassCancel),
    /// Time has come: whatever is due at the command's time happens.
    Tick,
    /// Move the instrument to another session state.
    SetState(SessionState),
    /// End a call: trade what crosses at one price, then match continuously.
    Uncross(AuctionReference),
    /// Set the last price without a trade: no print, nothing fires.
    SetLastPrice(Price),
    /// Turn a switch: kill, cancel-only, or let in again.
    Admit(Admit),
    /// Replace an account's limits.
    SetLimits(SetLimits),
    /// Say which fees an account pays.
    SetFeeTier(SetFeeTier),
    /// This instrument's part of a command to several.
    FanOut(FanOut),
    /// Enter a two-sided quote in place of the group's previous one.
    Quote(Quote),
    /// Let a group that market-maker protection has frozen quote again, its counters at zero.
    MmpReset(MmpReset),
    /// An account's connection is lost: its cancel-on-disconnect orders go.
    Disconnect(Disconnect),
    /// Set, or turn off, an account's dead man's timer.
    CancelAfter(CancelAfter),
    /// Change the instrument's rules or its grid.
    Operate(Operation),
    /// Carry out several instructions of one account in one event block.
    Batch(Batch),
    /// Take a trade back.
    Bust(Box<Bust>),
}

impl Command {
    /// What the door reserved for it: whose, for which side, how much. A bust's reserve is money, not a hold: the
    /// ledger says it of the trade.
    pub fn door_reserves(&self) -> impl Iterator<Item = (AccountId, Side, Notional)> {
        let of_batch = self.batched().filter_map(|(account, instruction)| {
            let (side, extra) = instruction.door_reserve()?;
            Some((account, side, extra))
        });
        let reserves = match self {
            Self::Submit(order)
            | Self::CancelReplace(CancelReplace {
                new_order: order, ..
            }) => [Some((order.account, order.side, order.extra)), None],
            Self::Replace(replace) => [Some((replace.account, replace.side, replace.extra)), None],
            Self::Quote(quote) => [Side::Buy, Side::Sell]
                .map(|side| Some((quote.account, side, quote.side(side)?.extra))),
            Self::Cancel(_)
            | Self::MassCancel(_)
            | Self::Tick
            | Self::SetState(_)
            | Self::Uncross(_)
            | Self::SetLastPrice(_)
            | Self::Admit(_)
            | Self::SetLimits(_)
            | Self::SetFeeTier(_)
            | Self::FanOut(_)
            | Self::MmpReset(_)
            | Self::Disconnect(_)
            | Self::CancelAfter(_)
            | Self::Operate(_)
            | Self::Batch(_)
            | Self::Bust(_) => [None, None],
        };
        reserves.into_iter().flatten().chain(of_batch)
    }

    /// The instructions of a batch, each with its account; nothing of another command.
    fn batched(&self) -> impl Iterator<Item = (AccountId, &Instruction)> {
        let batch = match self {
            Self::Batch(batch) => Some(batch),
            Self::Submit(_)
            | Self::Cancel(_)
            | Self::Replace(_)
            | Self::CancelReplace(_)
            | Self::MassCancel(_)
            | Self::Tick
            | Self::SetState(_)
            | Self::Uncross(_)
            | Self::SetLastPrice(_)
            | Self::Admit(_)
            | Self::SetLimits(_)
            | Self::SetFeeTier(_)
            | Self::FanOut(_)
            | Self::Quote(_)
            | Self::MmpReset(_)
            | Self::Disconnect(_)
            | Self::CancelAfter(_)
            | Self::Operate(_)
            | Self::Bust(_) => None,
        };
        batch.into_iter().flat_map(|batch| {
            let account = batch.account();
            batch.instructions().iter().map(move |one| (account, one))
        })
    }

    /// Whether it names an order by its place in memory. Such a command means something in one process alone:
    /// applied again in another one, it may mean nothing, or another order.
    pub fn names_a_handle(&self) -> bool {
        let is_handle = |named: OrderRef| matches!(named, OrderRef::Handle(_));
        match self {
            Self::Cancel(cancel) => is_handle(cancel.order),
            Self::Replace(replace) => is_handle(replace.order),
            Self::CancelReplace(both) => is_handle(both.cancel) || both.new_order.names_a_handle(),
            Self::Submit(order) => order.names_a_handle(),
            Self::Batch(batch) => batch.instructions().iter().any(Instruction::names_a_handle),
            Self::MassCancel(_)
            | Self::Tick
            | Self::SetState(_)
            | Self::Uncross(_)
            | Self::SetLastPrice(_)
            | Self::Admit(_)
            | Self::SetLimits(_)
            | Self::SetFeeTier(_)
            | Self::FanOut(_)
            | Self::Quote(_)
            | Self::MmpReset(_)
            | Self::Disconnect(_)
            | Self::CancelAfter(_)
            | Self::Operate(_)
            | Self::Bust(_) => false,
        }
    }
}

/// Which order is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderRef {
    /// By the exchange's id.
    Id(OrderId),
    /// By its place in memory: no look-up on the way.
    Handle(OrderHandle),
    /// By the participant's id, in the account that asks.
    Client(ClientOrderId),
    /// By the embedder's id.
    External(ExternalId),
}

/// Ends an open order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancel {
    /// Who asks; another account's order is unknown to it.
    pub account: AccountId,
    /// Which order.
    pub order: OrderRef,
}

/// Changes an open order in place. A field of `None` stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replace {
    /// Who asks; another account's order is unknown to it.
    pub account: AccountId,
    /// Which order.
    pub order: OrderRef,
    /// The order's side, which no replace changes; it says what `extra` is measured in, also when the order is gone. FIX Side(54).
    pub side: Side,
    /// New total quantity, what is filled included.
    pub quantity: Option<Quantity>,
    /// New limit price.
    pub price: Option<Price>,
    /// New displayed slice of an iceberg.
    pub peak: Option<Quantity>,
    /// New stop or take-profit price of an order that waits for it.
    pub stop: Option<Price>,
    /// New expiry: turns the order into good-till-date.
    pub expiry: Option<Timestamp>,
    /// What the door reserved beyond the order's hold as last reported; units as in [`NewOrder::extra`], for `side`.
    pub extra: Notional,
}

/// Ends one order and enters another, which is at the tail of its level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelReplace {
    /// Which order ends; it must be of the new order's account.
    pub cancel: OrderRef,
    /// What is entered; its hold may use what the ended order gives back.
    pub new_order: NewOrder,
    /// Whether the new order is entered when there was nothing to cancel.
    pub on_cancel_failure: OnCancelFailure,
}

/// What a failed cancel means for the new order of a [`CancelReplace`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCancelFailure {
    /// Nothing is entered. Binance `STOP_ON_FAILURE`.
    Stop,
    /// The new order is entered all the same. Binance `ALLOW_FAILURE`.
    Continue,
}

/// Ends an account's open orders on this instrument, in entry order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MassCancel {
    /// Whose orders.
    pub account: AccountId,
    /// On which side.
    pub side: SideFilter,
    /// Lowest limit price that is meant.
    pub price_from: Price,
    /// Highest limit price that is meant.
    pub price_to: Price,
    /// By which connection they came.
    pub session: SessionFilter,
}

impl MassCancel {
    /// Everything that an account has open.
    pub const fn all_of(account: AccountId) -> Self {
        Self {
            account,
            side: SideFilter::Both,
            price_from: Price::MIN,
            price_to: Price::MAX,
            session: SessionFilter::Any,
        }
    }
}

/// Which connections a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionFilter {
    /// Any, and none.
    Any,
    /// One.
    Only(SessionNumber),
}

/// Which sides a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideFilter {
    /// Both sides.
    Both,
    /// One side.
    Only(Side),
}
