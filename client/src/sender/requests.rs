//! What can be asked, each verb by its name.

use protocol::{
    Batch, Cancel, CancelAfter, CancelReplace, Channel, MassCancel, MassQuote, MmpReset, Operation,
    Replace, ResumeExecutions, Submit, Subscription,
};

use crate::error::SendError;
use crate::sender::Sender;

impl Sender {
    /// Queues a new order.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn submit(&self, submit: Submit) -> Result<u64, SendError> {
        self.queue(Operation::Submit(submit))
    }

    /// Queues a cancel.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn cancel(&self, cancel: Cancel) -> Result<u64, SendError> {
        self.queue(Operation::Cancel(cancel))
    }

    /// Queues a change of an open order.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn replace(&self, replace: Replace) -> Result<u64, SendError> {
        self.queue(Operation::Replace(replace))
    }

    /// Queues a cancel and a new order in one.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn cancel_replace(&self, cancel_replace: CancelReplace) -> Result<u64, SendError> {
        self.queue(Operation::CancelReplace(cancel_replace))
    }

    /// Queues several instructions on one instrument, carried out in one step and answered by one `batched`.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn batch(&self, batch: Batch) -> Result<u64, SendError> {
        self.queue(Operation::Batch(batch))
    }

    /// Queues a cancel of many.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn mass_cancel(&self, mass_cancel: MassCancel) -> Result<u64, SendError> {
        self.queue(Operation::MassCancel(mass_cancel))
    }

    /// Queues quotes; each is answered by itself.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn mass_quote(&self, mass_quote: MassQuote) -> Result<u64, SendError> {
        self.queue(Operation::MassQuote(mass_quote))
    }

    /// Queues the reset of a group that market-maker protection has frozen.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn mmp_reset(&self, reset: MmpReset) -> Result<u64, SendError> {
        self.queue(Operation::MmpReset(reset))
    }

    /// Queues a setting of the dead man's timer.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn cancel_after(&self, cancel_after: CancelAfter) -> Result<u64, SendError> {
        self.queue(Operation::CancelAfter(cancel_after))
    }

    /// Queues a subscription; it is repeated on every new connection.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn subscribe(&self, subscription: Subscription) -> Result<u64, SendError> {
        self.queue(Operation::Subscribe(subscription))
    }

    /// Queues to follow executions where an earlier session ended; a new connection goes on by itself.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn resume_executions(&self, resume: ResumeExecutions) -> Result<u64, SendError> {
        self.queue(Operation::ResumeExecutions(resume))
    }

    /// Where the session stands in the executions that it follows: what a later session goes on with. `None` while it follows
    /// none.
    pub fn executions_place(&self) -> Option<ResumeExecutions> {
        self.shared.outbox().executions.resume(Channel::Executions)
    }

    /// Queues the end of a subscription.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn unsubscribe(&self, subscription: Subscription) -> Result<u64, SendError> {
        self.queue(Operation::Unsubscribe(subscription))
    }

    /// Queues a question whether the exchange is there.
    ///
    /// # Errors
    /// There is no connection, or the queue is full.
    pub fn ping(&self) -> Result<u64, SendError> {
        self.queue(Operation::Ping)
    }
}
