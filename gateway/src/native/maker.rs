//! What market makers ask: quotes, the reset of their protection, the dead man's timer.

use std::borrow::Cow;
use std::sync::Arc;

use engine::{AccountId, Command, FanOutAction, MmpGroup, Notional, QuoteSide, Timestamp};
use protocol::{ErrorCode, ExactDecimal, Quoted, ServerMessage};

use crate::door::Door;
use crate::native::door_refusal::OrderRefusal;
use crate::native::mass_cancel::{MASS_CANCEL_PENDING, not_all_reached};
use crate::native::refusal::Refusal;
use crate::native::request_number;
use crate::native::session::Session;
use crate::native::translate::{Untranslatable, price, quantity_or_zero};

const NS_PER_MS: u64 = 1_000_000;

impl Session {
    /// Hands each quote to its instrument; each is answered by itself.
    pub(super) fn mass_quote(
        &mut self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::MassQuote,
    ) -> Result<(), Refusal> {
        let at = self.command_time(asked.at_us)?;
        for quote in &asked.quotes {
            match self.try_quote((request, account, at), asked.mmp_group, quote) {
                Ok(()) => {}
                Err(OrderRefusal::Request(refusal)) => return Err(refusal),
                Err(OrderRefusal::Door(refusal)) => {
                    let quoted = Quoted {
                        request,
                        symbol: quote.symbol,
                        mmp_group: asked.mmp_group,
                        bid_order_id: None,
                        ask_order_id: None,
                        reason: Some(refusal.reason),
                        text: Some(refusal.text),
                        at_us: self.edge.at_us(),
                    };
                    self.say(&ServerMessage::Quoted(quoted));
                }
            }
        }
        Ok(())
    }

    fn try_quote(
        &self,
        (request, account, at): (Option<u64>, AccountId, Option<Timestamp>),
        group: u32,
        quote: &protocol::Quote,
    ) -> Result<(), OrderRefusal> {
        let edge = Arc::clone(&self.edge);
        let state = self.instrument(&edge, quote.symbol)?;
        self.check_open_orders(account)?;
        let scale = state.listed.scale;
        let side = |fields: [&str; 2], asked_price, asked_quantity| {
            side(fields, (asked_price, asked_quantity), scale)
        };
        let mut command = engine::Quote {
            account,
            group: MmpGroup(group),
            bid: side(
                ["bid_price", "bid_quantity"],
                quote.bid_price,
                quote.bid_quantity,
            )?,
            ask: side(
                ["ask_price", "ask_quantity"],
                quote.ask_price,
                quote.ask_quantity,
            )?,
        };
        Door::new(&edge.ledger, state, account).reserve_quote(&mut command);
        let way = self.way_to(request, account, state, at);
        Ok(self.hand_over(&way, Command::Quote(command))?)
    }

    /// Lets a frozen group quote again.
    pub(super) fn mmp_reset(
        &mut self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::MmpReset,
    ) -> Result<(), Refusal> {
        let at = self.command_time(asked.at_us)?;
        let edge = Arc::clone(&self.edge);
        let state = edge.by_symbol(&asked.symbol).ok_or(UNKNOWN_SYMBOL)?;
        self.claim(state)?;
        let way = self.way_to(request, account, state, at);
        let command = Command::MmpReset(engine::MmpReset {
            account,
            group: MmpGroup(asked.mmp_group),
        });
        self.hand_over(&way, command)
            .map_err(|refusal| not_all_reached(&refusal))
    }

    /// Sets the account's dead man's timer on every instrument.
    pub(super) fn cancel_after(
        &mut self,
        request: Option<u64>,
        account: AccountId,
        asked: &protocol::CancelAfter,
    ) -> Result<(), Refusal> {
        let edge = Arc::clone(&self.edge);
        let at = self.command_time(asked.at_us)?;
        let delay = asked.timeout_ms.checked_mul(NS_PER_MS).ok_or(Refusal {
            code: ErrorCode::BadField,
            text: Cow::Borrowed("field `timeout_ms`: engine time does not reach so far"),
        })?;
        let timer = engine::CancelAfter { account, delay };
        if self.may_ask_all_at_once() {
            return self.ask_all(request, FanOutAction::CancelAfter(timer));
        }
        let everywhere = protocol::MassCancel::of(None);
        let targets = self.mass_cancel_targets(&edge, &everywhere)?;
        let number = request_number::on_the_way(request);
        self.entry
            .expect_mass_cancel(number, targets.len())
            .map_err(|_already_pending| MASS_CANCEL_PENDING)?;
        let instruments = targets.len();
        for (reached, state) in targets.into_iter().enumerate() {
            let way = self.way_to(request, account, state, at);
            if let Err(refusal) = self.hand_over(&way, Command::CancelAfter(timer)) {
                let unreached = instruments.saturating_sub(reached);
                self.entry.give_up_mass_cancel(number, unreached);
                return Err(not_all_reached(&refusal));
            }
        }
        Ok(())
    }
}

const UNKNOWN_SYMBOL: Refusal =
    Refusal::new(ErrorCode::UnknownSymbol, "no instrument has this symbol");

/// A side as asked for; nothing is reserved for it yet.
fn side(
    [price_field, quantity_field]: [&str; 2],
    (asked_price, asked_quantity): (Option<ExactDecimal>, Option<ExactDecimal>),
    scale: protocol::Scale,
) -> Result<Option<QuoteSide>, Untranslatable> {
    let (Some(asked_price), Some(asked_quantity)) = (asked_price, asked_quantity) else {
        return Ok(None);
    };
    Ok(Some(QuoteSide {
        price: price(price_field, asked_price, scale)?,
        quantity: quantity_or_zero(quantity_field, asked_quantity, scale)?,
        extra: Notional::ZERO,
    }))
}
