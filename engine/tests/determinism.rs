//! Goal: the same commands always give the same events and the same state hash.
//! Method: one random flow of every command through two engines, everything they say compared.

mod market;

use engine::MarketBudget;
use market::{Everything, Flow, engine_of, instrument};

const SEED: u64 = 20_150_501;

#[test]
fn the_same_commands_give_the_same_events_and_the_same_state() {
    let mut engines = [(); 2].map(|()| engine_of(&instrument(MarketBudget::Partial)));
    let mut flow = Flow::new(SEED);

    for step in 0..100_000_u32 {
        let command = flow.next_command();
        let [first, second] = engines.each_mut().map(|engine| {
            let mut said = Everything::default();
            engine.apply(&command, &mut said);
            said
        });
        assert_eq!(first, second, "seed {SEED}, step {step}, {command:?}");
    }

    let [first, second] = engines.map(|engine| engine.state_hash());
    assert_eq!(first, second, "seed {SEED}");
}

#[test]
fn the_state_hash_changes_with_every_command() {
    let mut engine = engine_of(&instrument(MarketBudget::Reject));
    let mut flow = Flow::new(SEED);
    let mut before = engine.state_hash();

    for step in 0..2_000_u32 {
        engine.apply(&flow.next_command(), &mut Everything::default());
        let now = engine.state_hash();
        assert_ne!(before, now, "seed {SEED}, step {step}");
        before = now;
    }
}

#[test]
fn invariants_hold_after_every_command() {
    for budget in [MarketBudget::Reject, MarketBudget::Partial] {
        let mut engine = engine_of(&instrument(budget));
        let mut flow = Flow::new(SEED);
        for _ in 0..40_000_u32 {
            engine.apply(&flow.next_command(), &mut Everything::default());
            engine.assert_invariants();
        }
    }
}
