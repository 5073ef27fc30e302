//! An engine beside a twin that is made again and again from the engine's spelled state.
//!
//! Whatever the random flow enters, both must say the same from there on: a state that decides and is not
//! spelled, or is spelled and not read back, parts them.

use crate::naive::session_of;
use engine::{
    CancelReplace, Command, EngineLimits, Event, EventSink, Instrument, InstrumentId, LevelChange,
    MatchingEngine, OrderChange, OrderHandle, OrderId, OrderRef, Sequenced,
};

use super::subject::{RealSubject, Subject};

const INSTRUMENT: InstrumentId = InstrumentId(1);
/// The twin is made again once in about this many commands.
const COMMANDS_PER_TWIN: u64 = 24;

/// The engine, held against an engine that was restored from it.
pub struct RestoredSubject {
    live: RealSubject,
    twin: MatchingEngine,
    chance: u64,
}

impl Subject for RestoredSubject {
    fn new(instrument: &Instrument) -> Self {
        let live = RealSubject::new(instrument);
        let twin = restored(live.engine());
        Self {
            live,
            twin,
            chance: 1,
        }
    }

    fn apply<S: EventSink>(&mut self, command: &Sequenced<Command>, sink: &mut S) {
        let command = without_handle(command);
        let mut said = Said::default();
        self.live.apply(&command, &mut said);
        let mut twin_said = Said::default();
        let session = session_of(command.sequence);
        self.twin
            .apply_of_session(session, &command, &mut twin_said);
        said.repeat_to(sink);
        said.forget_places();
        twin_said.forget_places();
        assert_eq!(said, twin_said, "a restored engine says something else");
        if self.draws_one_in(COMMANDS_PER_TWIN) {
            let (hash, twin_hash) = (self.engine().state_hash(), self.twin.state_hash());
            assert_eq!(hash, twin_hash, "a restored engine stands elsewhere");
            self.twin = restored(self.engine());
            assert_eq!(
                self.twin.state_hash(),
                hash,
                "a state is not read back whole"
            );
            self.twin.assert_invariants();
        }
    }

    fn engine(&self) -> &MatchingEngine {
        self.live.engine()
    }
}

impl RestoredSubject {
    fn draws_one_in(&mut self, count: u64) -> bool {
        self.chance = self
            .chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.chance >> 33).is_multiple_of(count)
    }
}

/// The command as both know it: a place in memory is of one engine.
fn without_handle(command: &Sequenced<Command>) -> Sequenced<Command> {
    let mut command = command.clone();
    match &mut command.command {
        Command::Cancel(cancel) => cancel.order = by_id(cancel.order),
        Command::Replace(replace) => replace.order = by_id(replace.order),
        Command::CancelReplace(CancelReplace { cancel, .. }) => *cancel = by_id(*cancel),
        Command::Submit(_)
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
        | Command::Batch(_)
        | Command::Bust(_) => {}
    }
    command
}

/// A handle's generation is the low half of the id; the orders of one run are fewer. What never rested has no
/// handle, and is left as it is.
fn by_id(order: OrderRef) -> OrderRef {
    match order {
        OrderRef::Handle(handle) if handle.generation != 0 => {
            OrderRef::Id(OrderId(u64::from(handle.generation)))
        }
        OrderRef::Handle(_) | OrderRef::Id(_) | OrderRef::Client(_) | OrderRef::External(_) => {
            order
        }
    }
}

/// An engine made from another one's spelled state.
fn restored(live: &MatchingEngine) -> MatchingEngine {
    let mut state = Vec::new();
    live.write_state(INSTRUMENT, &mut state)
        .expect("it is listed");
    let mut twin = MatchingEngine::new(EngineLimits { instruments_max: 1 });
    twin.restore(&state).expect("a spelled state is read back");
    twin
}

/// Everything that one command made an engine say.
#[derive(Debug, Default, PartialEq)]
struct Said {
    events: Vec<Event>,
    levels: Vec<LevelChange>,
    orders: Vec<OrderChange>,
}

impl EventSink for Said {
    fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    fn level_changed(&mut self, change: LevelChange) {
        self.levels.push(change);
    }

    fn order_changed(&mut self, change: OrderChange) {
        self.orders.push(change);
    }
}

impl Said {
    fn repeat_to<S: EventSink>(&self, sink: &mut S) {
        for event in &self.events {
            sink.event(*event);
        }
        for change in &self.levels {
            sink.level_changed(*change);
        }
        for change in &self.orders {
            sink.order_changed(*change);
        }
    }

    /// Handles are of one engine.
    fn forget_places(&mut self) {
        let nowhere = OrderHandle {
            slot: 0,
            generation: 0,
        };
        for event in &mut self.events {
            match event {
                Event::Accepted(accepted) => accepted.handle = nowhere,
                Event::Rested(rested) => rested.handle = nowhere,
                Event::Pegged(pegged) => pegged.handle = nowhere,
                Event::Rejected(_)
                | Event::Conditioned(_)
                | Event::Queued(_)
                | Event::Triggered(_)
                | Event::Refilled(_)
                | Event::Indicative(_)
                | Event::TermsChanged(_)
                | Event::Step(_)
                | Event::TradeBusted(_)
                | Event::BustRefused(_)
                | Event::Repeated(_)
                | Event::Trade(_)
                | Event::Prevented(_)
                | Event::Replaced(_)
                | Event::Canceled(_)
                | Event::HoldReleased(_)
                | Event::StatusChanged(_) => {}
            }
        }
    }
}
