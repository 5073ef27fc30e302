//! What is held against the naive book: the engine, or an engine with a planted fault.

use crate::naive::session_of;
use engine::{
    Command, EngineLimits, EventSink, Instrument, MatchingEngine, Sequenced, TimeInForce,
};

/// Something that behaves like the engine, or should.
pub trait Subject {
    fn new(instrument: &Instrument) -> Self;
    fn apply<S: EventSink>(&mut self, command: &Sequenced<Command>, sink: &mut S);
    fn engine(&self) -> &MatchingEngine;
}

/// The engine as it is.
pub struct RealSubject(MatchingEngine);

impl Subject for RealSubject {
    fn new(instrument: &Instrument) -> Self {
        let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
        engine
            .list(*instrument)
            .expect("the test instrument is sound");
        Self(engine)
    }

    fn apply<S: EventSink>(&mut self, command: &Sequenced<Command>, sink: &mut S) {
        let session = session_of(command.sequence);
        self.0.apply_of_session(session, command, sink);
    }

    fn engine(&self) -> &MatchingEngine {
        &self.0
    }
}

/// An engine in which immediate-or-cancel orders rest: proves that the comparison can fail.
pub struct FaultySubject(RealSubject);

impl Subject for FaultySubject {
    fn new(instrument: &Instrument) -> Self {
        Self(RealSubject::new(instrument))
    }

    fn apply<S: EventSink>(&mut self, command: &Sequenced<Command>, sink: &mut S) {
        let mut command = command.clone();
        if let Command::Submit(order) = &mut command.command
            && order.time_in_force == TimeInForce::ImmediateOrCancel
        {
            order.time_in_force = TimeInForce::GoodTillCanceled;
        }
        self.0.apply(&command, sink);
    }

    fn engine(&self) -> &MatchingEngine {
        self.0.engine()
    }
}
