//! Subscribers on one thread: each reads what comes to its socket, as fast as it can or not at all.

use std::cell::{RefCell, RefMut};
use std::io;
use std::net::TcpStream;
use std::rc::Rc;
use std::time::Duration;

use rustix::net::sockopt::set_socket_recv_buffer_size;
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, spawn_local};

use crate::fan_out::board::Board;
use crate::fan_out::frames::Frames;
use crate::measure::now;
use crate::round_trip::{Line, Reply, framed};

/// What the kernel keeps for one, so that its server notices soon when it does not read.
const RECEIVE_BUFFER_BYTES: usize = 16 << 10;
/// How often it is looked whether all have been told.
const LOOK_INTERVAL: Duration = Duration::from_millis(1);
/// How long news may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// All who listen.
#[derive(Debug, Clone)]
pub struct Audience {
    board: Rc<RefCell<Board>>,
    goes_on: Rc<Notify>,
    listening: Rc<RefCell<Vec<AbortHandle>>>,
}

impl Audience {
    /// So many subscribers to the best bid and ask of an exchange.
    ///
    /// # Errors
    /// One of them is not let in.
    pub fn subscribe(address: &str, count: usize) -> io::Result<Self> {
        let streams = (0..count).map(|_| {
            let mut line = Line::open(address, "/v1/ws", Reply::Frame)?;
            line.ask(&framed(r#"{"op":"hello","protocol":1}"#))?;
            line.ask(&framed(
                r#"{"op":"subscribe","channel":"top","symbols":["BTCUSDT"]}"#,
            ))?;
            Ok(line.into_stream())
        });
        Self::of(streams.collect::<io::Result<_>>()?)
    }

    /// Those at the ends of these connections.
    ///
    /// # Errors
    /// One of them cannot be used.
    pub fn of(streams: Vec<TcpStream>) -> io::Result<Self> {
        let audience = Self {
            board: Rc::new(RefCell::new(Board::new(streams.len()))),
            goes_on: Rc::default(),
            listening: Rc::default(),
        };
        for (subscriber, stream) in streams.into_iter().enumerate() {
            set_socket_recv_buffer_size(&stream, RECEIVE_BUFFER_BYTES)?;
            stream.set_nonblocking(true)?;
            let stream = tokio::net::TcpStream::from_std(stream)?;
            let task = spawn_local(audience.clone().listen(subscriber, stream));
            audience.listening.borrow_mut().push(task.abort_handle());
        }
        Ok(audience)
    }

    async fn listen(self, subscriber: usize, mut stream: tokio::net::TcpStream) {
        let (mut frames, mut bytes) = (Frames::default(), vec![0; 32 << 10]);
        loop {
            while self.board.borrow().is_stalled[subscriber] {
                self.goes_on.notified().await;
            }
            let read = match stream.read(&mut bytes).await {
                Ok(0) => return self.lose(subscriber, "the other end closed"),
                Ok(read) => read,
                Err(error) => return self.lose(subscriber, &error.to_string()),
            };
            let (mut board, now) = (self.board.borrow_mut(), now());
            frames.take(&bytes[..read], |payload| {
                board.note(subscriber, payload, now);
            });
        }
    }

    fn lose(&self, subscriber: usize, why: &str) {
        let trouble = format!("subscriber {subscriber}: {why}");
        self.board.borrow_mut().trouble.get_or_insert(trouble);
    }

    /// All of them hang up.
    pub fn leave(self) {
        for task in self.listening.take() {
            task.abort();
        }
    }

    /// What they have written down.
    pub fn board(&self) -> RefMut<'_, Board> {
        self.board.borrow_mut()
    }

    /// The first so many stop reading; with 0 all go on.
    pub fn stall(&self, count: usize) {
        let mut board = self.board();
        for (subscriber, is_stalled) in board.is_stalled.iter_mut().enumerate() {
            *is_stalled = subscriber < count;
        }
        drop(board);
        self.goes_on.notify_waiters();
    }

    /// Waits until all who read have been told the news with this number.
    ///
    /// # Errors
    /// It takes too long, or a connection is lost.
    pub async fn are_told(&self, number: u64) -> io::Result<()> {
        let told = async {
            while !self.board().have_all_been_told(number) {
                if let Some(trouble) = &self.board().trouble {
                    return Err(io::Error::other(trouble.clone()));
                }
                tokio::time::sleep(LOOK_INTERVAL).await;
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, told).await?
    }
}
