//! An order that is placed by hand lives as any other.

use crate::browser::Page;
use crate::exchange::Exchange;

const LIVE: &str = "document.getElementById('condition')?.textContent === 'live'";

/// Logs on by the form.
async fn log_on(page: &mut Page, key: &str) {
    page.until("the page is live", LIVE).await;
    let entered = format!(
        "document.getElementById('account-key').value = '{key}', document.getElementById('logon-button').click()"
    );
    page.evaluate(&entered).await;
    page.until(
        "it is logged on",
        "document.getElementById('submit').disabled === false",
    )
    .await;
}

/// Fills the ticket and sends it.
async fn order(page: &mut Page, side: &str, price: &str, quantity: &str) {
    let entered = format!(
        "(() => {{
            const ticket = document.getElementById('ticket');
            ticket.side.value = '{side}';
            ticket.price.value = '{price}';
            ticket.quantity.value = '{quantity}';
            ticket.dispatchEvent(new Event('input'));
            ticket.requestSubmit();
        }})()"
    );
    page.evaluate(&entered).await;
    page.until(
        "the order is answered",
        "/^(Order|Refused)/.test(document.getElementById('ticket-answer').textContent)",
    )
    .await;
}

const BTC: &str =
    "document.querySelector('#balances [data-asset=BTC] td:nth-child(2)')?.textContent";

#[tokio::test]
async fn an_order_by_hand_rests_fills_and_shows_in_balances() {
    let exchange = Exchange::serve();
    let Some(mut alice) = Page::open(&exchange.http, 1280, 800).await else {
        return;
    };
    log_on(&mut alice, "demo-alice").await;
    order(&mut alice, "buy", "50000.00", "0.50000").await;

    alice
        .until(
            "it rests in the ladder as mine",
            "document.querySelector('.level.buy.own')?.dataset.price === '50000.00'",
        )
        .await;
    alice
        .until(
            "it is among my orders",
            "document.querySelector('#orders [data-order]')?.textContent.includes('0 / 0.5')",
        )
        .await;
    alice.keep_picture("order-rests").await;
    alice
        .until("balances are there", &format!("{BTC} === '10'"))
        .await;

    let mut bob = Page::open(&exchange.http, 1280, 800).await.unwrap();
    log_on(&mut bob, "demo-bob").await;
    order(&mut bob, "sell", "50000.00", "0.20000").await;

    alice
        .until(
            "it is filled in part",
            "document.querySelector('#orders [data-order]')?.textContent.includes('0.2 / 0.5')",
        )
        .await;
    alice
        .until(
            "the trade is on the tape",
            "Number(document.querySelector('#tape .print.sell .size')?.textContent) === 0.2",
        )
        .await;
    alice
        .evaluate("document.getElementById('tab-accounts').click()")
        .await;
    alice
        .until(
            "what was bought is in the balances",
            &format!("{BTC} === '10.19998'"),
        )
        .await;
    alice
        .until(
            "the trade is among my executions",
            "document.getElementById('executions').textContent.includes('trade')",
        )
        .await;
    alice.keep_picture("accounts-1280").await;

    alice.evaluate("document.getElementById('tab-market').click(), document.querySelector('#orders button').click()").await;
    alice
        .until("the rest is canceled", "document.querySelector('#orders [data-order]') === null && document.querySelector('.level.buy:not(.none)') === null")
        .await;
    order(&mut bob, "sell", "50000.001", "0.20000").await;
    let refused = bob
        .evaluate("document.getElementById('ticket-answer').textContent")
        .await;
    assert!(
        refused
            .as_str()
            .unwrap()
            .starts_with("Refused: field `price`"),
        "{refused}"
    );
    alice.assert_no_errors();
    bob.assert_no_errors();
}

#[tokio::test]
async fn the_keyboard_alone_enters_and_cancels_an_order() {
    let exchange = Exchange::serve();
    let Some(mut page) = Page::open(&exchange.http, 1280, 800).await else {
        return;
    };
    page.until("the page is live", LIVE).await;

    // From the field of the key, which the demo has filled in, to the ticket.
    page.evaluate("document.getElementById('tab-accounts').focus()")
        .await;
    page.press(&["Tab"]).await;
    page.until(
        "Tab leads to the key",
        "document.activeElement.id === 'account-key'",
    )
    .await;
    page.press(&["Enter"]).await;
    page.until(
        "it is logged on",
        "document.getElementById('submit').disabled === false",
    )
    .await;
    page.press(&["Escape", "b"]).await;
    page.until(
        "b leads to the price",
        "document.activeElement.name === 'price'",
    )
    .await;
    page.write("49000.00").await;
    page.press(&["Tab"]).await;
    page.write("0.10000").await;
    page.press(&["Enter"]).await;
    page.until(
        "the order rests",
        "document.querySelector('.level.buy.own')?.dataset.price === '49000.00'",
    )
    .await;

    page.press(&["Escape", "l", "ArrowDown", "Enter"]).await;
    page.until(
        "the ladder gives its price to the ticket",
        "document.activeElement.name === 'quantity' && document.getElementById('ticket').side.value === 'sell'",
    )
    .await;
    page.press(&["Escape", "x"]).await;
    page.until(
        "x cancels everything",
        "document.querySelector('#orders [data-order]') === null",
    )
    .await;
    page.press(&["2"]).await;
    page.until(
        "2 is the engine",
        "document.getElementById('engine').hidden === false",
    )
    .await;
    page.press(&["1", "j"]).await;
    page.until("j is the next instrument", "document.getElementById('ladder').dataset.symbol !== 'BTCUSDT' && document.querySelectorAll('.symbol')[1].getAttribute('aria-selected') === 'true'")
        .await;
    page.assert_no_errors();
}
