//! How a sleeping matcher is woken, without a wake-up that can be lost.

use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::Duration;

/// Called when an inline matcher that had nothing to do has something to do.
pub type WakeCallback = Arc<dyn Fn() + Send + Sync>;

/// Wakes one matcher.
///
/// The matcher announces that it is about to sleep, looks once more for work, and sleeps only if there
/// was none. Whoever brings work looks for the announcement afterwards. The fences put "announce, look"
/// and "bring, look" into one order, so that one of the two sees the other.
pub struct Waker {
    is_sleeping: AtomicBool,
    sleeper: OnceLock<Sleeper>,
}

enum Sleeper {
    Thread(Thread),
    Inline(WakeCallback),
}

impl Waker {
    pub(crate) const fn new() -> Self {
        Self {
            is_sleeping: AtomicBool::new(false),
            sleeper: OnceLock::new(),
        }
    }

    /// Wakes the matcher if it sleeps. To be called after there is something for it to do.
    pub fn wake(&self) {
        fence(Ordering::SeqCst);
        if self.is_sleeping.load(Ordering::Relaxed)
            && self.is_sleeping.swap(false, Ordering::Relaxed)
        {
            match self.sleeper.get() {
                Some(Sleeper::Thread(thread)) => thread.unpark(),
                Some(Sleeper::Inline(callback)) => callback(),
                None => {}
            }
        }
    }

    pub(crate) fn attach_current_thread(&self) {
        self.attach(Sleeper::Thread(std::thread::current()));
    }

    pub(crate) fn attach_inline(&self, callback: WakeCallback) {
        self.attach(Sleeper::Inline(callback));
    }

    pub(crate) fn is_attached(&self) -> bool {
        self.sleeper.get().is_some()
    }

    /// Says that the matcher is about to sleep; it looks for work once more before it does.
    pub(crate) fn announce_sleep(&self) {
        self.is_sleeping.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// Sleeps until woken after the announcement, or for `limit` at most.
    pub(crate) fn sleep(limit: Option<Duration>) {
        match limit {
            Some(limit) => std::thread::park_timeout(limit),
            None => std::thread::park(),
        }
    }

    /// Says that the matcher is awake: it needs no wake-up until it announces its sleep again.
    pub(crate) fn announce_awake(&self) {
        self.is_sleeping.store(false, Ordering::Relaxed);
    }

    fn attach(&self, sleeper: Sleeper) {
        let is_first = self.sleeper.set(sleeper).is_ok();
        assert!(is_first, "a matcher is driven by one thread or one runtime");
    }
}

impl std::fmt::Debug for Waker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Waker")
            .field("is_sleeping", &self.is_sleeping)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::Waker;

    #[test]
    fn a_wake_up_between_announcement_and_sleep_is_not_lost() {
        let waker = Waker::new();
        waker.attach_current_thread();

        for _ in 0..100 {
            waker.announce_sleep();
            waker.wake();
            // Without a limit: it would hang if the wake-up were lost.
            Waker::sleep(None);
            waker.announce_awake();
        }
    }

    #[test]
    fn a_driver_is_called_once_for_each_announcement() {
        let calls = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&calls);
        let waker = Waker::new();
        waker.attach_inline(Arc::new(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        }));

        waker.wake();
        assert_eq!(calls.load(Ordering::Relaxed), 0, "nobody slept");
        waker.announce_sleep();
        waker.wake();
        waker.wake();
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        waker.announce_sleep();
        waker.announce_awake();
        waker.wake();
        assert_eq!(calls.load(Ordering::Relaxed), 1, "it was awake");
    }
}
