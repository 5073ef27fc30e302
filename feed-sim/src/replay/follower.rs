//! The rules by which recorded rows become requests, and by which each row is judged.
//!
//! Pure: a row goes in, at most one request comes out; what the exchange says goes in, a verdict comes
//! out. The caller finishes one row before it begins the next, so decisions never depend on timing.

use std::collections::HashMap;

use crate::replay::recorded_row::{RecordedAction, RecordedSide};
use crate::replay::verdict::{Cause, Verdict};

/// A priced row in the instrument's units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowUnits {
    /// The venue's id of the order.
    pub order: u64,
    /// Which way it trades.
    pub side: RecordedSide,
    /// Limit price, in price units.
    pub price: i64,
    /// Recorded open quantity, in quantity units.
    pub volume: u64,
    /// What happened.
    pub action: RecordedAction,
}

/// What a row asks of the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowRequest {
    /// Nothing: the row is judged as it stands.
    Nothing,
    /// Enter the order, good till canceled.
    Submit {
        /// Limit price, in price units.
        price: i64,
        /// Quantity, in quantity units.
        quantity: u64,
    },
    /// Change the order's total quantity, what is filled included.
    Replace {
        /// New total, in quantity units.
        quantity: u64,
    },
    /// End the order.
    Cancel,
}

/// What the exchange told about one of our orders, named by the venue's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// It traded; this much is left open.
    Traded {
        /// Which order.
        order: u64,
        /// What has traded of it so far, in quantity units.
        filled: u64,
        /// What is still open, in quantity units.
        leaves: u64,
    },
    /// Its quantity was changed; this much is open.
    Replaced {
        /// Which order.
        order: u64,
        /// What is open now, in quantity units.
        leaves: u64,
    },
    /// It ended with something unfilled.
    Canceled {
        /// Which order.
        order: u64,
    },
    /// The request of the current row was refused.
    Refused {
        /// The word for the reason.
        reason: &'static str,
    },
}

/// Where one of our orders stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OurOrder {
    filled: u64,
    leaves: u64,
    is_entered: bool,
    is_deleted: bool,
}

/// How the current row is to be judged once the exchange has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judgement {
    /// The verdict is known already.
    Known(Verdict),
    /// Our leaves are to equal the recorded volume, else this is the cause.
    LeavesEqual { volume: u64, otherwise: Cause },
}

/// Follows a recording: knows our orders and what the current row waits for.
#[derive(Debug, Default)]
pub struct Follower {
    orders: HashMap<u64, OurOrder>,
    /// How rows are judged of orders that never reached the exchange.
    absent: HashMap<u64, Verdict>,
    current: Option<(u64, Judgement)>,
    refused: Option<&'static str>,
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

    /// Begins a row: says what it asks of the exchange.
    pub fn begin(&mut self, row: &RowUnits) -> RowRequest {
        assert!(
            self.current.is_none(),
            "one row is finished before the next begins"
        );
        self.refused = None;
        let (request, judgement) = match row.action {
            RecordedAction::Created => self.created(row),
            RecordedAction::Changed => self.changed(row),
            RecordedAction::Deleted => self.deleted(row),
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
                if let Some(ours) = self.orders.get_mut(&order) {
                    ours.filled = filled;
                    ours.leaves = leaves;
                }
            }
            Fact::Replaced { order, leaves } => {
                if let Some(ours) = self.orders.get_mut(&order) {
                    ours.leaves = leaves;
                }
            }
            Fact::Canceled { order } => {
                if let Some(ours) = self.orders.get_mut(&order) {
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
            let verdict = Verdict::Diverged(Cause::Refused(reason));
            if self.orders.get(&order).is_some_and(|ours| !ours.is_entered) {
                self.orders.remove(&order);
                self.absent.insert(order, verdict);
            }
            return verdict;
        }
        if let Some(ours) = self.orders.get_mut(&order) {
            ours.is_entered = true;
        }
        match judgement {
            Judgement::Known(verdict) => verdict,
            Judgement::LeavesEqual { volume, otherwise } => {
                let leaves = self.orders.get(&order).map_or(0, |ours| ours.leaves);
                if leaves == volume {
                    Verdict::Equal
                } else {
                    Verdict::Diverged(otherwise)
                }
            }
        }
    }

    fn begin_known(&mut self, order: u64, verdict: Verdict) {
        assert!(
            self.current.is_none(),
            "one row is finished before the next begins"
        );
        self.refused = None;
        self.current = Some((order, Judgement::Known(verdict)));
    }

    fn created(&mut self, row: &RowUnits) -> (RowRequest, Judgement) {
        if self.orders.contains_key(&row.order) {
            return known(Cause::DuplicateId);
        }
        let ours = OurOrder {
            filled: 0,
            leaves: row.volume,
            is_entered: false,
            is_deleted: false,
        };
        self.orders.insert(row.order, ours);
        let request = RowRequest::Submit {
            price: row.price,
            quantity: row.volume,
        };
        (request, leaves_equal(row.volume, Cause::TradedOnArrival))
    }

    fn changed(&mut self, row: &RowUnits) -> (RowRequest, Judgement) {
        let ours = match self.known_order(row.order) {
            Ok(ours) => *ours,
            Err(verdict) => return (RowRequest::Nothing, Judgement::Known(verdict)),
        };
        if ours.leaves == row.volume {
            return (RowRequest::Nothing, Judgement::Known(Verdict::Equal));
        }
        if ours.leaves == 0 {
            return known(if ours.is_deleted {
                Cause::ChangedAfterDeletion
            } else {
                Cause::FilledBeforeChange
            });
        }
        if row.volume == 0 {
            return (
                RowRequest::Cancel,
                Judgement::Known(Verdict::Diverged(Cause::FillNotMatched)),
            );
        }
        let request = RowRequest::Replace {
            quantity: ours.filled.saturating_add(row.volume),
        };
        (request, leaves_equal(row.volume, Cause::TradedOnChange))
    }

    fn deleted(&mut self, row: &RowUnits) -> (RowRequest, Judgement) {
        let ours = match self.known_order(row.order) {
            Ok(ours) => ours,
            Err(verdict) => return (RowRequest::Nothing, Judgement::Known(verdict)),
        };
        let was_deleted = std::mem::replace(&mut ours.is_deleted, true);
        if ours.leaves == 0 {
            return match (row.volume, was_deleted) {
                (0, _) => (RowRequest::Nothing, Judgement::Known(Verdict::Equal)),
                (_, true) => known(Cause::DeletedTwice),
                (_, false) => known(Cause::FilledBeforeCancel),
            };
        }
        let verdict = if row.volume == ours.leaves {
            Verdict::Equal
        } else if row.volume == 0 {
            Verdict::Diverged(Cause::FillNotMatched)
        } else {
            Verdict::Diverged(Cause::OtherLeavesAtCancel)
        };
        (RowRequest::Cancel, Judgement::Known(verdict))
    }

    fn known_order(&mut self, order: u64) -> Result<&mut OurOrder, Verdict> {
        let unknown = self.absent.get(&order).copied();
        let unknown = unknown.unwrap_or(Verdict::BeforeRecording);
        self.orders.get_mut(&order).ok_or(unknown)
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
