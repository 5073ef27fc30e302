//! Takes holds at the door, and gives them back where a command was not sequenced.

use engine::{
    AccountId, Batch, CancelReplace, ClientOrderId, Command, Instruction, NewOrder, Notional,
    OcoMode, OrderKind, OrderRef, OrderSize, Price, Quantity, Quote, Replace, Side,
};
use ledger::Ledger;

use crate::door::worst_case;
use crate::edge::InstrumentState;
use crate::egress::{Entering, OpenOrder};
use crate::lock::lock;

/// The available balance does not cover the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLittle;

/// The door of one instrument for one account.
#[derive(Debug, Clone, Copy)]
pub struct Door<'a> {
    ledger: &'a Ledger,
    state: &'a InstrumentState,
    account: AccountId,
}

impl<'a> Door<'a> {
    /// The door through which `account` reaches the instrument.
    pub const fn new(ledger: &'a Ledger, state: &'a InstrumentState, account: AccountId) -> Self {
        Self {
            ledger,
            state,
            account,
        }
    }

    /// Whether an order of the account with this client order id is open or on its way: a submit with it
    /// repeats that one, and enters nothing.
    pub fn knows(self, client_order_id: ClientOrderId) -> bool {
        let order = OrderRef::Client(client_order_id);
        let orders = lock(&self.state.orders);
        orders.find(self.account, order).is_some() || orders.entering(self.account, order).is_some()
    }

    /// Reserves an order's worst case and notes it in the order.
    ///
    /// # Errors
    /// Too little is available for an order that would not be a retry. An order with a client order id goes on with what there is,
    /// so that a retry gets its original answer, and so do a market buy and the second leg of a pair, for which
    /// what its partner holds is not reserved again: the engine decides.
    pub fn reserve_entry(self, order: &mut NewOrder) -> Result<(), TooLittle> {
        let Some(need) = self.worst_case(order) else {
            return Ok(());
        };
        let shared = self.held_by_partner(order);
        let is_retryable = order.client_order_id.is_some();
        order.extra = if is_retryable || is_measured_by_reference(order) || !shared.is_zero() {
            self.reserve_up_to(order.side, beyond(need, shared))
        } else {
            self.ledger
                .reserve(self.account, self.state.id(), order.side, need)
                .map_err(|_insufficient| TooLittle)?;
            need
        };
        Ok(())
    }

    /// What the other leg of a pair holds already, if the two are to hold the dearer one of them.
    fn held_by_partner(self, order: &NewOrder) -> Notional {
        let conditions = order.conditions.as_deref();
        let Some(oco) = conditions.and_then(|conditions| conditions.oco) else {
            return Notional::ZERO;
        };
        let orders = lock(&self.state.orders);
        let open = orders.find(self.account, oco.partner).map(|partner| {
            let is_of_same_size = order.size == OrderSize::Quantity(partner.leaves_quantity);
            let is_shared = is_of_same_size || oco.mode == OcoMode::Cancel;
            (partner.side, is_shared, partner.counted_hold())
        });
        let entering = || {
            let entering = orders.entering(self.account, oco.partner)?;
            Some((entering.side, oco.mode == OcoMode::Cancel, entering.hold))
        };
        open.or_else(entering)
            .filter(|(side, is_shared, _)| *side == order.side && *is_shared)
            .map_or(Notional::ZERO, |(_, _, hold)| hold)
    }

    /// Reserves what a replace needs beyond the order's hold, as far as it is available, and names the order's side.
    ///
    /// An order that nobody knows here is refused by the engine; nothing is reserved for it.
    pub fn reserve_replace(self, replace: &mut Replace) {
        let mut orders = lock(&self.state.orders);
        let Some(order) = orders.find(self.account, replace.order).copied() else {
            if let Some(entering) = orders.entering(self.account, replace.order) {
                drop(orders);
                self.reserve_replace_of_entering(replace, entering);
            }
            return;
        };
        let need = self.need_after(&order, replace);
        orders.note_change(order.order_id, need);
        drop(orders);
        replace.side = order.side;
        replace.extra = self.reserve_up_to(order.side, beyond(need, order.counted_hold()));
    }

