//! The rules by which recorded rows become requests, and by which each row is judged.
//!
//! Pure: a row goes in, requests come out one after the other; what the exchange says goes in, a verdict comes
//! out. The caller finishes one row before it begins the next, so decisions never depend on timing.
//!
//! Others may trade with our orders. What they take stays taken: an order is kept at what the recording says, less that.

mod execution;
mod request;

use std::collections::HashMap;

pub use request::{Fact, RowOrder, RowRequest, RowUnits, Stay};

use crate::replay::recorded_row::{RecordedAction, RecordedSide};
use crate::replay::verdict::{Cause, Verdict};

/// Orders of ours that the recording knows under no number of their own: takers of recorded executions, and orders that
/// come again after all of them was taken. Numbers of recordings are below.
const OWN_NUMBERS: u64 = 1 << 63;

/// Where one of our orders stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OurOrder {
    /// The number that it was entered under last.
    entered_as: u64,
    side: RecordedSide,
    price: i64,
    /// Traded of what was entered last.
    filled: u64,
    leaves: u64,
    /// What others have taken since the recording entered it.
    consumed: u64,
    is_entered: bool,
    is_deleted: bool,
}

impl OurOrder {
    /// What is to be left of it where the recording has `volume`.
    const fn target(&self, volume: u64) -> u64 {
        volume.saturating_sub(self.consumed)
    }
}

/// How the current row is to be judged once the exchange has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judgement {
    /// The verdict is known already.
    Known(Verdict),
    /// Our leaves are to equal the recorded volume, else this is the cause.
    LeavesEqual { volume: u64, otherwise: Cause },
    /// A taker is to have traded with this very order.
    Executed {
        taker: u64,
        traded: u64,
        volume: u64,
        leaves_before: u64,
    },
}

/// Follows a recording: knows our orders and what the current row waits for.
#[derive(Debug, Default)]
pub struct Follower {
    orders: HashMap<u64, OurOrder>,
    /// The recorded number of what was entered under a number of our own.
    recorded: HashMap<u64, u64>,
    /// How rows are judged of orders that never reached the exchange.
    absent: HashMap<u64, Verdict>,
    current: Option<(u64, Judgement)>,
    /// What the current row asks for once its first request is answered.
    then: Option<RowRequest>,
    /// What the current row's taker has taken.
    taken: u64,
    /// What its taker has left of the current row's order.
    leaves_after_taker: Option<u64>,
    refused: Option<&'static str>,
    own_numbers: u64,
    consumed_trades: u64,
}

impl Follower {
    /// Begins a row of an order without a limit price.
    pub fn begin_unpriced(&mut self, order: u64) {
        self.absent.insert(order, Verdict::Unpriced);
        self.begin_known(order, Verdict::Unpriced);
    }

    /// Begins a row whose price or volume is no whole number of the instrument's units.
    pub fn begin_off_grid(&mut self, order: u64) {
        self.begin_known(order, Verdict::Diverged(Cause::OffGrid));
    }

    /// Begins a row: says what it asks of the exchange first.
    pub fn begin(&mut self, row: &RowUnits) -> RowRequest {
        self.begin_nothing();
        let (request, judgement) = match row.action {
            RecordedAction::Created => self.created(row),
            RecordedAction::Changed => self.changed(row),
            RecordedAction::Deleted => self.deleted(row),
            RecordedAction::Executed => self.executed(row),
            RecordedAction::ExecutedHidden => self.executed_hidden(row),
        };
        self.current = Some((row.order, judgement));
        request
    }

    /// Takes in what the exchange told, about whichever order.
    pub fn learn(&mut self, fact: Fact) {
        match fact {
            Fact::Traded {
                order,
                filled,
                leaves,
            } => {
                if self.is_current_taker(order) {
                    self.taken = filled;
                } else if let Some(ours) = self.ours(order) {
                    ours.filled = filled;
                    ours.leaves = leaves;
                }
            }
            Fact::Consumed { order, quantity } => {
                self.consumed_trades += 1;
                if let Some(ours) = self.ours(order) {
                    ours.consumed = ours.consumed.saturating_add(quantity);
                }
            }
            Fact::Replaced { order, leaves } => {
                if let Some(ours) = self.ours(order) {
                    ours.leaves = leaves;
                }
            }
            Fact::Canceled { order } => {
                if let Some(ours) = self.ours(order) {
                    ours.leaves = 0;
                }
            }
            Fact::Refused { reason } => self.refused = Some(reason),
        }
    }

