//! A load that repeats itself: all connections write a window of orders each, then all answers are read.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

use tokio_tungstenite::tungstenite;

use crate::path::venue::SYMBOLS;
use crate::random::Random;
use crate::round_trip::framed;

/// Best prices that orders stay away from, in hundredths.
const REFERENCES: [u64; 4] = [6_000_000, 300_000, 15_000, 60_000];
/// Orders that rest before any is ended.
const RESTING_MIN: usize = 256;

/// Some connections, and the orders that they have open.
pub struct Windows {
    lines: Vec<Line>,
    random: Random,
    /// Of which connection, in which instrument, under which number.
    resting: Vec<(usize, usize, u64)>,
    numbered: u64,
}

/// Answers by what they say.
pub type Answers = BTreeMap<String, u64>;

#[derive(Debug)]
struct Line {
    stream: TcpStream,
    output: Vec<u8>,
    input: Vec<u8>,
    asked: usize,
}

impl Windows {
    /// Connects and logs on.
    ///
    /// # Errors
    /// Nobody is there, or a session is not let in.
    pub fn open(address: SocketAddr, connections: usize, seed: u64) -> io::Result<Self> {
        let mut lines = Vec::new();
        for number in 1..=connections {
            lines.push(Line::open(address, &format!("sim-{number:02}"))?);
        }
        Ok(Self {
            lines,
            random: Random::new(seed),
            resting: Vec::new(),
            numbered: 0,
        })
    }

    /// Sends a window of so many orders over all connections, and reads their answers.
    ///
    /// # Errors
    /// A connection is lost.
    pub fn round(&mut self, orders: usize, answers: &mut Answers) -> io::Result<()> {
        let mut entered = Vec::new();
        for _ in 0..orders {
            self.ask(&mut entered);
        }
        for line in &mut self.lines {
            line.stream.write_all(&line.output)?;
            line.output.clear();
        }
        for line in &mut self.lines {
            line.read(answers)?;
        }
        self.resting.append(&mut entered);
        Ok(())
    }

    /// Nine in twenty rest near the reference price, nine end one of those, two take: the mix of `rialto bench`.
    fn ask(&mut self, entered: &mut Vec<(usize, usize, u64)>) {
        self.numbered += 1;
        let number = self.numbered;
        let chance = self.random.below(20);
        let is_rest = chance < 9 || self.resting.len() < RESTING_MIN;
        if !is_rest && chance < 18 {
            let place = self.random.index(self.resting.len());
            let (line, instrument, resting) = self.resting.swap_remove(place);
            let symbol = SYMBOLS[instrument];
            self.lines[line].ask(&format!(
                r#"{{"op":"cancel","id":{number},"symbol":"{symbol}","client_order_id":"w-{resting}"}}"#
            ));
            return;
        }
        let line = self.random.index(self.lines.len());
        let instrument = self.random.index(SYMBOLS.len());
        let is_buy = self.random.below(2) == 0;
        let reference = REFERENCES[instrument];
        let away = if is_rest {
            entered.push((line, instrument, number));
            (self.random.below(60) + 2) * reference / 60_000
        } else {
            reference / 50
        };
        let is_below = is_buy == is_rest;
        let price = if is_below {
            reference - away
        } else {
            reference + away
        };
        let (symbol, side) = (SYMBOLS[instrument], if is_buy { "buy" } else { "sell" });
        let life = if is_rest {
            ""
        } else {
            r#","time_in_force":"IOC""#
        };
        let (whole, cents) = (price / 100, price % 100);
        self.lines[line].ask(&format!(
            r#"{{"op":"submit","id":{number},"symbol":"{symbol}","client_order_id":"w-{number}","side":"{side}","type":"limit","price":"{whole}.{cents:02}","quantity":"0.01000"{life}}}"#
        ));
    }
}

impl Line {
    fn open(address: SocketAddr, key: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let upgraded = tungstenite::client(format!("ws://{address}/v1/ws"), stream);
        let (socket, _) = upgraded.map_err(|error| io::Error::other(error.to_string()))?;
        let mut line = Self {
            stream: socket.into_inner(),
            output: Vec::new(),
            input: Vec::new(),
            asked: 0,
        };
        for request in [
            r#"{"op":"hello","protocol":1}"#.to_owned(),
            format!(r#"{{"op":"logon","key":"{key}"}}"#),
        ] {
            line.ask(&request);
            line.stream.write_all(&line.output)?;
            line.output.clear();
            let mut answers = Answers::new();
            line.read(&mut answers)?;
            if let Some((error, _)) = answers
                .first_key_value()
                .filter(|(it, _)| it.contains("error"))
            {
                return Err(io::Error::other(error.clone()));
            }
        }
        Ok(line)
    }

    fn ask(&mut self, request: &str) {
        self.output.extend_from_slice(&framed(request));
        self.asked += 1;
    }

    fn read(&mut self, answers: &mut Answers) -> io::Result<()> {
        let mut bytes = vec![0; 65_536];
        let mut from = 0;
        while self.asked > 0 {
            while self.asked > 0
                && let Some((start, end)) = frame_at(&self.input, from)
            {
                let text = String::from_utf8_lossy(&self.input[start..end]);
                *answers.entry(kind_of(&text)).or_default() += 1;
                self.asked -= 1;
                from = end;
            }
            if self.asked == 0 {
                break;
            }
            self.input.drain(..from);
            from = 0;
            let read = self.stream.read(&mut bytes)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.input.extend_from_slice(&bytes[..read]);
        }
        self.input.drain(..from);
        Ok(())
    }
}

/// Where the payload of the server's frame at `from` stands, if all of it is there.
fn frame_at(input: &[u8], from: usize) -> Option<(usize, usize)> {
    let (start, length) = match *input.get(from..)? {
        [_, 126, high, low, ..] => (from + 4, usize::from(u16::from_be_bytes([high, low]))),
        [_, length, ..] if length < 126 => (from + 2, usize::from(length)),
        _ => return None,
    };
    let end = start + length;
    (input.len() >= end).then_some((start, end))
}

/// Its type, and of a report its kind.
fn kind_of(text: &str) -> String {
    let word = |name: &str| {
        let (_, behind) = text.split_once(name)?;
        behind.split('"').next()
    };
    let kind = word(r#""kind":""#).or_else(|| word(r#""code":""#));
    match (word(r#""type":""#), kind) {
        (Some(of), Some(kind)) => format!("{of} {kind}"),
        (Some(of), None) => of.to_owned(),
        (None, _) => text.to_owned(),
    }
}
