//! Goal: the engine says, line by line, what a market says that was written from the rule book alone.
//!
//! Method: seeded random commands of the whole rule book over few prices and few accounts run through
//! both. Each run has other rules and other habits. A difference is made as small as it gets and
//! printed as a scenario, ready to commit. `RIALTO_SEED` and `RIALTO_ORACLE_COMMANDS` choose seed and length,
//! `RIALTO_ORACLE_CHECKED` the length of the run that looks at invariants, books and feeds after each command,
//! `RIALTO_ORACLE_FAILURES` how many differences are looked for.

mod naive_market;
mod random_market;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use engine::{EngineLimits, InstrumentId, MatchingEngine};
use naive_market::NaiveMarket;
use random_market::{Checked, Depth, Maker, Mix, Played, Run, replay, shrink, story};
use scenario::{
    Block, BookPicture, Command, InstrumentOptions, Lifetime, Market, MarketLine, Subject,
};

const SEED: u64 = 20_261_123;
const COMMANDS: u64 = 300_000;
const COMMANDS_CHECKED: u64 = 50_000;
const COMMANDS_OF_A_RUN: u64 = 400;
const THREADS: u64 = 2;

fn number_from_environment(key: &str) -> Option<u64> {
    let text = std::env::var(key).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{key}={text} is no number")),
    )
}

/// Plays one seed up to the first difference.
fn first_difference<M: Checked>(seed: u64, count: u64, depth: Depth) -> Option<Played> {
    let mut maker = Maker::new(Mix::Built, seed);
    let mut run = Run::<M>::new(&maker.terms, depth);
    let mut commands = Vec::new();
    for _ in 0..count {
        let command = maker.next(&run.naive);
        commands.push(command.clone());
        if run.play(&command).is_err() {
            let terms = maker.terms;
            return Some(Played { terms, commands });
        }
    }
    None
}

fn tell_failure(seed: u64, played: &Played) -> String {
    let small = shrink::<Market>(played);
    let difference = replay::<Market>(&small.terms, &small.commands).expect_err("it fails too");
    let title = format!("found by the oracle with seed {seed}");
    let scenario = story(&title, &small.terms, &small.commands);
    format!("RIALTO_SEED={seed}: engine and naive market differ {difference}\n\n{scenario}")
}

/// Looks at many seeds, shared out over threads, until enough differences are found; each is made small.
fn check_many(first_seed: u64, commands: u64, depth: Depth) {
    let runs = commands.div_ceil(COMMANDS_OF_A_RUN);
    let wanted = number_from_environment("RIALTO_ORACLE_FAILURES").unwrap_or(1);
    let failures = Mutex::new(Vec::new());
    let has_enough = || failures.lock().expect("no thread panics").len() as u64 >= wanted;
    let look_at = |thread: u64| {
        for run in (thread..runs).step_by(usize::try_from(THREADS).expect("few")) {
            if has_enough() {
                return;
            }
            let seed = first_seed.wrapping_add(run);
            if let Some(played) = first_difference::<Market>(seed, COMMANDS_OF_A_RUN, depth) {
                let told = tell_failure(seed, &played);
                failures.lock().expect("no thread panics").push(told);
            }
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let look_at = &look_at;
            scope.spawn(move || look_at(thread));
        }
    });
    let failures = failures.into_inner().expect("no thread panics");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn engine_says_what_the_naive_market_says() {
    let seed = number_from_environment("RIALTO_SEED").unwrap_or(SEED);
    let wanted = number_from_environment("RIALTO_ORACLE_COMMANDS").unwrap_or(COMMANDS);
    println!("RIALTO_SEED={seed} RIALTO_ORACLE_COMMANDS={wanted}");

    check_many(seed, wanted, Depth::Lines);

    println!("GOAL R8 rule_book commands={wanted} differences=0");
}

#[test]
fn books_and_invariants_agree_after_every_command() {
    let seed = number_from_environment("RIALTO_SEED").unwrap_or(SEED);
    let wanted = number_from_environment("RIALTO_ORACLE_CHECKED").unwrap_or(COMMANDS_CHECKED);
    println!("RIALTO_SEED={seed} RIALTO_ORACLE_CHECKED={wanted}");

    check_many(seed, wanted, Depth::Everything);

    println!("GOAL R8 checked commands={wanted} differences=0");
}

/// The naive market knows the whole rule book, whatever the engine has of it.
#[test]
fn the_naive_market_passes_every_scenario() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![crate_folder.join("tests/scenarios")];
    // Cargo runs tests in the crate's folder; a relative path is meant from the workspace.
    let asked = std::env::var_os("SCENARIOS");
    folders.extend(asked.map(|folder| crate_folder.join("..").join(folder)));

    let report = scenario::run_path_on::<NaiveMarket, _>(&folders);

    assert!(report.is_success(), "{report}");
    assert!(report.passed > 200, "the scenarios were found");
}

/// An engine that is restored from its spelled state again and again: whatever it forgets, or makes up, parts it
/// from the naive market.
struct RestoredMarket {
    market: Market,
    commands: u64,
}

/// The engine is restored after every so many commands, and so is never older.
const COMMANDS_PER_RESTORE: u64 = 3;

impl Subject for RestoredMarket {
    fn open(options: &InstrumentOptions) -> Result<Self, String> {
        let market = Market::open(options)?;
        Ok(Self {
            market,
            commands: 0,
        })
    }