    /// Ends the current row with its verdict.
    pub fn conclude(&mut self) -> Verdict {
        let (order, judgement) = self.current.take().expect("a row was begun");
        if let Some(reason) = self.refused.take() {
            return self.conclude_refused(order, reason);
        }
        let ours = self.orders.get_mut(&order);
        let (mut leaves, mut consumed) = (0, 0);
        if let Some(ours) = ours {
            ours.is_entered = true;
            (leaves, consumed) = (ours.leaves, ours.consumed);
        }
        match judgement {
            Judgement::Known(verdict) => verdict,
            Judgement::LeavesEqual { volume, otherwise } => {
                judge(leaves, volume, consumed, otherwise)
            }
            Judgement::Executed {
                traded,
                volume,
                leaves_before,
                ..
            } => {
                let left = self.leaves_after_taker.unwrap_or(leaves);
                if self.taken < traded {
                    Verdict::Diverged(Cause::ExecutionDropped)
                } else if leaves_before.saturating_sub(left) < traded {
                    Verdict::Diverged(Cause::ExecutionElsewhere)
                } else {
                    judge(leaves, volume, consumed, Cause::ExecutionElsewhere)
                }
            }
        }
    }

    /// In how many trades others took from our orders.
    pub fn consumed_trades(&self) -> u64 {
        self.consumed_trades
    }

    fn conclude_refused(&mut self, order: u64, reason: &'static str) -> Verdict {
        if let Some(ours) = self.orders.get(&order)
            && ours.is_entered
            && ours.consumed > 0
            && ours.leaves == 0
        {
            // Somebody took the rest of it while the request was on its way.
            return Verdict::Diverged(Cause::Consumed);
        }
        let verdict = Verdict::Diverged(Cause::Refused(reason));
        if self.orders.get(&order).is_some_and(|ours| !ours.is_entered) {
            self.orders.remove(&order);
            self.absent.insert(order, verdict);
        }
        verdict
    }

    fn begin_known(&mut self, order: u64, verdict: Verdict) {
        self.begin_nothing();
        self.current = Some((order, Judgement::Known(verdict)));
    }

    fn begin_nothing(&mut self) {
        assert!(
            self.current.is_none(),
            "one row is finished before the next begins"
        );
        self.refused = None;
        self.then = None;
        self.taken = 0;
        self.leaves_after_taker = None;
    }

    fn created(&mut self, row: &RowUnits) -> (RowRequest, Judgement) {
        if self.orders.contains_key(&row.order) {
            return known(Cause::DuplicateId);
        }
        let entered = self.enter(row, row.order, row.volume, Stay::Rests);
        (entered, leaves_equal(row.volume, Cause::TradedOnArrival))
    }

    fn changed(&mut self, row: &RowUnits) -> (RowRequest, Judgement) {
        let ours = match self.known_order(row.order) {
            Ok(ours) => *ours,
            Err(verdict) => return (RowRequest::Nothing, Judgement::Known(verdict)),
        };
        let target = ours.target(row.volume);
        if ours.leaves == target {
            let verdict = judge(ours.leaves, row.volume, ours.consumed, Cause::Consumed);
            return (RowRequest::Nothing, Judgement::Known(verdict));
        }
        if ours.leaves == 0 {
            return self.changed_after_its_end(row, ours, target);
        }
        if target == 0 {
            let cause = if row.volume == 0 {
                Cause::FillNotMatched
            } else {
                Cause::Consumed
            };
            let verdict = Judgement::Known(Verdict::Diverged(cause));
            return (resize(&ours, target), verdict);
        }
        (
            resize(&ours, target),
            leaves_equal(row.volume, Cause::TradedOnChange),
        )
    }

    /// Ours is gone and the recorded one is not.
    fn changed_after_its_end(
        &mut self,
        row: &RowUnits,
        ours: OurOrder,
        target: u64,
    ) -> (RowRequest, Judgement) {
        if ours.is_deleted {
            return known(Cause::ChangedAfterDeletion);
        }
        if ours.consumed == 0 || !ours.is_entered {
            return known(Cause::FilledBeforeChange);
        }
        // Others took all of it, and the recorded one grew: what it grew by comes as an order of its own.
        let number = self.own_number();
        self.recorded.insert(number, row.order);
        let again = RowUnits {
            price: ours.price,
            side: ours.side,
            ..*row
        };
        let consumed = ours.consumed;
        let request = self.enter(&again, number, target, Stay::Rests);
        if let Some(entered) = self.orders.get_mut(&row.order) {
            entered.consumed = consumed;
            entered.is_entered = true;
        }
        (request, leaves_equal(row.volume, Cause::TradedOnChange))
    }

