//! Questions that change nothing.

use protocol::{
    CandlesRequest, OpenOrdersRequest, Operation, PastRequest, StatisticsRequest, Symbol,
};

use crate::error::SendError;
use crate::sender::Sender;

impl Sender {
    /// Queues a question for the open orders, of one instrument or of all.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn open_orders(&self, symbol: Option<Symbol>) -> Result<u64, SendError> {
        self.queue(Operation::OpenOrders(OpenOrdersRequest { symbol }))
    }

    /// Queues a question for the balances.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn balances(&self) -> Result<u64, SendError> {
        self.queue(Operation::Balances)
    }

    /// Queues a question for the positions.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn positions(&self) -> Result<u64, SendError> {
        self.queue(Operation::Positions)
    }

    /// Queues a question for candles.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn candles(&self, request: CandlesRequest) -> Result<u64, SendError> {
        self.queue(Operation::Candles(request))
    }

    /// Queues a question for what traded in the last 24 hours.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn statistics(&self, symbol: Symbol) -> Result<u64, SendError> {
        self.queue(Operation::Statistics(StatisticsRequest { symbol }))
    }

    /// Queues a question for a page of the account's past.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn past(&self, request: PastRequest) -> Result<u64, SendError> {
        self.queue(Operation::Past(request))
    }
}
