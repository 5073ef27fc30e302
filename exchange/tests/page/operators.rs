//! Operators' panels are on the page of the admin listener, and nowhere else.

use crate::browser::Page;
use crate::exchange::Exchange;

#[tokio::test]
async fn operators_halt_and_resume_on_their_page_and_the_public_page_has_no_such_panels() {
    let exchange = Exchange::demo(100);
    let Some(mut public) = Page::open(&exchange.http, 1280, 800).await else {
        return;
    };
    let mut admin = Page::open(&exchange.admin, 1280, 800).await.unwrap();
    for page in [&mut public, &mut admin] {
        page.until(
            "the page is live",
            "document.getElementById('condition')?.textContent === 'live'",
        )
        .await;
    }

    let panels = "[document.getElementById('tab-operate').hidden, document.getElementById('operate').children.length, document.documentElement.outerHTML.includes('admin-key')]";
    assert_eq!(
        public.evaluate(panels).await,
        serde_json::json!([true, 0, false])
    );
    let entered = admin
        .evaluate("document.getElementById('admin-key').value")
        .await;
    assert_eq!(
        entered,
        exchange.admin_key(),
        "a demo of this machine enters the key"
    );

    admin
        .evaluate("document.getElementById('tab-operate').click()")
        .await;
    let press = |name: &str| {
        format!(
            "[...document.querySelectorAll('#operate button')].find((button) => button.textContent === '{name}').click()"
        )
    };
    admin.evaluate(&press("Halt")).await;
    public
        .until(
            "everybody sees the halt",
            "document.getElementById('day-state').textContent === 'halted'",
        )
        .await;
    admin.evaluate(&press("Resume")).await;
    public
        .until(
            "everybody sees it go on",
            "document.getElementById('day-state').textContent === 'continuous'",
        )
        .await;
    admin
        .until(
            "what was done is told",
            "document.querySelectorAll('.timeline li.good').length === 2",
        )
        .await;
    admin.keep_picture("operate-1280").await;
    admin
        .evaluate("document.getElementById('tab-accounts').click()")
        .await;
    admin
        .until(
            "money adds up",
            "document.getElementById('conserved').textContent === 'adds up to the last unit'",
        )
        .await;
    admin
        .until(
            "all accounts are there",
            "document.getElementById('all-accounts').children.length > 10",
        )
        .await;
    admin.keep_picture("all-accounts-1280").await;
    public.assert_no_errors();
    admin.assert_no_errors();
}

#[tokio::test]
async fn an_exchange_that_is_no_demo_asks_for_the_key() {
    let exchange = Exchange::serve();
    let Some(mut admin) = Page::open(&exchange.admin, 1280, 800).await else {
        return;
    };

    admin
        .until(
            "the field is there",
            "document.getElementById('admin-key') !== null",
        )
        .await;
    let entered = admin
        .evaluate("document.getElementById('admin-key').value + document.body.dataset.adminKey")
        .await;

    assert_eq!(entered, "");
    assert_ne!(exchange.admin_key(), "");
}
