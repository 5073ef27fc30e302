//! What is left to do when a session is gone, however it ended.

use crate::lock::{lock, write};
use crate::native::session::{Session, Stage};
use crate::session::presence;

impl Drop for Session {
    /// However it ended, a panic included: nobody finds it any more, and nothing is sent to it.
    fn drop(&mut self) {
        let account = match self.stage {
            Stage::LoggedOn(account) => Some(account),
            Stage::Connected | Stage::Greeted => None,
        };
        write(&self.edge.routing).leave(self.entry.id, account);
        if let Some(account) = account {
            self.edge.account_watch.forget(account, self.entry.id);
            presence::leave(&self.edge, account);
        }
        if let (Some(seat), Some(lockstep)) = (&self.seat, &self.edge.lockstep) {
            lockstep.leave(seat.rank);
        }
        for place in self.subscriptions.places() {
            lock(&self.edge.instruments[place].market).forget(self.entry.id);
        }
        for instrument in &self.edge.instruments {
            instrument.release_replay(self.entry.id);
        }
    }
}
