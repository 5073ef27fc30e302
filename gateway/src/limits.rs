//! What the edge admits, each bound with its consequence.

use std::time::Duration;

/// Bounds of the gateway; given by config, checked by [`Limits::check`].
#[derive(Debug, Clone)]
pub struct Limits {
    /// Most connections at once; one more is answered 503 and closed.
    pub connections_max: usize,
    /// Most connections of one address (IPv6: of one /64); one more is answered 503 and closed.
    pub connections_per_address_max: usize,
    /// Time for a whole request head or handshake; a slower client is closed.
    pub handshake_timeout: Duration,
    /// Time that a connection may spend with plain HTTP; then it is closed after its answer.
    pub http_lifetime_max: Duration,
    /// Most bytes of a request head, at least 8,192; more is answered 431.
    pub header_bytes_max: usize,
    /// Most headers of a request; more is answered 431.
    pub headers_max: usize,
    /// Most bytes of an inbound frame and message; more is answered with an error, above [`Self::transport_bytes_max`] it closes with 1009.
    pub frame_bytes_max: usize,
    /// Read buffer of a session, allocated when it opens.
    pub read_buffer_bytes: usize,
    /// How much the kernel takes for a session before it waits here; it keeps books of its own, twice as large.
    pub send_buffer_bytes: usize,
    /// How much a session gathers before it writes, unless it has no more to gather.
    pub write_buffer_bytes: usize,
    /// Most messages that wait for a session; one more cuts it off as a slow consumer.
    pub outbound_messages_max: usize,
    /// Most bytes that wait for a session; more cuts it off as a slow consumer.
    pub outbound_bytes_max: usize,
    /// Most bytes of public market data among them; what finds no room makes its subscription fall behind.
    pub outbound_public_bytes_max: usize,
    /// A session that says nothing for this long, pongs included, is closed.
    pub idle_timeout: Duration,
    /// How often a session is pinged.
    pub ping_interval: Duration,
    /// Most requests of a session in a second, taken evenly; what comes faster is refused. 0: any number.
    pub requests_per_second_max: u64,
    /// How many of them may come at once after a pause.
    pub requests_burst_max: u64,
    /// Most refusals for that in ten seconds; one more ends the session.
    pub rate_refusals_max: u64,
    /// Time for a closing session to take its last frames.
    pub close_timeout: Duration,
    /// Time for an orderly stop, all of it: outstanding answers, flushes, closing handshakes.
    pub stop_timeout: Duration,
    /// How long after its last session is gone an account's cancel-on-disconnect orders go.
    pub disconnect_grace: Duration,
    /// Most subscriptions of a session; one more is refused.
    pub subscriptions_per_session_max: usize,
    /// Most levels a side that a subscription with levels can have.
    pub depth_levels_max: usize,
    /// Most trades that an instrument's recent past holds.
    pub trades_kept_max: usize,
    /// Most messages that each public channel of an instrument keeps for those who resume.
    pub resume_messages_max: usize,
    /// Most bytes among them.
    pub resume_bytes_max: usize,
    /// After so many events of an instrument its channel `heartbeat` has a message.
    pub heartbeat_events: u64,
    /// Most private reports kept per instrument, for sessions that go on after a break; 0 keeps none.
    pub executions_kept_max: usize,
    /// Public market data wakes a session at most this often; private reports do not wait.
    pub market_data_flush_interval: Duration,
    /// Most open orders an account may have, over all instruments; one more is refused.
    pub open_orders_per_account_max: usize,
}

/// A limit that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct BadLimit {
    /// Which limit.
    pub name: &'static str,
    /// Why it cannot be used.
    pub reason: &'static str,
}

impl Limits {
    /// The most bytes that one private report takes on the wire.
    pub const REPORT_BYTES_MAX: usize = 640;

    /// How much beyond `frame_bytes_max` is still taken in, so that the session can be told and lives on.
    const OVERSIZE_BYTES_MAX: usize = 1 << 20;

    /// Bounds that fit a laptop; config starts from these.
    pub const fn laptop() -> Self {
        Self {
            connections_max: 1_024,
            connections_per_address_max: 512,
            handshake_timeout: Duration::from_secs(5),
            http_lifetime_max: Duration::from_secs(60),
            header_bytes_max: 8_192,
            headers_max: 64,
            frame_bytes_max: 16_384,
            read_buffer_bytes: 4_096,
            send_buffer_bytes: 128 << 10,
            write_buffer_bytes: 16_384,
            outbound_messages_max: 32_768,
            outbound_bytes_max: 16 << 20,
            outbound_public_bytes_max: 1 << 20,
            idle_timeout: Duration::from_secs(60),
            ping_interval: Duration::from_secs(20),
            requests_per_second_max: 50_000,
            requests_burst_max: 50_000,
            rate_refusals_max: 1_000,
            close_timeout: Duration::from_secs(1),
            stop_timeout: Duration::from_secs(3),
            disconnect_grace: Duration::from_secs(5),
            subscriptions_per_session_max: 256,
            depth_levels_max: 1_000,
            trades_kept_max: 1_000,
            resume_messages_max: 1_024,
            resume_bytes_max: 256 << 10,
            heartbeat_events: 1_000,
            executions_kept_max: 4_096,
            market_data_flush_interval: Duration::from_millis(2),
            open_orders_per_account_max: 8_192,
        }
    }

