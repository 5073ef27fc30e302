//! The flow: who means to do what at which time. Pure: a seed goes in, intents come out.
//!
//! No clock and no socket: time is counted from the flow's own start, and the same seed gives the same
//! intents. Every seat draws from streams named after it, so that one seat more changes no other's path.

pub mod arithmetic;
pub mod intent;
mod live_model;
pub mod market;
pub mod model;
mod reference_price;
mod stream;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

pub use live_model::{LEVELS_SEEN, LiveModel, Seen, Taker};
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
    /// They come after the seats, each as a seat of its own.
    models: Vec<LiveModel>,
    /// What a model meant at once, and has not been taken yet.
    meant: VecDeque<Action>,
    /// Whose it is, and when it was meant.
    meant_by: (usize, u64),
    /// Up to when the flow has been asked for what is due.
    asked_until_ns: u64,
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
            models: Vec::new(),
            meant: VecDeque::new(),
            meant_by: (0, 0),
            asked_until_ns: 0,
        };
        for seat in 0..flow.seats.len() {
            let has_opening = flow.seats[seat].opening_turns > 0;
            flow.schedule_turn(seat, if has_opening { 0 } else { OPENING_NS });
        }
        flow
    }

    /// A flow of these models.
    pub fn of_models(models: Vec<LiveModel>) -> Self {
        Self {
            models,
            ..Self::new(Vec::new(), Vec::new())
        }
    }

    /// When the next intent is due at the earliest; `None` for a flow without seats.
    pub fn next_at_ns(&self) -> Option<u64> {
        if !self.meant.is_empty() {
            return Some(self.meant_by.1);
        }
        let models = self.models.iter().map(LiveModel::next_at_ns);
        self.next_wake_ns().into_iter().chain(models).min()
    }

    fn next_wake_ns(&self) -> Option<u64> {
        self.wakes.peek().map(|Reverse(wake)| wake.at_ns)
    }

    /// The next intent that is due at `now_ns`, if there is one.
    pub fn next_due(&mut self, now_ns: u64) -> Option<Intent> {
        self.asked_until_ns = self.asked_until_ns.max(now_ns);
        if let Some(intent) = self.next_meant(now_ns) {
            return Some(intent);
        }
        while self.next_wake_ns().is_some_and(|at_ns| at_ns <= now_ns) {
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

    /// The next intent of a model that is due, if there is one.
    fn next_meant(&mut self, now_ns: u64) -> Option<Intent> {
        while self.meant.is_empty() {
            let due = self.models.iter().map(LiveModel::next_at_ns).enumerate();
            let (place, at_ns) = due.min_by_key(|(_, at_ns)| *at_ns)?;
            if at_ns > now_ns {
                return None;
            }
            self.meant_by = (self.seats.len() + place, at_ns);
            self.models[place].act(&mut self.meant);
        }
        let (seat, at_ns) = self.meant_by;
        self.meant.pop_front().map(|action| Intent {
            at_ns,
            seat,
            action,
        })
    }

    /// In which instrument a seat trades.
    pub fn instrument_of(&self, seat: usize) -> usize {
        match seat.checked_sub(self.seats.len()) {
            Some(model) => self.models[model].instrument(),
            None => self.seats[seat].instrument,
        }
    }

    /// Whether a model sits in a seat.
    pub fn is_model(&self, seat: usize) -> bool {
        seat >= self.seats.len()
    }

    /// Whether models trade here, who look at the market.
    pub fn has_models(&self) -> bool {
        !self.models.is_empty()
    }

    /// Shows the models of an instrument what the market shows.
    pub fn see(&mut self, instrument: usize, seen: &Seen) {
        for model in &mut self.models {
            if model.instrument() == instrument {
                model.see(seen.clone());
            }
        }
    }

    /// The model in a seat, and until when the flow has been asked; `None` for a plain participant's seat.
    pub fn model(&mut self, seat: usize) -> Option<(&mut LiveModel, u64)> {
        let place = seat.checked_sub(self.seats.len())?;
        Some((self.models.get_mut(place)?, self.asked_until_ns))
    }

    /// Tells a seat that one of its orders is gone.
    pub fn order_closed(&mut self, seat: usize, number: OrderNumber) {
        if let Some((model, at_ns)) = self.model(seat) {
            return model.closed(at_ns, number);
        }
        if let Some(seat) = self.seats.get_mut(seat) {
            seat.participant.order_closed(number);
        }
    }

    /// Tells all seats that all of their orders are gone.
    pub fn orders_lost(&mut self) {
        for seat in &mut self.seats {
            seat.participant.orders_lost();
        }
        for model in &mut self.models {
            model.orders_lost(self.asked_until_ns);
        }
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
