//! Goal: limits count by the clock and refuse in the venue's way. Method: literal times and answers.

use super::*;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn limits() -> RateLimits {
    RateLimits::new(VenueLimits {
        request_weight_max: 100,
        orders_per_10s_max: 3,
        orders_per_day_max: 5,
        raw_requests_max: 1_000,
        sockets_opened_max: 2,
        stream_frames_per_s_max: 5,
    })
}

#[test]
fn weight_counts_within_a_minute_of_the_clock_and_then_from_zero() {
    let limits = limits();

    assert_eq!(limits.charge(HERE, 60, MINUTE_US), Ok(60));
    assert_eq!(limits.charge(HERE, 40, MINUTE_US + SECOND_US), Ok(100));
    let refused = limits
        .charge(HERE, 1, 2 * MINUTE_US - SECOND_US)
        .unwrap_err();
    assert_eq!((refused.status, refused.code), (429, -1003));
    assert_eq!(refused.retry_after_s, Some(1));
    assert_eq!(limits.charge(HERE, 1, 2 * MINUTE_US), Ok(1));
}

#[test]
fn who_goes_on_after_429_is_banned_for_two_minutes_and_then_longer() {
    let limits = limits();
    limits.charge(HERE, 100, 0).unwrap();
    for _ in 0..REFUSED_MAX {
        assert_eq!(limits.charge(HERE, 1, 1).unwrap_err().status, 429);
    }

    let refused = limits.charge(HERE, 1, 1).unwrap_err();
    assert_eq!((refused.status, refused.retry_after_s), (418, Some(120)));
    assert_eq!(
        limits.charge(HERE, 1, FIRST_BAN_US).unwrap_err().status,
        418
    );
    assert_eq!(limits.charge(HERE, 1, FIRST_BAN_US + 1), Ok(1));
}

#[test]
fn orders_count_in_both_windows_and_fills_give_back() {
    let (limits, account) = (limits(), AccountId(7));

    limits.entered(account, 3, DAY_US);
    let refused = limits.check_orders(account, 1, DAY_US).unwrap_err();
    assert_eq!((refused.status, refused.code), (429, -1015));
    assert_eq!(
        refused.text,
        "Too many new orders; current limit is 3 orders per 10 SECOND."
    );
    limits.first_filled(account, FilledAs::Taker, DAY_US);
    assert_eq!(limits.check_orders(account, 1, DAY_US), Ok(()));
    limits.first_filled(account, FilledAs::Maker, DAY_US);
    assert_eq!(limits.orders_of(account, DAY_US), OrderCounts::default());

    limits.entered(account, 5, DAY_US);
    let refused = limits.check_orders(account, 1, DAY_US + 10 * SECOND_US);
    assert_eq!(
        refused.unwrap_err().text,
        "Too many new orders; current limit is 5 orders per 1 DAY."
    );
}

#[test]
fn an_address_opens_so_many_sockets_in_five_minutes() {
    let limits = limits();
    for _ in 0..2 {
        limits.connect(HERE, 0).unwrap();
    }

    assert_eq!(limits.connect(HERE, 1).unwrap_err().status, 429);
    assert_eq!(limits.connect(HERE, FIVE_MINUTES_US), Ok(()));
}
