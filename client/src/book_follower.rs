//! Keeps a book in step with a feed that loses, repeats and reorders messages, over any number of connections.
//!
//! It decides and never waits: its caller sends what it asks for, and passes on what comes.

use protocol::{
    Channel, ErrorCode, ErrorMessage, Operation, Resume, ServerMessage, Subscription, Symbol,
};

use crate::book_error::{BookError, BookPlace};
use crate::local_book::LocalBook;
use crate::local_orders::LocalOrders;

/// After so many messages that did not fit, the missing ones are asked for again: the answer may have been lost.
const MESSAGES_BEFORE_ASKING_AGAIN: u32 = 64;

/// A book that a [`BookFollower`] keeps.
pub trait FollowedBook {
    /// The channel that tells of it.
    const CHANNEL: Channel;

    /// Which instrument it is of.
    fn symbol(&self) -> Symbol;

    /// Where it stands; `None` while it waits for a snapshot.
    fn place(&self) -> Option<BookPlace>;

    /// Takes in a message, if it is about this book.
    fn take(&mut self, message: &ServerMessage) -> Taken;

    /// Forgets everything and waits for a snapshot.
    fn forget(&mut self);
}

/// What a book makes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is about something else.
    NotMine,
    /// It is an older snapshot than the book itself.
    OldSnapshot,
    /// It was applied, or could not be.
    Tried(Result<(), BookError>),
}

/// Keeps a book in step.
#[derive(Debug, Clone)]
pub struct BookFollower<B> {
    book: B,
    asked: Option<Asked>,
    faults: u64,
}

/// What was asked for and has not come yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    messages_since: u32,
}

/// What a message led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is about something else.
    NotMine,
    /// The book is at this message now.
    Applied,
    /// The book contained it already.
    Repeated,
    /// What is missing has been asked for and has not come yet.
    Waiting,
    /// Something is missing: the caller sends these requests.
    Ask(Vec<Operation>),
}

impl<B: FollowedBook> BookFollower<B> {
    /// Follows with a book that waits for its first snapshot.
    pub const fn new(book: B) -> Self {
        Self {
            book,
            asked: None,
            faults: 0,
        }
    }

    /// The book; it is in step with the last message that was applied.
    pub const fn book(&self) -> &B {
        &self.book
    }

    /// How often the feed contradicted itself: a wrong checksum, a crossed book, an order that was not there.
    pub const fn faults(&self) -> u64 {
        self.faults
    }

    /// What to ask on a new connection, and at any other time to get what may be missing.
    pub fn catch_up(&mut self) -> Vec<Operation> {
        self.asked = Some(Asked { messages_since: 0 });
        match self.book.place() {
            Some(place) => vec![self.resume(place)],
            None => vec![self.subscribe()],
        }
    }

    /// Takes in a message.
    pub fn take(&mut self, message: &ServerMessage) -> Step {
        if let ServerMessage::Lagged(lagged) = message
            && (lagged.channel, lagged.symbol) == (B::CHANNEL, self.book.symbol())
        {
            // Its snapshot follows; if that gets lost, what comes next asks again.
            self.asked = Some(Asked { messages_since: 0 });
            return Step::Waiting;
        }
        match self.book.take(message) {
            Taken::NotMine => Step::NotMine,
            Taken::OldSnapshot => Step::Repeated,
            Taken::Tried(Ok(())) => {
                self.asked = None;
                Step::Applied
            }
            Taken::Tried(Err(error)) => self.mend(&error),
        }
    }

    /// Takes in that the exchange refused one of this follower's requests.
    pub fn refused(&mut self, error: &ErrorMessage) -> Step {
        if error.code == ErrorCode::SnapshotRequired {
            return self.begin_anew();
        }
        if error.code == ErrorCode::AlreadySubscribed && self.book.place().is_none() {
            // Its snapshot was lost.
            return self.begin_anew();
        }
        // There was nothing to end: the other request of the pair counts.
        Step::Waiting
    }

