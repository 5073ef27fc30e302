//! What the types write: golden files, and random requests and messages.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use protocol::{Operation, Request, ServerMessage};
use serde_json::Value;

use crate::strategies::{
    Numbers, account_message, market_message, order_operation, other_operation, report,
};

/// Drawn from each strategy.
const DRAWN: usize = 3_000;

/// Samples by name: `request.OP` or the type of a message.
pub struct Samples(BTreeMap<String, Vec<Value>>);

impl Samples {
    /// The golden files, and as many random ones as a seed gives; the same ones for the same seed.
    pub fn draw(seed: u8) -> Self {
        let mut samples = Self(BTreeMap::new());
        samples.add_golden();
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let numbers = Numbers::Any;
        draw(&mut runner, &order_operation(numbers), |operation| {
            samples.add_request(operation);
        });
        draw(&mut runner, &other_operation(numbers), |operation| {
            samples.add_request(operation);
        });
        draw(&mut runner, &report(numbers), |it| samples.add_message(&it));
        draw(&mut runner, &market_message(numbers), |it| {
            samples.add_message(&it);
        });
        draw(&mut runner, &account_message(numbers), |it| {
            samples.add_message(&it);
        });
        samples
    }

    /// Those with this name.
    pub fn of(&self, name: &str) -> &[Value] {
        self.0
            .get(name)
            .unwrap_or_else(|| panic!("no sample of {name}"))
    }

    pub fn all(self) -> BTreeMap<String, Vec<Value>> {
        self.0
    }

    fn add_golden(&mut self) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let mut paths: Vec<_> = fs::read_dir(folder)
            .expect("the folder of golden files")
            .map(|entry| entry.expect("a golden file").path())
            .collect();
        paths.sort();
        for path in paths {
            self.add(&fs::read_to_string(path).expect("a golden file is text"));
        }
    }

    fn add_request(&mut self, operation: Operation) {
        let request = Request {
            id: Some(1),
            operation,
        };
        self.add(&request.to_json());
    }

    fn add_message(&mut self, message: &ServerMessage) {
        let mut buffer = Vec::new();
        message.encode(&mut buffer);
        self.add(str::from_utf8(&buffer).expect("messages are text"));
    }

    fn add(&mut self, text: &str) {
        let value: Value = serde_json::from_str(text).expect("what is written is JSON");
        let name = match (value["op"].as_str(), value["type"].as_str()) {
            (Some(op), _) => format!("request.{op}"),
            (None, Some(message_type)) => message_type.to_owned(),
            (None, None) => panic!("neither request nor message: {text}"),
        };
        self.0.entry(name).or_default().push(value);
    }
}

fn draw<S: Strategy>(runner: &mut TestRunner, strategy: &S, mut add: impl FnMut(S::Value)) {
    for _ in 0..DRAWN {
        let tree = strategy.new_tree(runner).expect("nothing is filtered out");
        add(tree.current());
    }
}