    fn deleted(&mut self, row: &RowUnits) -> (RowRequest, Judgement) {
        let ours = match self.known_order(row.order) {
            Ok(ours) => ours,
            Err(verdict) => return (RowRequest::Nothing, Judgement::Known(verdict)),
        };
        let was_deleted = std::mem::replace(&mut ours.is_deleted, true);
        let target = ours.target(row.volume);
        let is_consumed = ours.consumed > 0 && ours.leaves == target;
        if ours.leaves == 0 {
            return match (row.volume, was_deleted) {
                (0, _) => (RowRequest::Nothing, Judgement::Known(Verdict::Equal)),
                (_, true) => known(Cause::DeletedTwice),
                (_, false) if is_consumed => known(Cause::Consumed),
                (_, false) => known(Cause::FilledBeforeCancel),
            };
        }
        let verdict = if row.volume == ours.leaves {
            Verdict::Equal
        } else if is_consumed {
            Verdict::Diverged(Cause::Consumed)
        } else if row.volume == 0 {
            Verdict::Diverged(Cause::FillNotMatched)
        } else {
            Verdict::Diverged(Cause::OtherLeavesAtCancel)
        };
        let order = ours.entered_as;
        (RowRequest::Cancel { order }, Judgement::Known(verdict))
    }

    fn enter(&mut self, row: &RowUnits, number: u64, quantity: u64, stay: Stay) -> RowRequest {
        let ours = OurOrder {
            entered_as: number,
            side: row.side,
            price: row.price,
            filled: 0,
            leaves: quantity,
            consumed: 0,
            is_entered: false,
            is_deleted: false,
        };
        self.orders.insert(row.order, ours);
        RowRequest::Submit(RowOrder {
            order: number,
            side: row.side,
            price: row.price,
            quantity,
            stay,
        })
    }

    fn is_current_taker(&self, order: u64) -> bool {
        matches!(self.current, Some((_, Judgement::Executed { taker, .. })) if taker == order)
    }

    /// Our order of a number that it was entered under, while that is the last one.
    fn ours(&mut self, number: u64) -> Option<&mut OurOrder> {
        let order = self.recorded.get(&number).copied().unwrap_or(number);
        let ours = self.orders.get_mut(&order)?;
        (ours.entered_as == number).then_some(ours)
    }

    fn known_order(&mut self, order: u64) -> Result<&mut OurOrder, Verdict> {
        let unknown = self.absent.get(&order).copied();
        let unknown = unknown.unwrap_or(Verdict::BeforeRecording);
        self.orders.get_mut(&order).ok_or(unknown)
    }

    const fn own_number(&mut self) -> u64 {
        self.own_numbers += 1;
        OWN_NUMBERS | self.own_numbers
    }
}

/// Makes an open order smaller or larger, or ends it where nothing is to be left.
const fn resize(ours: &OurOrder, target: u64) -> RowRequest {
    let order = ours.entered_as;
    if target == 0 {
        return RowRequest::Cancel { order };
    }
    RowRequest::Replace {
        order,
        quantity: ours.filled.saturating_add(target),
    }
}

/// Equal; or as far from the recorded volume as others took; or something else is the cause.
fn judge(leaves: u64, volume: u64, consumed: u64, otherwise: Cause) -> Verdict {
    if leaves == volume {
        Verdict::Equal
    } else if consumed > 0 && leaves == volume.saturating_sub(consumed) {
        Verdict::Diverged(Cause::Consumed)
    } else {
        Verdict::Diverged(otherwise)
    }
}

const fn known(cause: Cause) -> (RowRequest, Judgement) {
    (
        RowRequest::Nothing,
        Judgement::Known(Verdict::Diverged(cause)),
    )
}

const fn leaves_equal(volume: u64, otherwise: Cause) -> Judgement {
    Judgement::LeavesEqual { volume, otherwise }
}

#[cfg(test)]
mod tests;
