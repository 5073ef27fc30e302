//! Impact of metaorders, where it is known which marketable orders belong together.

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use crate::flow::arithmetic::real;
use crate::flow::model::{Motive, Parent};
use crate::realism::observer::Observer;
use crate::realism::statistics::{mean, slope};

/// Lengths over which impact is measured.
const LENGTH_MIN: u64 = 2;
const LENGTH_MAX: u64 = 200;
/// A bin of lengths with fewer metaorders says nothing.
const BIN_MIN: usize = 30;

/// Impact is read this long after the last piece, as a trade's own is: the book needs a moment to follow.
const READ_AFTER_NS: u64 = 1_000_000_000;

/// One metaorder that was traded to its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metaorder {
    /// How many of its pieces traded.
    pub pieces: u64,
    /// How far the middle moved in its direction from before the first piece to a second after the last one,
    /// in ticks.
    pub moved_ticks: f64,
}

/// Gathers the pieces of metaorders while a model runs.
#[derive(Debug, Default)]
pub struct MetaorderReader {
    /// By tag: pieces that traded, and the middle before the first one.
    open: HashMap<u64, (u64, f64)>,
    closed: Vec<Closed>,
}

/// A metaorder whose last piece has traded.
#[derive(Debug, Clone, Copy)]
struct Closed {
    pieces: u64,
    sign: f64,
    mid_before: f64,
    at_ns: u64,
}

impl MetaorderReader {
    /// Takes a marketable order that traded; `mid_before` is the middle before it, in ticks.
    pub fn parent(&mut self, parent: &Parent, mid_before: f64) {
        let Motive::Piece(piece) = parent.motive else {
            return;
        };
        let (pieces, mid_before) = *self
            .open
            .entry(piece.tag)
            .and_modify(|(pieces, _)| *pieces += 1)
            .or_insert((1, mid_before));
        if piece.index == piece.of {
            self.open.remove(&piece.tag);
            self.closed.push(Closed {
                pieces,
                sign: match parent.side {
                    protocol::Side::Buy => 1.0,
                    protocol::Side::Sell => -1.0,
                },
                mid_before,
                at_ns: parent.at_ns,
            });
        }
    }

    /// The metaorders that were traded to their end, on the tape that tells how the middle moved.
    pub fn metaorders(&self, tape: &Observer) -> Vec<Metaorder> {
        self.closed
            .iter()
            .map(|closed| Metaorder {
                pieces: closed.pieces,
                moved_ticks: closed.sign
                    * (tape.mid_at(closed.at_ns + READ_AFTER_NS) - closed.mid_before),
            })
            .filter(|metaorder| metaorder.moved_ticks.is_finite())
            .collect()
    }
}

/// The exponent with which impact grows with length: a line through the logarithms of means over bins of lengths.
pub fn impact_exponent(metaorders: &[Metaorder]) -> f64 {
    let mut points = Vec::new();
    let mut from = LENGTH_MIN;
    while from <= LENGTH_MAX {
        let until = (from * 3 / 2).max(from + 1);
        let inside = metaorders
            .iter()
            .filter(|metaorder| (from..until).contains(&metaorder.pieces));
        let (lengths, moves): (Vec<f64>, Vec<f64>) = inside
            .map(|metaorder| (real(metaorder.pieces), metaorder.moved_ticks))
            .unzip();
        let moved = mean(&moves);
        if moves.len() >= BIN_MIN && moved > 0.0 {
            points.push((
                mean(&lengths).ln(),
                moved.ln(),
                real(moves.len() as u64).sqrt(),
            ));
        }
        from = until;
    }
    if points.len() < 3 {
        return f64::NAN;
    }
    slope(&points)
}

/// Writes metaorders beside a tape, `pieces,moved ticks` a row: the tape itself does not say what belongs together.
///
/// # Errors
/// The file cannot be written.
pub fn write_metaorders(metaorders: &[Metaorder], mut out: impl Write) -> io::Result<()> {
    for metaorder in metaorders {
        writeln!(out, "{},{}", metaorder.pieces, metaorder.moved_ticks)?;
    }
    out.flush()
}

/// Reads what [`write_metaorders`] wrote; rows that make no sense are an error.
///
/// # Errors
/// The file cannot be read, or it is another kind of file.
pub fn read_metaorders(file: impl BufRead) -> io::Result<Vec<Metaorder>> {
    file.lines()
        .map(|line| {
            let line = line?;
            let read = line.split_once(',').and_then(|(pieces, moved)| {
                Some(Metaorder {
                    pieces: pieces.parse().ok()?,
                    moved_ticks: moved.parse().ok()?,
                })
            });
            read.ok_or_else(|| io::Error::other(format!("{line} is not `pieces,moved ticks`")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    //! A power that was planted is found again.

    use super::*;

    #[test]
    fn a_planted_power_is_found() {
        let metaorders: Vec<Metaorder> = (2..=200)
            .flat_map(|pieces| {
                std::iter::repeat_n(
                    Metaorder {
                        pieces,
                        moved_ticks: 3.0 * real(pieces).powf(0.5),
                    },
                    40,
                )
            })
            .collect();

        assert!((impact_exponent(&metaorders) - 0.5).abs() < 0.02);
    }

    #[test]
    fn what_was_written_is_read() {
        let metaorders = [Metaorder {
            pieces: 7,
            moved_ticks: -1.5,
        }];
        let mut file = Vec::new();

        write_metaorders(&metaorders, &mut file).unwrap();

        assert_eq!(read_metaorders(file.as_slice()).unwrap(), metaorders);
        assert!(read_metaorders(&b"7;8\n"[..]).is_err());
    }
}
