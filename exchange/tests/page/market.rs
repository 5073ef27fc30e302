//! What the market and engine screens show is what the exchange says.

use crate::browser::Page;
use crate::exchange::Exchange;

/// Whether a chart is drawn: it has marks of its own, and room.
const HAS_PIXELS: &str = "(id, marks) => {
    const box = document.getElementById(id);
    const all = [...box.querySelectorAll(marks)];
    return all.some((mark) => {
        if (mark instanceof SVGImageElement) return (mark.href.baseVal ?? '').length > 100;
        const { width, height } = mark.getBBox();
        return width + height > 2;
    });
}";

#[tokio::test]
async fn the_page_loads_without_an_error_and_every_chart_has_pixels() {
    let exchange = Exchange::demo(400);
    let Some(mut page) = Page::open(&exchange.http, 1280, 800).await else {
        return;
    };
    page.until(
        "the page is live",
        "document.getElementById('condition')?.textContent === 'live'",
    )
    .await;

    for (chart, marks) in [
        ("candles", ".trace.boxes path, .candlesticklayer path"),
        ("candles", ".barlayer path"),
        ("depth", ".scatterlayer .js-line"),
    ] {
        let drawn = format!("({HAS_PIXELS})('{chart}', '{marks}')");
        page.until(&format!("{chart} has pixels"), &drawn).await;
    }
    page.until(
        "trades are on the tape",
        "document.querySelectorAll('#tape .print').length > 5",
    )
    .await;
    page.until("every instrument that trades has a line", "[...document.querySelectorAll('.spark polyline')].filter((line) => (line.getAttribute('points') ?? '').includes(' ')).length >= 8")
        .await;
    page.keep_picture("market-1280").await;
    page.evaluate("document.getElementById('tab-engine').click()")
        .await;
    for (chart, marks) in [
        ("rates", ".scatterlayer .js-line"),
        ("stages", ".barlayer path"),
        ("heat", ".heatmaplayer image"),
        ("percentiles", ".scatterlayer .js-line"),
    ] {
        let drawn = format!("({HAS_PIXELS})('{chart}', '{marks}')");
        page.until(&format!("{chart} has pixels"), &drawn).await;
    }
    page.keep_picture("engine-1280").await;

    page.assert_no_errors();
}

#[tokio::test]
async fn the_ladder_is_the_book_that_the_exchange_tells_at_the_same_number() {
    let exchange = Exchange::demo(100);
    let Some(mut page) = Page::open(&exchange.http, 1280, 800).await else {
        return;
    };
    // Asks the exchange, waits until the ladder is as far, and compares where both stand at one number.
    let compared = "(async () => {
        const ladder = document.getElementById('ladder');
        const side = (side) => [...ladder.querySelectorAll(`.level.${side}:not(.none)`)]
            .map((row) => [row.querySelector('.price').textContent, row.querySelector('.size').textContent]);
        for (let round = 0; round < 400; round += 1) {
            const depth = await (await fetch(`/v1/depth/${ladder.dataset.symbol}`)).json();
            for (let look = 0; look < 30 && Number(ladder.dataset.seq) < depth.seq; look += 1)
                await new Promise(requestAnimationFrame);
            if (Number(ladder.dataset.seq) !== depth.seq) continue;
            const shown = { bids: side('buy'), asks: side('sell').reverse() };
            const told = { bids: depth.bids.slice(0, shown.bids.length), asks: depth.asks.slice(0, shown.asks.length) };
            return { levels: shown.bids.length + shown.asks.length, shown: JSON.stringify(shown), told: JSON.stringify(told) };
        }
        return { levels: 0, shown: 'never at one number', told: '' };
    })()";
    page.until("the ladder has levels", "document.querySelectorAll('.level.buy:not(.none)').length >= 5 && document.querySelectorAll('.level.sell:not(.none)').length >= 5")
        .await;

    for _ in 0..5 {
        let both = page.evaluate(compared).await;
        assert_eq!(both["shown"], both["told"]);
        assert!(both["levels"].as_u64() >= Some(10), "{both}");
    }
    page.assert_no_errors();
}

#[tokio::test]
async fn everything_comes_from_the_exchange_once_and_nothing_is_left_in_the_browser() {
    let exchange = Exchange::demo(50);
    let Some(mut page) = Page::open(&exchange.http, 1280, 800).await else {
        return;
    };
    page.until(
        "charts are there",
        "window.Plotly && document.querySelector('#depth .main-svg')",
    )
    .await;

    let loaded = page
        .evaluate(
            "(() => {
                const all = performance.getEntriesByType('resource');
                const plotly = all.filter(({ name }) => name.endsWith('plotly.min.js'));
                return {
                    foreign: all.filter(({ name }) => !name.startsWith(location.origin)).map(({ name }) => name),
                    plotly: plotly.length,
                    is_compressed: plotly[0].encodedBodySize < 1_700_000 && plotly[0].decodedBodySize > 4_000_000,
                    cookies: document.cookie,
                };
            })()",
        )
        .await;

    assert_eq!(
        loaded,
        serde_json::json!({"foreign": [], "plotly": 1, "is_compressed": true, "cookies": ""})
    );
    page.assert_no_errors();
}
