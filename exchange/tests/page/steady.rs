//! A page that is left open neither grows nor stutters.

use std::time::Duration;

use crate::browser::Page;
use crate::exchange::Exchange;

/// How long the heap is watched; longer with `RIALTO_PAGE_S`.
const WATCHED_S: u64 = 10;
/// How much the heap may be at the end, of what it was at first, in percent.
const HEAP_MAX_PERCENT: u64 = 125;

#[tokio::test]
async fn the_heap_of_an_open_page_is_stable() {
    let seconds = std::env::var("RIALTO_PAGE_S").map_or(WATCHED_S, |text| text.parse().unwrap());
    let exchange = Exchange::demo(1_000);
    let Some(mut page) = Page::open(&exchange.http, 1280, 800).await else {
        return;
    };
    page.until(
        "charts are drawn",
        "document.getElementById('candles').dataset.drawn > 3",
    )
    .await;

    let mut heaps = Vec::new();
    for _ in 0..9 {
        // The page is left alone meanwhile: what is waited for is its own clock.
        page.evaluate(&format!(
            "new Promise((done) => setTimeout(done, {}))",
            Duration::from_secs(seconds).as_millis() / 9
        ))
        .await;
        heaps.push(page.heap_bytes().await);
    }

    let of = |part: &[u64]| part.iter().min().copied().unwrap_or_default();
    let (early, late) = (of(&heaps[..3]), of(&heaps[6..]));
    println!("GOAL page_heap seconds={seconds} early={early} late={late}");
    assert!(
        late.saturating_mul(100) <= early.saturating_mul(HEAP_MAX_PERCENT),
        "the heap grew beyond {HEAP_MAX_PERCENT} %: {heaps:?}"
    );
    page.assert_no_errors();
}

#[tokio::test]
async fn an_update_of_three_hundred_candles_takes_less_than_fifty_milliseconds() {
    let exchange = Exchange::serve();
    let Some(mut page) = Page::open(&exchange.http, 1280, 800).await else {
        return;
    };
    page.until("charts are there", "window.Plotly !== undefined")
        .await;

    let took = page
        .evaluate(
            "(async () => {
                const { Candles } = await import('/page/market_charts.mjs');
                const box = document.createElement('div');
                box.style.cssText = 'width:700px;height:400px';
                document.querySelector('.candles').append(box);
                const candles = new Candles(box);
                const candle = (place, close) => ({ start_us: place * 60e6, open: '100', high: '110', low: '90', close: String(close), volume: '5' });
                candles.lay(Array.from({ length: 300 }, (_, place) => candle(place, 95 + (place % 10))));
                const took = [];
                for (let round = 0; round < 40; round += 1) {
                    await new Promise(requestAnimationFrame);
                    candles.lay([candle(299, 95 + (round % 10))]);
                    took.push(Number(box.dataset.took_ms));
                }
                took.sort((a, b) => a - b);
                return { candles: candles.times.length, median: took[20], most: took[39] };
            })()",
        )
        .await;

    println!(
        "GOAL page_update candles={} median_ms={} max_ms={}",
        took["candles"], took["median"], took["most"]
    );
    assert_eq!(took["candles"], 300);
    if std::env::var("RIALTO_TIME_BARS").is_ok_and(|bars| bars == "1") {
        assert!(took["median"].as_f64().unwrap() < 50.0, "{took}");
    }
    page.assert_no_errors();
}
