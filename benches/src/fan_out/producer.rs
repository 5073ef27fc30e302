//! Someone who moves the best bid: each change of its one order is news for everybody.

use std::fmt::Write;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::task::spawn_local;

use crate::fan_out::audience::Audience;
use crate::measure::now;
use crate::round_trip::{Exchange, framed};

/// Changes that are written at once.
const CHANGES_PER_WRITE: u64 = 64;

/// A session with one order, which is the best bid.
#[derive(Debug)]
pub struct Producer {
    stream: OwnedWriteHalf,
    /// The last news: the number of what the best bid was last.
    pub number: u64,
    requests: u64,
}

impl Producer {
    /// Logs on and enters the order, which is the first news.
    ///
    /// # Errors
    /// It is not let in.
    pub fn enter(exchange: &Exchange) -> io::Result<Self> {
        let mut line = exchange.session()?;
        let order = r#"{"op":"submit","id":1,"symbol":"BTCUSDT","side":"buy","type":"limit","price":"20000.00","quantity":"0.00100"}"#;
        let answer = String::from_utf8_lossy(line.ask(&framed(order))?).into_owned();
        if !answer.contains(r#""kind":"accepted""#) {
            return Err(io::Error::other(answer));
        }
        let (mut answers, stream) = TcpStream::from_std(line.into_stream())?.into_split();
        spawn_local(async move {
            let mut scrap = vec![0; 32 << 10];
            // Answers are of no interest; the end is noticed by those who listen.
            while answers.read(&mut scrap).await.is_ok_and(|read| read > 0) {}
        });
        Ok(Self {
            stream,
            number: 1,
            requests: 1,
        })
    }

    /// Changes the order so many times, as fast as they are taken.
    ///
    /// # Errors
    /// The connection is lost.
    pub async fn burst(&mut self, changes: u64) -> io::Result<()> {
        for begun in (0..changes).step_by(usize::try_from(CHANGES_PER_WRITE).unwrap_or(1)) {
            let mut frames = Vec::new();
            for _ in begun..changes.min(begun + CHANGES_PER_WRITE) {
                frames.extend(self.change());
            }
            self.stream.write_all(&frames).await?;
        }
        Ok(())
    }

    /// Changes the order so many times, one after each `interval`, and notes when each was due.
    ///
    /// # Errors
    /// The connection is lost.
    pub async fn pace(
        &mut self,
        changes: u64,
        interval: Duration,
        audience: &Audience,
    ) -> io::Result<()> {
        audience.board().measure_from(self.number + 1);
        let mut due = now();
        for _ in 0..changes {
            due += interval;
            tokio::time::sleep_until(due.into()).await;
            audience.board().note_due(due);
            let frame = self.change();
            self.stream.write_all(&frame).await?;
        }
        Ok(())
    }

    fn change(&mut self) -> Vec<u8> {
        self.requests += 1;
        self.number += 1;
        let mut request = String::new();
        let (units, cents) = (20_000 + self.number / 100 % 100, self.number % 100);
        let id = self.requests;
        // Writing to a text does not fail.
        let _ = write!(
            request,
            r#"{{"op":"replace","id":{id},"symbol":"BTCUSDT","order_id":1,"price":"{units}.{cents:02}"}}"#
        );
        framed(&request)
    }
}
