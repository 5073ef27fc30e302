//! What an account bought and sold, what that cost and brought, and what it would bring now.

use axum::extract::{Path, State};
use axum::response::Response;
use ledger::Position;

use crate::admin::AdminView;
use crate::admin::money::find_account;
use crate::http::{ErrorAnswer, json, write_list};
use crate::native::account_state;

/// `GET /v1/admin/positions/{account}`: an account's positions. docs/risk.md has the formulas.
pub async fn positions(
    State(view): State<AdminView>,
    Path(account): Path<String>,
) -> Result<Response, ErrorAnswer> {
    let Ok(reference) = account.parse();
    let account = find_account(&view, &reference)?;
    let mut all = view.edge.ledger.positions(account);
    all.retain(|position| *position != Position::flat(position.instrument));
    let mut body = format!(r#"{{"account":{},"positions":"#, account.0).into_bytes();
    let positions = account_state::positions(&view.edge, &all);
    write_list(&mut body, &positions, |body, position| {
        position.encode(body);
    });
    body.push(b'}');
    Ok(json(body))
}