    fn apply(&mut self, command: &Command) -> Result<Vec<MarketLine>, String> {
        self.commands += 1;
        if self.commands.is_multiple_of(COMMANDS_PER_RESTORE) {
            let mut state = Vec::new();
            let engine = self.market.engine();
            engine
                .write_state(InstrumentId(1), &mut state)
                .ok_or("the scenario's instrument is the first")?;
            let hash = engine.state_hash();
            let mut restored = MatchingEngine::new(EngineLimits { instruments_max: 1 });
            restored
                .restore(&state)
                .map_err(|error| error.to_string())?;
            if restored.state_hash() != hash {
                return Err("a restored engine stands elsewhere".to_owned());
            }
            self.market.go_on_with(restored);
        }
        self.market.apply(command)
    }

    fn picture(&self) -> BookPicture {
        self.market.picture()
    }
}

impl Checked for RestoredMarket {
    fn check(&self) {
        self.market.check();
    }

    fn block(&self) -> Option<&Block> {
        Some(self.market.block())
    }
}

#[test]
fn an_engine_that_is_restored_again_and_again_plays_the_whole_rule_book() {
    for seed in 1..=400 {
        if let Some(played) =
            first_difference::<RestoredMarket>(seed, COMMANDS_OF_A_RUN, Depth::Everything)
        {
            let small = shrink::<RestoredMarket>(&played);
            let difference = replay::<RestoredMarket>(&small.terms, &small.commands);
            let story = story("found by restoring", &small.terms, &small.commands);
            panic!("RIALTO_SEED={seed}: {:?}\n\n{story}", difference.err());
        }
    }
}

/// An engine whose immediate-or-cancel orders rest: proves that the comparison can fail.
struct FaultyMarket(Market);

impl Subject for FaultyMarket {
    fn open(options: &InstrumentOptions) -> Result<Self, String> {
        Market::open(options).map(Self)
    }

    fn apply(&mut self, command: &Command) -> Result<Vec<MarketLine>, String> {
        let mut command = command.clone();
        if let Command::Submit(entry) = &mut command {
            let lifetimes = &mut entry.options.lifetimes;
            lifetimes.retain(|lifetime| *lifetime != Lifetime::ImmediateOrCancel);
        }
        self.0.apply(&command)
    }

    fn picture(&self) -> BookPicture {
        self.0.picture()
    }
}

impl Checked for FaultyMarket {
    fn check(&self) {
        self.0.check();
    }

    fn block(&self) -> Option<&Block> {
        Some(self.0.block())
    }
}

#[test]
fn a_planted_fault_is_found_made_small_and_told_as_a_scenario_that_the_engine_passes() {
    let mut found = (1..50).filter_map(|seed| {
        first_difference::<FaultyMarket>(seed, COMMANDS_OF_A_RUN, Depth::Everything)
    });
    let small = shrink::<FaultyMarket>(&found.next().expect("the fault is found"));
    let scenario = story(
        "an immediate order never rests",
        &small.terms,
        &small.commands,
    );
    let text = scenario.to_string();
    let mut report = scenario::Report::default();
    scenario::run_text("oracle".as_ref(), &text, &mut report);

    assert!(small.commands.len() <= 2, "one order is enough: {text}");
    assert_eq!((report.passed, report.failed), (1, 0), "{report}\n{text}");
}

/// A word for what a line is about, as finely as a rule would.
fn word(line: &MarketLine) -> String {
    let text = line.to_string();
    let kind = text.split(' ').next().unwrap_or_default();
    let reason = text.split(' ').next_back().unwrap_or_default();
    match line {
        MarketLine::Cancel { .. } | MarketLine::Reject { .. } | MarketLine::Status(_) => {
            format!("{kind} {reason}")
        }
        MarketLine::Trade(_)
        | MarketLine::Rest { .. }
        | MarketLine::Prevent(_)
        | MarketLine::Busted(_)
        | MarketLine::Trigger(_)
        | MarketLine::Replaced(_)
        | MarketLine::Refill { .. }
        | MarketLine::Peg { .. }
        | MarketLine::Indicative { .. }
        | MarketLine::Step(_)
        | MarketLine::Book(_) => kind.to_owned(),
    }
}

/// Every line that a market can say.
const LINES: &str = "
    step; reject batch_refused; reject not_in_batch; reject batch_too_long; trade; busted; rest; prevent; trigger; replaced; refill; peg; indicative;
    cancel requested; cancel ioc; cancel fok; cancel expired; cancel stp; cancel oco; cancel parent;
    cancel no_liquidity; cancel collar; cancel protection; cancel disconnect; cancel mmp; cancel mass;
    cancel auction; cancel state;
    reject post_only; reject would_trigger; reject unknown_order; reject too_late; reject invalid_price;
    reject invalid_quantity; reject invalid_combination; reject price_band; reject duplicate_id;
    reject unknown_trade; reject trade_busted; reject not_supported;
    reject halted; reject closed; reject not_in_auction; reject mmp_frozen; reject expired; reject killed;
    status continuous; status auction; status opening_auction; status closing_auction;
    status vol_auction; status pre_open; status halted; status paused; status reserved; status closed;
    status limit_up; status limit_down";

#[test]
fn random_commands_reach_every_line_often_and_the_naive_market_is_sane_after_each() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 1..=200 {
        let mut maker = Maker::new(Mix::Whole, seed);
        let mut run = Run::<NaiveMarket>::new(&maker.terms, Depth::Everything);
        for _ in 0..COMMANDS_OF_A_RUN {
            let command = maker.next(&run.naive);
            let said = run.play(&command);
            let said = said.unwrap_or_else(|insane| panic!("RIALTO_SEED={seed}: {insane}"));
            for line in said {
                *counts.entry(word(&line)).or_default() += 1;
            }
        }
    }

    for line in LINES.split(';').map(str::trim) {
        let count = counts.get(line).copied().unwrap_or(0);
        assert!(count >= 20, "seldom: {line}, {counts:#?}");
    }
}
