//! `rialto admin`: each verb as the request that it is.

use serde_json::{Map, Value, json};

use crate::cli::{AdminCommand, FaultsCommand, LimitsArgs, MoneyArgs, OperatorArgs, ScopeArgs};
use crate::fault_plans;
use crate::operator::account;

/// A request to the admin port.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// Where.
    pub path: String,
    /// What; null is nothing.
    pub body: Value,
}

impl Request {
    fn get(path: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            path: path.to_owned(),
            body: Value::Null,
        }
    }

    fn post(verb: &str, body: Value) -> Self {
        Self {
            method: "POST".to_owned(),
            path: format!("/v1/admin/{verb}"),
            body,
        }
    }
}

/// The request that a command is, and where it goes.
///
/// # Errors
/// The body of `ask` is no JSON.
pub fn request(command: &AdminCommand) -> Result<(Request, &OperatorArgs), String> {
    Ok(match command {
        AdminCommand::Status(operator) => (Request::get("/v1/status"), operator),
        AdminCommand::Conservation(operator) => (Request::get("/conservation"), operator),
        AdminCommand::Reload(operator) => (Request::post("reload", json!({})), operator),
        AdminCommand::Reset(operator) => (Request::post("reset", json!({})), operator),
        AdminCommand::Halt(of) => (session(&of.symbol, "halted"), &of.operator),
        AdminCommand::Resume(of) => (session(&of.symbol, "continuous"), &of.operator),
        AdminCommand::Auction(of) => (session(&of.symbol, "auction"), &of.operator),
        AdminCommand::Uncross(of) => {
            let body = json!({ "symbol": of.symbol });
            (Request::post("uncross", body), &of.operator)
        }
        AdminCommand::Instrument(of) => {
            let path = format!("/v1/admin/instruments/{}", of.symbol);
            (Request::get(&path), &of.operator)
        }
        AdminCommand::CancelOnly(of) => (switch(of, "cancel_only"), &of.operator),
        AdminCommand::Kill(of) => (switch(of, "killed"), &of.operator),
        AdminCommand::Open(of) => (switch(of, "open"), &of.operator),
        AdminCommand::MassCancel(of) => {
            let body = with_symbol(
                json!({ "account": account(&of.account) }),
                of.symbol.as_deref(),
            );
            (Request::post("mass_cancel", body), &of.operator)
        }
        AdminCommand::Fund(of) => (Request::post("fund", payment(of)), &of.operator),
        AdminCommand::Withdraw(of) => (Request::post("withdraw", payment(of)), &of.operator),
        AdminCommand::Fees(of) => {
            let body = json!({ "account": account(&of.account), "fee_tier": of.tier });
            let body = with_symbol(body, of.symbol.as_deref());
            (Request::post("fee_tier", body), &of.operator)
        }
        AdminCommand::Limits(of) => (limits(of), &of.operator),
        AdminCommand::Positions(of) => {
            let path = format!("/v1/admin/positions/{}", of.account);
            (Request::get(&path), &of.operator)
        }
        AdminCommand::Faults(command) => faults(command)?,
        AdminCommand::Bust(of) => {
            let mut body = json!({ "instrument": of.symbol, "trade_id": of.trade_id });
            if let Some(name) = &of.by {
                body["operator"] = json!(name);
            }
            (Request::post("bust", body), &of.operator)
        }
        AdminCommand::LogLevel(of) => {
            let body = json!({ "filter": of.filter });
            (Request::post("log_level", body), &of.operator)
        }
        AdminCommand::Ask(of) => {
            let body = of
                .body
                .as_deref()
                .map_or(Ok(Value::Null), serde_json::from_str);
            let body = body.map_err(|error| format!("JSON: {error}"))?;
            let request = Request {
                method: of.method.to_uppercase(),
                ..Request::post(of.verb.trim_start_matches('/'), body)
            };
            (request, &of.operator)
        }
    })
}

fn faults(command: &FaultsCommand) -> Result<(Request, &OperatorArgs), String> {
    Ok(match command {
        FaultsCommand::List(operator) => (Request::get("/v1/admin/faults"), operator),
        FaultsCommand::Load(of) => {
            let body = fault_plans::as_request(&of.file).map_err(|error| error.to_string())?;
            (Request::post("faults", body), &of.operator)
        }
        FaultsCommand::Clear(of) => {
            let body = match &of.name {
                Some(name) => json!({ "name": name }),
                None => json!({}),
            };
            (Request::post("faults/clear", body), &of.operator)
        }
    })
}

fn session(symbol: &str, state: &str) -> Request {
    Request::post("session", json!({ "symbol": symbol, "state": state }))
}

fn switch(of: &ScopeArgs, admission: &str) -> Request {
    let mut body = Map::new();
    body.insert("admission".to_owned(), json!(admission));
    let scope = match (&of.account, &of.symbol) {
        (Some(name), _) => {
            body.insert("account".to_owned(), account(name));
            "account"
        }
        (None, Some(_)) => "instrument",
        (None, None) => "exchange",
    };
    body.insert("scope".to_owned(), json!(scope));
    let body = with_symbol(Value::Object(body), of.symbol.as_deref());
    Request::post("admit", body)
}

fn with_symbol(mut body: Value, symbol: Option<&str>) -> Value {
    if let Some(symbol) = symbol {
        body["symbol"] = json!(symbol);
    }
    body
}

