//! What it costs to wake a thread: the hand-off that a sleeping server pays for each thread of its way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::measure::timed;
use crate::round_trip::cores::Cores;

const TRIPS: u32 = 2_000;

/// One way, in the median: a thread unparks another one, which unparks it; both where servers run.
pub fn wake_up(cores: &Cores) -> Duration {
    let cores = cores.clone();
    let measured = std::thread::spawn(move || {
        cores.take_server();
        measure()
    });
    measured.join().expect("measuring does not panic")
}

fn measure() -> Duration {
    let here = std::thread::current();
    let is_there = Arc::new(AtomicBool::new(false));
    let is_over = Arc::new(AtomicBool::new(false));
    let (turn, over) = (Arc::clone(&is_there), Arc::clone(&is_over));
    let other = std::thread::spawn(move || {
        while !over.load(Ordering::Acquire) {
            if turn.swap(false, Ordering::AcqRel) {
                here.unpark();
            } else {
                std::thread::park();
            }
        }
    });
    let mut times: Vec<Duration> = (0..TRIPS)
        .map(|_| {
            let (time, ()) = timed(|| {
                is_there.store(true, Ordering::Release);
                other.thread().unpark();
                while is_there.load(Ordering::Acquire) {
                    std::thread::park();
                }
            });
            time / 2
        })
        .collect();
    is_over.store(true, Ordering::Release);
    other.thread().unpark();
    other.join().expect("it only parks");
    times.sort_unstable();
    times[times.len() / 2]
}
