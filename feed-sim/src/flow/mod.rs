//! The flow: who means to do what at which time. Pure: a seed goes in, intents come out.
//!
//! No clock and no socket: time is counted from the flow's own start, and the same seed gives the same
//! intents. Every seat draws from streams named after it, so that one seat more changes no other's path.

pub mod arithmetic;
pub mod intent;
pub mod market;
pub mod model;
mod reference_price;
mod stream;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

pub use reference_price::ReferencePrice;
pub use stream::Stream;

use crate::flow::intent::{Action, Intent, OrderNumber};
use crate::participant::{Lifetime, Participant, Shape, View};

/// Between the turns by which a participant builds its first quotes.
const OPENING_GAP_NS: u64 = 10_000_000;
/// Whoever has no first quotes to build waits for those of the others.
const OPENING_NS: u64 = 200_000_000;

/// One participant's place in a flow.
#[derive(Debug)]
pub struct Seat {
    instrument: usize,
    participant: Participant,
    arrivals: Stream,
    gap_mean_ns: u64,
    opening_turns: u32,
}

/// An instrument as a flow sees it.
#[derive(Debug)]
pub struct FlowInstrument {
    /// How its book is meant to look.
    pub shape: Shape,
    /// Around what it is quoted.
    pub reference: ReferencePrice,
}

/// Several seats' intents, merged by time.
#[derive(Debug)]
pub struct Flow {
    instruments: Vec<FlowInstrument>,
    seats: Vec<Seat>,
    wakes: BinaryHeap<Reverse<Wake>>,
}

/// When a seat has something to do; ties go by seat, so that the order is always the same.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wake {
    at_ns: u64,
    seat: usize,
    purpose: Purpose,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
    Turn,
    TakeBack(OrderNumber),
}

impl Seat {
    /// A seat whose turns come at random with this mean gap.
    pub fn new(
        instrument: usize,
        participant: Participant,
        arrivals: Stream,
        gap_mean_ns: u64,
    ) -> Self {
        Self {
            instrument,
            opening_turns: participant.opening_turns(),
            participant,
            arrivals,
            gap_mean_ns,
        }
    }

    /// In which of the flow's instruments it trades.
    pub fn instrument(&self) -> usize {
        self.instrument
    }

    fn next_gap_ns(&mut self) -> u64 {
        match self.opening_turns.checked_sub(1) {
            Some(left) => {
                self.opening_turns = left;
                OPENING_GAP_NS
            }
            None => self.arrivals.exponential_ns(self.gap_mean_ns),
        }
    }
}

impl Flow {
    /// A flow of these seats.
    pub fn new(instruments: Vec<FlowInstrument>, seats: Vec<Seat>) -> Self {
        let mut flow = Self {
            instruments,
            seats,
            wakes: BinaryHeap::new(),
        };
        for seat in 0..flow.seats.len() {
            let has_opening = flow.seats[seat].opening_turns > 0;
            flow.schedule_turn(seat, if has_opening { 0 } else { OPENING_NS });
        }
        flow
    }

    /// When the next intent is due at the earliest; `None` for a flow without seats.
    pub fn next_at_ns(&self) -> Option<u64> {
        self.wakes.peek().map(|Reverse(wake)| wake.at_ns)
    }

    /// The next intent that is due at `now_ns`, if there is one.
    pub fn next_due(&mut self, now_ns: u64) -> Option<Intent> {
        while self.next_at_ns().is_some_and(|at_ns| at_ns <= now_ns) {
            let Reverse(wake) = self.wakes.pop()?;
            let action = match wake.purpose {
                Purpose::Turn => Some(self.turn(wake.seat, wake.at_ns)),
                Purpose::TakeBack(number) => self.seats[wake.seat]
                    .participant
                    .take_back(number)
                    .then_some(Action::Cancel(number)),
            };
            if let Some(action) = action {
                return Some(Intent {
                    at_ns: wake.at_ns,
                    seat: wake.seat,
                    action,
                });
            }
        }
        None
    }

    /// Tells a seat that one of its orders is gone.
    pub fn order_closed(&mut self, seat: usize, number: OrderNumber) {
        if let Some(seat) = self.seats.get_mut(seat) {
            seat.participant.order_closed(number);
        }
    }

    /// The seats, in order.
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    fn turn(&mut self, seat: usize, at_ns: u64) -> Action {
        let taken = &mut self.seats[seat];
        let instrument = &mut self.instruments[taken.instrument];
        let decision = taken.participant.act(View {
            reference_ticks: instrument.reference.at(at_ns),
            shape: &instrument.shape,
        });
        if let Lifetime::Nanoseconds(lifetime_ns) = decision.lifetime
            && let Some(order) = decision.action.entered()
        {
            self.wakes.push(Reverse(Wake {
                at_ns: at_ns.saturating_add(lifetime_ns),
                seat,
                purpose: Purpose::TakeBack(order.number),
            }));
        }
        self.schedule_turn(seat, at_ns);
        decision.action
    }

    fn schedule_turn(&mut self, seat: usize, after_ns: u64) {
        let gap_ns = self.seats[seat].next_gap_ns();
        self.wakes.push(Reverse(Wake {
            at_ns: after_ns.saturating_add(gap_ns),
            seat,
            purpose: Purpose::Turn,
        }));
    }
}

#[cfg(test)]
mod tests;
