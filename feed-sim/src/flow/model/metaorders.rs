//! Who takes next, and in which direction: large orders that are traded in pieces.

use protocol::Side;

use crate::flow::arithmetic::{ceiling, count, power, real_signed};
use crate::flow::model::terms::SignTerms;
use crate::flow::stream::Stream;

/// No metaorder has more pieces.
const PIECES_MAX: f64 = 1e6;

/// The metaorders that are being worked on.
#[derive(Debug, Clone)]
pub struct Metaorders {
    stream: Stream,
    terms: SignTerms,
    live: Vec<Metaorder>,
    last: usize,
    next_tag: u64,
}

/// One large order.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Metaorder {
    tag: u64,
    side: Side,
    pieces: u64,
    done: u64,
    moved: f64,
}

/// Why somebody takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motive {
    /// It is a piece of a metaorder.
    Piece(Piece),
    /// It knows the value.
    Informed,
}

/// One piece of a metaorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Which metaorder.
    pub tag: u64,
    /// Which of its pieces, from 1.
    pub index: u64,
    /// How many it has.
    pub of: u64,
}

impl Metaorders {
    /// As many as the terms say, each at its start.
    pub fn new(terms: SignTerms, stream: Stream) -> Self {
        let mut metaorders = Self {
            stream,
            terms,
            live: Vec::with_capacity(terms.live),
            last: 0,
            next_tag: 0,
        };
        for _ in 0..terms.live {
            let fresh = metaorders.fresh();
            metaorders.live.push(fresh);
        }
        metaorders
    }

    /// Who takes next; `edge_ticks` is how far the value is above the middle of the book.
    pub fn next(&mut self, edge_ticks: f64) -> (Side, Motive) {
        if self.stream.uniform() <= self.terms.informed {
            let side = if edge_ticks > 0.0 {
                Side::Buy
            } else {
                Side::Sell
            };
            return (side, Motive::Informed);
        }
        if self.stream.uniform() > self.terms.stay {
            let drawn = self.stream.below(self.live.len() as u64);
            self.last = usize::try_from(drawn).expect("it is below the number of metaorders");
        }
        let metaorder = &mut self.live[self.last];
        metaorder.done += 1;
        let piece = Piece {
            tag: metaorder.tag,
            index: metaorder.done,
            of: metaorder.pieces,
        };
        (metaorder.side, Motive::Piece(piece))
    }

    /// A piece traded and moved the value so far; once it was the last one, says how far all did, up or down.
    pub fn traded(&mut self, piece: Piece, moved: f64) -> Option<f64> {
        let place = self.live.iter().position(|live| live.tag == piece.tag)?;
        self.live[place].moved += moved;
        let metaorder = self.live[place];
        if metaorder.done < metaorder.pieces {
            return None;
        }
        self.live[place] = self.fresh();
        Some(match metaorder.side {
            Side::Buy => metaorder.moved,
            Side::Sell => -metaorder.moved,
        })
    }

    fn fresh(&mut self) -> Metaorder {
        let side = if self.stream.once_in(2) {
            Side::Buy
        } else {
            Side::Sell
        };
        let length = power(self.stream.uniform(), -1.0 / self.terms.length_exponent);
        self.next_tag += 1;
        Metaorder {
            tag: self.next_tag,
            side,
            pieces: count(real_signed(ceiling(length.min(PIECES_MAX)))).max(1),
            done: 0,
            moved: 0.0,
        }
    }
}