    /// The order is on its way: it has what the door reserved for it, or less where it trades at once.
    fn reserve_replace_of_entering(self, replace: &mut Replace, entering: Entering) {
        replace.side = entering.side;
        let (Some(price), Some(quantity)) = (replace.price, replace.quantity) else {
            return;
        };
        let need = self.need_of_limit(entering.side, price, quantity);
        replace.extra = self.reserve_up_to(entering.side, beyond(need, entering.hold));
    }

    fn need_after(self, order: &OpenOrder, replace: &Replace) -> Notional {
        let price = replace.price.or(order.price);
        let total = replace.quantity.unwrap_or(order.quantity());
        let leaves = total
            .checked_sub(order.filled_quantity)
            .unwrap_or(Quantity::ZERO);
        match price {
            Some(price) => self.need_of_limit(order.side, price, leaves),
            None => self.need_of_waiting(order, replace.stop, leaves),
        }
    }

    /// An order without a limit is open only where it waits: for its trigger, its price or an uncross.
    fn need_of_waiting(
        self,
        order: &OpenOrder,
        trigger_price: Option<Price>,
        leaves: Quantity,
    ) -> Notional {
        let instrument = &self.state.listed.instrument;
        let open = i128::from(order.leaves_quantity.units()).max(1);
        let hold_price = order.hold.units().checked_add(open.saturating_sub(1));
        let hold_price = hold_price
            .and_then(|units| i64::try_from(units.checked_div(open)?).ok())
            .map(Price::from_units);
        hold_price
            .and_then(|hold_price| {
                worst_case::of_changed_waiting(
                    order.side,
                    hold_price,
                    trigger_price,
                    leaves,
                    instrument,
                )
            })
            .map_or(order.hold, |need| need.max(order.hold))
    }

    /// Out of bounds needs nothing: the engine refuses it.
    fn need_of_limit(self, side: Side, price: Price, leaves: Quantity) -> Notional {
        let instrument = &self.state.listed.instrument;
        worst_case::of_limit(side, price, leaves, instrument).unwrap_or(Notional::ZERO)
    }

    /// Reserves what the new order needs beyond what the ended one gives back, as far as it is available.
    pub fn reserve_cancel_replace(self, command: &mut CancelReplace) {
        let Some(need) = self.worst_case(&command.new_order) else {
            return;
        };
        let side = command.new_order.side;
        let given_back = lock(&self.state.orders)
            .find(self.account, command.cancel)
            .filter(|order| order.side == side)
            .map_or(Notional::ZERO, OpenOrder::counted_hold);
        command.new_order.extra = self.reserve_up_to(side, beyond(need, given_back));
    }

    /// Reserves what each side of a quote needs, as far as it is available; what the side in its place holds
    /// already goes back with what is not needed.
    pub fn reserve_quote(self, quote: &mut Quote) {
        for (side, asked) in [(Side::Buy, &mut quote.bid), (Side::Sell, &mut quote.ask)] {
            if let Some(asked) = asked {
                let need = self.need_of_limit(side, asked.price, asked.quantity);
                asked.extra = self.reserve_up_to(side, need);
            }
        }
    }

    /// Reserves what each instruction of a batch needs, as far as it is available: the engine decides, and gives back
    /// what is not used. What the batch's own cancels would free is not counted.
    pub fn reserve_batch(self, batch: &mut Batch) {
        for instruction in batch.instructions_mut() {
            match instruction {
                Instruction::Submit(order) => {
                    let need = self.worst_case(order).unwrap_or(Notional::ZERO);
                    let need = beyond(need, self.held_by_partner(order));
                    order.extra = self.reserve_up_to(order.side, need);
                }
                Instruction::CancelReplace(both) => self.reserve_cancel_replace(both),
                Instruction::Replace(replace) => self.reserve_replace(replace),
                Instruction::Cancel(_) => {}
            }
        }
    }