    fn mend(&mut self, error: &BookError) -> Step {
        match error {
            BookError::Repeated { .. } => Step::Repeated,
            BookError::Gap { .. } | BookError::NoSnapshot { .. } => self.ask_once(),
            BookError::OtherEpoch { .. } => self.begin_anew(),
            BookError::WrongSymbol { .. } => Step::NotMine,
            BookError::Crossed { .. }
            | BookError::BadNumber { .. }
            | BookError::BadSnapshot { .. }
            | BookError::WrongChecksum { .. }
            | BookError::WrongOrder { .. } => {
                self.faults += 1;
                self.begin_anew()
            }
        }
    }

    fn ask_once(&mut self) -> Step {
        match &mut self.asked {
            Some(asked) if asked.messages_since < MESSAGES_BEFORE_ASKING_AGAIN => {
                asked.messages_since += 1;
                Step::Waiting
            }
            Some(_) if self.book.place().is_none() => self.begin_anew(),
            Some(_) | None => Step::Ask(self.catch_up()),
        }
    }

    fn begin_anew(&mut self) -> Step {
        self.book.forget();
        self.asked = Some(Asked { messages_since: 0 });
        let end = Subscription::of(B::CHANNEL, Some(vec![self.book.symbol()]));
        Step::Ask(vec![Operation::Unsubscribe(end), self.subscribe()])
    }

    fn subscribe(&self) -> Operation {
        let symbols = vec![self.book.symbol()];
        Operation::Subscribe(Subscription::of(B::CHANNEL, Some(symbols)))
    }

    fn resume(&self, place: BookPlace) -> Operation {
        Operation::Resume(Resume {
            channel: B::CHANNEL,
            symbol: self.book.symbol(),
            epoch: place.epoch,
            from: place.seq.saturating_add(1),
        })
    }
}

/// Whether a snapshot tells a book nothing new.
fn is_old(place: Option<BookPlace>, epoch: u64, seq: u64) -> bool {
    place.is_some_and(|place| place.epoch == epoch && seq <= place.seq)
}

impl FollowedBook for LocalBook {
    const CHANNEL: Channel = Channel::Depth;

    fn symbol(&self) -> Symbol {
        Self::symbol(self)
    }

    fn place(&self) -> Option<BookPlace> {
        Self::place(self)
    }

    fn take(&mut self, message: &ServerMessage) -> Taken {
        if let ServerMessage::DepthSnapshot(snapshot) = message
            && snapshot.symbol == Self::symbol(self)
        {
            if is_old(Self::place(self), snapshot.epoch, snapshot.seq) {
                return Taken::OldSnapshot;
            }
            return Taken::Tried(self.apply_snapshot(snapshot));
        }
        if let ServerMessage::Depth(change) = message
            && change.symbol == Self::symbol(self)
        {
            return Taken::Tried(self.apply(change));
        }
        Taken::NotMine
    }

    fn forget(&mut self) {
        self.reset();
    }
}

impl FollowedBook for LocalOrders {
    const CHANNEL: Channel = Channel::Orders;

    fn symbol(&self) -> Symbol {
        Self::symbol(self)
    }

    fn place(&self) -> Option<BookPlace> {
        Self::place(self)
    }

    fn take(&mut self, message: &ServerMessage) -> Taken {
        if let ServerMessage::OrdersSnapshot(snapshot) = message
            && snapshot.symbol == Self::symbol(self)
        {
            if is_old(Self::place(self), snapshot.epoch, snapshot.seq) {
                return Taken::OldSnapshot;
            }
            return Taken::Tried(self.apply_snapshot(snapshot));
        }
        if let ServerMessage::Orders(news) = message
            && news.symbol == Self::symbol(self)
        {
            return Taken::Tried(self.apply(news));
        }
        Taken::NotMine
    }

    fn forget(&mut self) {
        self.reset();
    }
}
