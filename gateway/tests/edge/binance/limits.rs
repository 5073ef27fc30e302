//! Weights and counts: told in headers, refused with 429, banned with 418.

use gateway::VenueConfig;

use crate::binance::bot::{alice, ask};
use crate::venue::{Setup, Venue};

async fn venue_with(change: impl FnOnce(&mut VenueConfig)) -> Venue {
    let mut setup = Setup::default();
    change(&mut setup.venue);
    Venue::open_with(setup).await
}

#[tokio::test]
async fn weight_is_told_and_too_much_of_it_is_refused_and_then_banned() {
    let venue = venue_with(|config| config.limits.request_weight_max = 45).await;

    let first = ask(&venue, "GET", "/api/v3/exchangeInfo").await;
    let used: u32 = first
        .header("x-mbx-used-weight-1m")
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(used, 20);
    // A minute of the clock may begin in between: then the count begins again.
    let mut statuses = Vec::new();
    for _ in 0..60 {
        let answer = ask(&venue, "GET", "/api/v3/exchangeInfo").await;
        if answer.status == 429 {
            assert_eq!(answer.refusal().1, -1003);
            assert!(answer.header("retry-after").is_some());
            assert_eq!(answer.header("x-mbx-used-weight-1m"), Some("40"));
        }
        statuses.push(answer.status);
    }

    assert!(statuses.contains(&429));
    assert_eq!(statuses.last(), Some(&418));
    venue.close().await;
}

#[tokio::test]
async fn orders_are_counted_and_too_many_are_refused() {
    let venue = venue_with(|config| config.limits.orders_per_day_max = 2).await;
    let alice = alice(&venue);

    let first = alice.limit("BUY", "90.00", "1", "").await;
    assert_eq!(first.header("x-mbx-order-count-1d"), Some("1"));
    alice.limit("BUY", "90.00", "1", "").await.body();
    let refused = alice.limit("BUY", "90.00", "1", "").await;

    assert_eq!(
        refused.refusal(),
        (
            429,
            -1015,
            "Too many new orders; current limit is 2 orders per 1 DAY."
        )
    );
    venue.close().await;
}

#[tokio::test]
async fn open_orders_have_a_bound() {
    let venue = venue_with(|config| config.bounds.open_orders_max = 1).await;
    let alice = alice(&venue);
    alice.limit("BUY", "90.00", "1", "").await.body();

    let refused = alice.limit("BUY", "90.00", "1", "").await;

    assert_eq!(
        refused.refusal(),
        (400, -1013, "Filter failure: MAX_NUM_ORDERS")
    );
    venue.close().await;
}