/// Without a limit it is a question.
fn limits(of: &LimitsArgs) -> Request {
    let named = named_limits(of);
    let Some(symbol) = &of.symbol else {
        return Request::get(&format!("/v1/admin/limits/{}", of.account));
    };
    if named.is_empty() && !of.none {
        return Request::get(&format!("/v1/admin/limits/{}/{symbol}", of.account));
    }
    let mut body = named;
    body.insert("account".to_owned(), account(&of.account));
    body.insert("symbol".to_owned(), json!(symbol));
    Request::post("limits", Value::Object(body))
}

fn named_limits(of: &LimitsArgs) -> Map<String, Value> {
    let mut named = Map::new();
    let rate = of.order_rate;
    let rate = rate.map(|[orders, ms]| json!({ "orders_max": orders, "window_ms": ms }));
    let ratio = of.order_to_trade.map(|[free, per_trade, ms]| {
        json!({ "orders_free": free, "orders_per_trade": per_trade, "window_ms": ms })
    });
    for (name, limit) in [
        (
            "quantity_max",
            of.quantity_max.as_ref().map(|text| json!(text)),
        ),
        (
            "notional_max",
            of.notional_max.as_ref().map(|text| json!(text)),
        ),
        (
            "price_band_percent",
            of.price_band_percent.as_ref().map(|text| json!(text)),
        ),
        (
            "open_orders_max",
            of.open_orders_max.map(|count| json!(count)),
        ),
        (
            "position_max",
            of.position_max.as_ref().map(|text| json!(text)),
        ),
        ("order_rate", rate),
        ("order_to_trade", ratio),
    ] {
        if let Some(limit) = limit {
            named.insert(name.to_owned(), limit);
        }
    }
    named
}

fn payment(of: &MoneyArgs) -> Value {
    json!({ "account": account(&of.account), "asset": of.asset, "amount": of.amount })
}

#[cfg(test)]
mod tests {
    //! Goal: each command is the request that docs/admin.md describes. Method: literal requests.

    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn asked(words: &[&str]) -> (String, String) {
        let words = ["rialto", "admin"].iter().chain(words);
        let Some(Command::Admin(command)) = Cli::parse_from(words).command else {
            panic!("it is a command of operators");
        };
        let (request, _) = request(&command).unwrap();
        (
            format!("{} {}", request.method, request.path),
            request.body.to_string(),
        )
    }

    #[test]
    fn each_command_is_its_request() {
        for (words, line, body) in [
            (&["status"][..], "GET /v1/status", "null"),
            (
                &["halt", "BTCUSDT"],
                "POST /v1/admin/session",
                r#"{"state":"halted","symbol":"BTCUSDT"}"#,
            ),
            (
                &["resume", "BTCUSDT"],
                "POST /v1/admin/session",
                r#"{"state":"continuous","symbol":"BTCUSDT"}"#,
            ),
            (
                &["kill"],
                "POST /v1/admin/admit",
                r#"{"admission":"killed","scope":"exchange"}"#,
            ),
            (
                &["cancel-only", "--symbol", "BTCUSDT"],
                "POST /v1/admin/admit",
                r#"{"admission":"cancel_only","scope":"instrument","symbol":"BTCUSDT"}"#,
            ),
            (
                &["open", "--account", "7"],
                "POST /v1/admin/admit",
                r#"{"account":7,"admission":"open","scope":"account"}"#,
            ),
            (
                &["fund", "alice", "BTC", "2.5"],
                "POST /v1/admin/fund",
                r#"{"account":"alice","amount":"2.5","asset":"BTC"}"#,
            ),
            (
                &["fees", "alice", "1"],
                "POST /v1/admin/fee_tier",
                r#"{"account":"alice","fee_tier":1}"#,
            ),
            (
                &["log-level", "debug"],
                "POST /v1/admin/log_level",
                r#"{"filter":"debug"}"#,
            ),
            (
                &["bust", "BTCUSDT", "3390", "--by", "desk"],
                "POST /v1/admin/bust",
                r#"{"instrument":"BTCUSDT","operator":"desk","trade_id":3390}"#,
            ),
            (&["reload"], "POST /v1/admin/reload", "{}"),
            (&["reset"], "POST /v1/admin/reset", "{}"),
            (
                &[
                    "limits",
                    "alice",
                    "BTCUSDT",
                    "--quantity-max",
                    "2",
                    "--order-rate",
                    "100/1000",
                    "--order-to-trade",
                    "50/10/60000",
                ],
                "POST /v1/admin/limits",
                r#"{"account":"alice","order_rate":{"orders_max":100,"window_ms":1000},"order_to_trade":{"orders_free":50,"orders_per_trade":10,"window_ms":60000},"quantity_max":"2","symbol":"BTCUSDT"}"#,
            ),
            (
                &["limits", "7", "BTCUSDT", "--none"],
                "POST /v1/admin/limits",
                r#"{"account":7,"symbol":"BTCUSDT"}"#,
            ),
            (
                &["limits", "7", "BTCUSDT"],
                "GET /v1/admin/limits/7/BTCUSDT",
                "null",
            ),
            (&["limits", "alice"], "GET /v1/admin/limits/alice", "null"),
            (
                &["positions", "alice"],
                "GET /v1/admin/positions/alice",
                "null",
            ),
            (
                &["ask", "get", "positions/alice"],
                "GET /v1/admin/positions/alice",
                "null",
            ),
        ] {
            assert_eq!(
                asked(words),
                (line.to_owned(), body.to_owned()),
                "{words:?}"
            );
        }
    }
}
