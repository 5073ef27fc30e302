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

/// An operators' page on its own screen.
async fn operating(exchange: &Exchange) -> Option<Page> {
    let mut admin = Page::open(&exchange.admin, 1280, 800).await?;
    admin
        .until(
            "the page is live",
            "document.getElementById('condition')?.textContent === 'live'",
        )
        .await;
    admin
        .evaluate("document.getElementById('tab-operate').click()")
        .await;
    Some(admin)
}

fn press(name: &str) -> String {
    format!(
        "[...document.querySelectorAll('#operate button')].find((button) => button.textContent === '{name}').click()"
    )
}

#[tokio::test]
async fn operators_inject_a_fault_and_see_it_bound_listed_and_taken_off() {
    let exchange = Exchange::demo(100);
    let Some(mut admin) = operating(&exchange).await else {
        return;
    };

    admin
        .evaluate("document.getElementById('fault-kind').value = 'rate_limit'")
        .await;
    admin.evaluate(&press("Inject")).await;
    admin
        .until(
            "the plan is bound",
            "document.getElementById('fault-plans').textContent.includes('rate_limit')",
        )
        .await;
    let status = admin
        .evaluate("fetch('/v1/trades/BTCUSDT?count=1').then((answer) => answer.status)")
        .await;
    assert_eq!(status, 200, "the page of operators is spared");
    // Somebody else asks, and finds that it was too often.
    let mut public = Page::open(&exchange.http, 1280, 800).await.unwrap();
    admin
        .until(
            "the fault is listed",
            "document.querySelector('#fault-list b')?.textContent === 'rate_limit'",
        )
        .await;
    admin.keep_picture("faults-1280").await;
    admin.evaluate(&press("Take all off")).await;
    admin
        .until(
            "no plan is bound",
            "document.getElementById('fault-plans').children.length === 0",
        )
        .await;
    admin.assert_no_errors();
    public
        .until(
            "the page comes back by itself",
            "document.getElementById('condition')?.textContent === 'live'",
        )
        .await;
}

#[tokio::test]
async fn operators_pause_the_simulated_flow_and_let_it_go_on() {
    let exchange = Exchange::demo(300);
    let Some(mut admin) = operating(&exchange).await else {
        return;
    };
    let entered = "fetch('/v1/status').then((answer) => answer.json()).then((status) => status.matchers.reduce((sum, it) => sum + it.commands, 0))";
    let grows = format!(
        "(async () => {{ const before = await ({entered}); await new Promise((done) => setTimeout(done, 400)); return (await ({entered})) > before; }})()"
    );
    admin
        .until(
            "it runs",
            "document.getElementById('flow-state').textContent === 'running'",
        )
        .await;
    admin.until("orders come", &grows).await;

    admin.evaluate(&press("Pause")).await;
    admin
        .until(
            "it is paused",
            "document.getElementById('flow-state').textContent === 'paused'",
        )
        .await;
    admin
        .until(
            "no order comes",
            &format!("(async () => !(await {grows}))()"),
        )
        .await;
    admin.evaluate(&press("Go on")).await;
    admin.until("orders come again", &grows).await;
    admin.assert_no_errors();
}

#[tokio::test]
async fn a_play_is_drawn_with_its_steps_and_its_verdicts() {
    let exchange = Exchange::demo(100);
    let Some(mut admin) = operating(&exchange).await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pause_for_thought.toml");
    std::fs::write(&file, PLAY).unwrap();
    let mut play = exchange.play(&file);

    admin
        .until(
            "its steps are on the line",
            "document.querySelectorAll('#play-line u').length === 2",
        )
        .await;
    admin
        .until(
            "it passed",
            "document.getElementById('play-verdict').textContent === 'passed'",
        )
        .await;
    let seen = admin
        .evaluate(
            "[document.getElementById('play-about').textContent,
              [...document.querySelectorAll('#play-steps li')].map((line) => line.textContent),
              document.querySelectorAll('#play-line u.done').length]",
        )
        .await;
    assert_eq!(
        seen,
        serde_json::json!([
            "pause_for_thought: a halt, and its end. Seed 21, 1 s of engine time.",
            [
                r#"100 msthe operator asks for session {"state":"halted","symbol":"BTCUSDT"}"#,
                r#"600 msthe operator asks for session {"state":"continuous","symbol":"BTCUSDT"}"#,
                "heldno money is made or lost: every asset adds up",
            ],
            2
        ])
    );
    assert!(play.wait().unwrap().success());
    admin.keep_picture("play-1280").await;
    admin.resize(390, 844).await;
    admin
        .evaluate("document.getElementById('play-line').scrollIntoView()")
        .await;
    admin.keep_picture("play-phone").await;
    admin.assert_no_errors();
}

const PLAY: &str = r#"
about = "a halt, and its end"
for = "1s"
seed = 21
symbol = "BTCUSDT"
[flow]
kind = "none"
[[step]]
at = "100ms"
do = "halt"
[[step]]
at = "600ms"
do = "resume"
[[expect]]
that = "conserved"
"#;