    /// Most bytes of a frame or message that the transport takes in: four times `frame_bytes_max`, and no
    /// more than a mebibyte above it. More closes with 1009.
    pub fn transport_bytes_max(&self) -> usize {
        let oversize = self.frame_bytes_max.saturating_mul(3);
        self.frame_bytes_max
            .saturating_add(oversize.min(Self::OVERSIZE_BYTES_MAX))
    }

    /// Says which limit cannot be used.
    ///
    /// # Errors
    /// The first limit that is zero or does not go with the others.
    pub fn check(&self) -> Result<(), BadLimit> {
        let counts = [
            ("connections_max", self.connections_max),
            (
                "connections_per_address_max",
                self.connections_per_address_max,
            ),
            ("headers_max", self.headers_max),
            ("frame_bytes_max", self.frame_bytes_max),
            ("read_buffer_bytes", self.read_buffer_bytes),
            ("send_buffer_bytes", self.send_buffer_bytes),
            ("outbound_public_bytes_max", self.outbound_public_bytes_max),
            ("depth_levels_max", self.depth_levels_max),
            ("trades_kept_max", self.trades_kept_max),
            (
                "open_orders_per_account_max",
                self.open_orders_per_account_max,
            ),
        ];
        if self.heartbeat_events == 0 {
            return Err(BadLimit {
                name: "heartbeat_events",
                reason: "must be above zero",
            });
        }
        for (name, count) in counts {
            if count == 0 {
                return Err(BadLimit {
                    name,
                    reason: "must be above zero",
                });
            }
        }
        let times = [
            ("handshake_timeout", self.handshake_timeout),
            ("http_lifetime_max", self.http_lifetime_max),
            ("idle_timeout", self.idle_timeout),
            ("ping_interval", self.ping_interval),
            (
                "market_data_flush_interval",
                self.market_data_flush_interval,
            ),
        ];
        for (name, time) in times {
            if time.is_zero() {
                return Err(BadLimit {
                    name,
                    reason: "must be above zero",
                });
            }
        }
        self.check_relations()
    }

    fn check_relations(&self) -> Result<(), BadLimit> {
        let mass_cancel_reports = self.open_orders_per_account_max.saturating_mul(2);
        if self.requests_per_second_max > 1_000_000_000 {
            return Err(BadLimit {
                name: "requests_per_second_max",
                reason: "must be at most 1000000000; 0 sets no limit",
            });
        }
        if self.requests_per_second_max > 0 && self.requests_burst_max == 0 {
            return Err(BadLimit {
                name: "requests_burst_max",
                reason: "must be above zero, or no request would ever be taken",
            });
        }
        if self.header_bytes_max < 8_192 {
            return Err(BadLimit {
                name: "header_bytes_max",
                reason: "must be at least 8192",
            });
        }
        if self.ping_interval >= self.idle_timeout {
            return Err(BadLimit {
                name: "ping_interval",
                reason: "must be below idle_timeout, or no pong comes in time",
            });
        }
        if self.outbound_messages_max < mass_cancel_reports {
            return Err(BadLimit {
                name: "outbound_messages_max",
                reason: "must hold twice the reports of a full mass cancel (open_orders_per_account_max)",
            });
        }
        if self.outbound_bytes_max < mass_cancel_reports.saturating_mul(Self::REPORT_BYTES_MAX) {
            return Err(BadLimit {
                name: "outbound_bytes_max",
                reason: "must hold twice the reports of a full mass cancel, 640 bytes each",
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laptop_limits_can_be_used() {
        assert_eq!(Limits::laptop().check(), Ok(()));
    }

    #[test]
    fn the_transport_takes_four_frames_and_at_most_a_mebibyte_more() {
        let transport_of = |frame_bytes_max| {
            let limits = Limits {
                frame_bytes_max,
                ..Limits::laptop()
            };
            limits.transport_bytes_max()
        };

        assert_eq!(transport_of(16_384), 65_536);
        assert_eq!(transport_of(8 << 20), 9 << 20);
        assert_eq!(transport_of(usize::MAX), usize::MAX);
    }

    #[test]
    fn an_outbound_queue_below_two_mass_cancels_is_refused() {
        let limits = Limits {
            outbound_messages_max: 16_383,
            ..Limits::laptop()
        };

        let refused = limits.check();

        assert_eq!(
            refused.map_err(|bad| bad.name),
            Err("outbound_messages_max")
        );
    }

    #[test]
    fn a_ping_that_comes_after_the_idle_timeout_is_refused() {
        let limits = Limits {
            ping_interval: Duration::from_secs(60),
            ..Limits::laptop()
        };

        let refused = limits.check();

        assert_eq!(refused.map_err(|bad| bad.name), Err("ping_interval"));
    }
}
