//! Goal: a state is read back as it was spelled, and bytes that are no state are refused with a sentence.
//! Method: states of a random flow, whole, cut, extended and damaged.

mod market;

use engine::{
    Command, EngineLimits, InstrumentError, InstrumentId, MarketBudget, MatchingEngine, Sequenced,
    StateError,
};
use market::{Everything, Flow, engine_of, instrument};

const SEED: u64 = 77;

fn spelled(engine: &MatchingEngine) -> Vec<u8> {
    let mut state = Vec::new();
    engine
        .write_state(InstrumentId(1), &mut state)
        .expect("it is listed");
    state
}

fn restored(state: &[u8]) -> Result<MatchingEngine, StateError> {
    let limits = EngineLimits { instruments_max: 1 };
    let mut engine = MatchingEngine::new(limits).with_external_ids();
    engine.restore(state)?;
    Ok(engine)
}

/// An engine after a random flow, and the flow.
fn busy_engine(commands: u32) -> (MatchingEngine, Flow) {
    let mut engine = engine_of(&instrument(MarketBudget::Partial));
    let mut flow = Flow::new(SEED);
    for _ in 0..commands {
        engine.apply(&flow.next_command(), &mut Everything::default());
    }
    (engine, flow)
}

#[test]
fn a_restored_engine_has_the_same_hash_and_spells_the_same_bytes() {
    let (engine, _) = busy_engine(5_000);
    let state = spelled(&engine);

    let twin = restored(&state).expect("it was spelled just now");

    twin.assert_invariants();
    assert_eq!(twin.state_hash(), engine.state_hash());
    assert_eq!(spelled(&twin), state);
    assert_eq!(
        twin.instrument(InstrumentId(1)),
        engine.instrument(InstrumentId(1))
    );
}

#[test]
fn a_state_that_ends_early_is_refused_at_every_length() {
    let (engine, _) = busy_engine(300);
    let state = spelled(&engine);

    for length in 0..state.len() {
        assert!(
            restored(&state[..length]).is_err(),
            "the first {length} of {} bytes",
            state.len()
        );
    }
}

#[test]
fn a_state_with_something_behind_it_is_refused() {
    let (engine, _) = busy_engine(300);
    let mut state = spelled(&engine);
    state.push(0);

    assert_eq!(restored(&state).err(), Some(StateError::TrailingBytes));
}

#[test]
fn a_state_of_another_version_is_refused_by_its_number() {
    let (engine, _) = busy_engine(300);
    let mut state = spelled(&engine);
    state[..4].copy_from_slice(&77_u32.to_le_bytes());

    assert_eq!(restored(&state).err(), Some(StateError::BadVersion(77)));
}

#[test]
fn a_flipped_bit_is_refused_or_gives_exactly_the_state_that_the_bytes_spell() {
    let (engine, mut flow) = busy_engine(400);
    let mut state = spelled(&engine);
    let next: Vec<Sequenced<Command>> = (0..20).map(|_| flow.next_command()).collect();
    let mut refused = 0;
    for bit in 0..state.len() * 8 {
        state[bit / 8] ^= 1 << (bit % 8);
        match restored(&state) {
            Err(_) => refused += 1,
            Ok(twin) => {
                twin.assert_invariants();
                assert_eq!(spelled(&twin), state, "bit {bit}");
            }
        }
        state[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(refused > 100, "only {refused} flips were refused");
    let mut twin = restored(&state).expect("every flip was undone");
    for command in &next {
        twin.apply(command, &mut Everything::default());
    }
}

#[test]
fn an_instrument_that_is_listed_is_not_restored_over() {
    let (mut engine, _) = busy_engine(10);
    let state = spelled(&engine);

    assert_eq!(
        engine.restore(&state),
        Err(StateError::Instrument(InstrumentError::BadId))
    );
}

#[test]
fn a_state_is_refused_by_an_engine_that_treats_external_ids_otherwise() {
    let (engine, _) = busy_engine(10);
    let state = spelled(&engine);
    let mut plain = MatchingEngine::new(EngineLimits { instruments_max: 1 });
    let mut indexing = MatchingEngine::new(EngineLimits { instruments_max: 1 }).with_external_ids();

    assert_eq!(
        plain.restore(&state),
        Err(StateError::Impossible(
            "the state was spelled by an engine that treats external ids otherwise"
        ))
    );
    assert_eq!(indexing.restore(&state), Ok(InstrumentId(1)));
}
