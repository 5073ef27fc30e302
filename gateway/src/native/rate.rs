//! How fast a session may ask: what comes faster is refused, and who goes on all the same is disconnected.

use crate::limits::Limits;

/// What becomes of a request that has just come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is dealt with.
    Admitted,
    /// It is answered with an error, which tells when one more is taken.
    Refused {
        /// In how many milliseconds, rounded up.
        retry_after_ms: u32,
    },
    /// Too many were refused: the session ends.
    Disconnected,
}

/// Over so long a time `rate_refusals_max` counts.
const REFUSALS_WINDOW_NS: u64 = 10_000_000_000;

/// The requests of one session.
#[derive(Debug, Default)]
pub struct Rate {
    requests: Bucket,
    refusals: Bucket,
}

/// A token bucket as one number: when it will be full again, in ns of any clock that does not go back.
#[derive(Debug, Default)]
struct Bucket {
    full_at_ns: u64,
}

impl Rate {
    /// Takes note of a request that came at `now_ns`.
    pub fn admit(&mut self, now_ns: u64, limits: &Limits) -> Admission {
        let per_second_max = limits.requests_per_second_max;
        if per_second_max == 0 {
            return Admission::Admitted;
        }
        let burst_max = limits.requests_burst_max;
        let Err(pause_ns) = self
            .requests
            .take(now_ns, 1_000_000_000 / per_second_max, burst_max)
        else {
            return Admission::Admitted;
        };
        let refusals_max = limits.rate_refusals_max;
        let refusal_ns = REFUSALS_WINDOW_NS
            .checked_div(refusals_max)
            .unwrap_or(REFUSALS_WINDOW_NS);
        match self.refusals.take(now_ns, refusal_ns, refusals_max) {
            Ok(()) => Admission::Refused {
                retry_after_ms: u32::try_from(pause_ns.div_ceil(1_000_000)).unwrap_or(u32::MAX),
            },
            Err(_) => Admission::Disconnected,
        }
    }
}

impl Bucket {
    /// Takes one of `capacity` tokens, each of which comes back after `token_ns`; else says how long until there is one.
    fn take(&mut self, now_ns: u64, token_ns: u64, capacity: u64) -> Result<(), u64> {
        let full_at_ns = self.full_at_ns.max(now_ns).saturating_add(token_ns);
        let latest_ns = now_ns.saturating_add(token_ns.saturating_mul(capacity));
        if full_at_ns > latest_ns {
            return Err(full_at_ns.saturating_sub(latest_ns));
        }
        self.full_at_ns = full_at_ns;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten a second, three at once, and two refusals in ten seconds.
    fn limits() -> Limits {
        Limits {
            requests_per_second_max: 10,
            requests_burst_max: 3,
            rate_refusals_max: 2,
            ..Limits::laptop()
        }
    }

    const MS: u64 = 1_000_000;

    #[test]
    fn a_burst_is_admitted_up_to_its_size_and_then_one_a_tenth_of_a_second() {
        let (mut rate, limits) = (Rate::default(), limits());

        for _ in 0..3 {
            assert_eq!(rate.admit(5_000 * MS, &limits), Admission::Admitted);
        }
        assert_eq!(
            rate.admit(5_000 * MS, &limits),
            Admission::Refused {
                retry_after_ms: 100
            }
        );
        assert_eq!(
            rate.admit(5_060 * MS, &limits),
            Admission::Refused { retry_after_ms: 40 }
        );
        assert_eq!(rate.admit(5_100 * MS, &limits), Admission::Admitted);
    }

    #[test]
    fn what_was_refused_does_not_put_off_what_comes_next() {
        let (mut rate, limits) = (Rate::default(), limits());
        for _ in 0..3 {
            assert_eq!(rate.admit(0, &limits), Admission::Admitted);
        }
        rate.admit(50 * MS, &limits);
        rate.admit(90 * MS, &limits);

        assert_eq!(rate.admit(100 * MS, &limits), Admission::Admitted);
    }

    #[test]
    fn one_refusal_more_than_may_be_ends_the_session_and_patience_takes_them_back() {
        let limits = limits();
        let mut hasty = Rate::default();
        for _ in 0..3 {
            assert_eq!(hasty.admit(0, &limits), Admission::Admitted);
        }
        hasty.admit(0, &limits);
        hasty.admit(0, &limits);
        assert_eq!(hasty.admit(0, &limits), Admission::Disconnected);

        let mut patient = Rate::default();
        for second in 0..100 {
            let now_ns = second * 10_000 * MS;
            for _ in 0..3 {
                assert_eq!(patient.admit(now_ns, &limits), Admission::Admitted);
            }
            let refused = Admission::Refused {
                retry_after_ms: 100,
            };
            assert_eq!(patient.admit(now_ns, &limits), refused);
            assert_eq!(patient.admit(now_ns, &limits), refused);
        }
    }

    #[test]
    fn without_a_limit_everything_is_admitted() {
        let limits = Limits {
            requests_per_second_max: 0,
            ..limits()
        };
        let mut rate = Rate::default();

        for _ in 0..10_000 {
            assert_eq!(rate.admit(0, &limits), Admission::Admitted);
        }
    }
}