    /// Notes what is on its way, so that a change can name it before its acceptance is reported.
    pub fn note_on_its_way(self, command: &Command) {
        match command {
            Command::Submit(order) => self.note_entering(order),
            Command::CancelReplace(command) => self.note_entering(&command.new_order),
            Command::Batch(batch) => {
                for entering in batch.instructions().iter().filter_map(entering_of) {
                    self.note_entering(entering);
                }
            }
            // A replace was noted when it was measured.
            Command::Replace(_)
            | Command::Cancel(_)
            | Command::MassCancel(_)
            | Command::Tick
            | Command::SetState(_)
            | Command::Uncross(_)
            | Command::SetLastPrice(_)
            | Command::Admit(_)
            | Command::SetLimits(_)
            | Command::SetFeeTier(_)
            | Command::FanOut(_)
            | Command::Quote(_)
            | Command::MmpReset(_)
            | Command::Disconnect(_)
            | Command::CancelAfter(_)
            | Command::Operate(_)
            | Command::Bust(_) => {}
        }
    }

    fn note_entering(self, order: &NewOrder) {
        if let Some(id) = order.client_order_id {
            let entering = Entering {
                side: order.side,
                hold: order.extra,
            };
            lock(&self.state.orders).note_entering(self.account, id, entering);
        }
    }

    /// Undoes what was done for a command that was not sequenced: notes are forgotten, its hold goes back.
    pub fn take_back(self, command: &Command) {
        match command {
            Command::Submit(order) => self.take_back_entry(order),
            Command::CancelReplace(command) => self.take_back_entry(&command.new_order),
            Command::Replace(replace) => self.take_back_change(replace),
            Command::Batch(batch) => {
                for instruction in batch.instructions() {
                    match instruction {
                        Instruction::Replace(replace) => self.take_back_change(replace),
                        Instruction::Submit(_)
                        | Instruction::Cancel(_)
                        | Instruction::CancelReplace(_) => {
                            if let Some(order) = entering_of(instruction) {
                                self.take_back_entry(order);
                            }
                        }
                    }
                }
            }
            Command::Quote(quote) => {
                for side in [Side::Buy, Side::Sell] {
                    if let Some(asked) = quote.side(side) {
                        self.give_back(side, asked.extra);
                    }
                }
            }
            Command::Cancel(_)
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
            | Command::Bust(_) => {}
        }
    }

    fn take_back_change(self, replace: &Replace) {
        lock(&self.state.orders).forget_change(self.account, replace.order);
        self.give_back(replace.side, replace.extra);
    }

    fn take_back_entry(self, order: &NewOrder) {
        if let Some(id) = order.client_order_id {
            lock(&self.state.orders).take_back_entering(self.account, id);
        }
        self.give_back(order.side, order.extra);
    }

    fn give_back(self, side: Side, hold: Notional) {
        if !hold.is_zero() {
            self.ledger
                .give_back(self.account, self.state.id(), side, hold);
        }
    }

    fn worst_case(self, order: &NewOrder) -> Option<Notional> {
        let reference = self.state.reference.for_taker(order.side);
        worst_case::of_entry(order, &self.state.listed.instrument, reference)
    }

    fn reserve_up_to(self, side: Side, need: Notional) -> Notional {
        if need.is_zero() {
            return need;
        }
        self.ledger
            .reserve_up_to(self.account, self.state.id(), side, need)
    }
}

/// The new order of an instruction that has one.
const fn entering_of(instruction: &Instruction) -> Option<&NewOrder> {
    match instruction {
        Instruction::Submit(order) => Some(order),
        Instruction::CancelReplace(both) => Some(&both.new_order),
        Instruction::Cancel(_) | Instruction::Replace(_) => None,
    }
}

/// Whether the order's worst case is an estimate: a buy without a limit of its own, or a sale for an amount
/// of money.
fn is_measured_by_reference(order: &NewOrder) -> bool {
    let has_cap = order
        .conditions
        .as_deref()
        .is_some_and(|conditions| conditions.cap.is_some());
    match (order.kind, order.side, order.size) {
        (OrderKind::Limit { .. }, _, _) | (_, Side::Sell, OrderSize::Quantity(_)) => false,
        (OrderKind::Pegged { .. }, Side::Buy, _) => !has_cap,
        (
            OrderKind::Market
            | OrderKind::MarketWithProtection { .. }
            | OrderKind::MarketToLimit
            | OrderKind::Pegged { .. },
            Side::Buy | Side::Sell,
            _,
        ) => true,
    }
}

fn beyond(need: Notional, hold: Notional) -> Notional {
    need.checked_sub(hold)
        .filter(|missing| missing.units() > 0)
        .unwrap_or(Notional::ZERO)
}
