//! Tells the exchange which play is performed on it, and how it ended: the page of its operators shows it.

use serde_json::json;

use crate::play::judge::Verdict;
use crate::play::script::Script;
use crate::play::venue::Venue;

/// A play begins. An exchange that does not want to know is performed on all the same.
pub async fn announce(venue: &Venue, script: &Script, began_at_us: u64) {
    let steps = script.steps.iter().map(|step| {
        let at_ms = u64::try_from(step.at.as_millis()).unwrap_or(u64::MAX);
        json!({ "at_ms": at_ms, "what": step.words() })
    });
    let for_ms = u64::try_from(script.length.as_millis()).unwrap_or(u64::MAX);
    let body = json!({
        "play": script.name,
        "about": script.about,
        "seed": script.seed,
        "began_at_us": began_at_us,
        "for_ms": for_ms,
        "steps": steps.collect::<Vec<_>>(),
    });
    let _answer = venue.ask("POST", "/v1/admin/plays", &body).await;
}

/// It is over.
pub async fn tell_verdicts(
    venue: &Venue,
    script: &Script,
    verdicts: &[Verdict],
    trouble: &[String],
) {
    let passed = trouble.is_empty() && verdicts.iter().all(|verdict| verdict.held);
    let body = json!({ "play": script.name, "passed": passed, "verdicts": verdicts });
    let _answer = venue.ask("POST", "/v1/admin/plays/verdict", &body).await;
}
