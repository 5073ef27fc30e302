//! Everybody can read it: in both themes, on a phone, a laptop and a wide screen.

use crate::browser::Page;
use crate::exchange::Exchange;

/// Texts whose contrast with what is behind them is below 4.5 to 1 (WCAG AA).
const UNREADABLE: &str = "(() => {
    const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
    const over = (top, below) => {
        const alpha = top[3] ?? 1;
        return [0, 1, 2].map((place) => top[place] * alpha + below[place] * (1 - alpha));
    };
    const luminance = (color) => {
        const [r, g, b] = color.map((part) => (part /= 255) <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
        return layers.reverse().reduce((below, layer) => (layer.length < 3 ? below : over(layer, below)), [255, 255, 255]);
    };
    const faint = new Set();
    for (const element of document.querySelectorAll('main *, header *')) {
        const has_text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!has_text || element.closest('svg, :disabled, .visually-hidden') || element.offsetParent === null) continue;
        const [ink, ground] = [parse(getComputedStyle(element).color), behind(element)];
        const [a, b] = [luminance(over(ink, ground)), luminance(ground)].sort((a, b) => b - a);
        const contrast = (a + 0.05) / (b + 0.05);
        if (contrast < 4.5) faint.add(`${element.tagName}.${element.className} ${contrast.toFixed(1)} '${element.textContent.trim().slice(0, 20)}'`);
    }
    return [...faint].slice(0, 10);
})()";

/// What lies beyond the right edge of the window.
const OVERHANG: &str =
    "document.documentElement.scrollWidth - document.documentElement.clientWidth";

#[tokio::test]
async fn both_themes_are_readable_at_every_width() {
    let exchange = Exchange::demo(200);
    let Some(mut page) = Page::open(&exchange.http, 1280, 800).await else {
        return;
    };
    page.until(
        "the page is live",
        "document.getElementById('condition')?.textContent === 'live'",
    )
    .await;
    page.evaluate("document.getElementById('logon-button').click()")
        .await;
    page.until(
        "it is logged on",
        "document.getElementById('submit').disabled === false",
    )
    .await;

    for (name, width, height) in [
        ("phone", 390, 844),
        ("laptop", 1280, 800),
        ("wide", 1920, 1080),
    ] {
        page.resize(width, height).await;
        for theme in ["dark", "light"] {
            page.evaluate(&format!("document.documentElement.dataset.theme !== '{theme}' && document.getElementById('theme').click()"))
                .await;
            for screen in ["market", "engine", "accounts"] {
                page.evaluate(&format!("document.getElementById('tab-{screen}').click()"))
                    .await;
                page.until("it is drawn", "[...document.querySelectorAll('.plot')].every((plot) => plot.offsetParent === null || plot.dataset.drawn > 1)")
                    .await;
                page.keep_picture(&format!("{screen}-{name}-{theme}")).await;
                let place = format!("{screen}, {name}, {theme}");
                assert_eq!(
                    page.evaluate(UNREADABLE).await,
                    serde_json::json!([]),
                    "{place}"
                );
                assert_eq!(page.evaluate(OVERHANG).await, 0, "{place}");
            }
        }
    }
    page.assert_no_errors();
}

#[tokio::test]
async fn every_field_and_button_has_a_name() {
    let exchange = Exchange::demo(50);
    let Some(mut page) = Page::open(&exchange.admin, 1280, 800).await else {
        return;
    };
    page.until(
        "the page is live",
        "document.getElementById('condition')?.textContent === 'live'",
    )
    .await;

    let nameless = page
        .evaluate(
            "[...document.querySelectorAll('button, input, select')]
                .filter((element) => !element.textContent.trim() && !element.ariaLabel && !(element.labels?.length > 0))
                .map((element) => element.outerHTML.slice(0, 80))",
        )
        .await;

    assert_eq!(nameless, serde_json::json!([]));
}
