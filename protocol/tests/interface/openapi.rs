//! The HTTP beside the WebSocket, as an `OpenAPI` 3.1 document.

use serde_json::{Map, Value, json};

use crate::document::Document;
use crate::samples::Samples;
use crate::schema::{payload, reference, shared};

/// A path that answers `GET`.
struct Route {
    path: &'static str,
    /// Name and kind of what may stand behind the question mark; a `*` behind a name: it must be there.
    query: &'static [(&'static str, Kind)],
    /// The name of its schema.
    answer: &'static str,
    access: Access,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Everybody,
    /// With the account's key as a bearer token.
    Account,
}

/// What a field is.
#[derive(Clone, Copy)]
enum Kind {
    Number,
    Flag,
    Text,
    /// A schema with this name.
    Named(&'static str),
    /// A list of a schema with this name.
    List(&'static str),
    /// Anything; it is for people.
    Free,
}

use Kind::{Flag, Free, List, Named, Number, Text};

const PAGE: &[(&str, Kind)] = &[
    ("count", Number),
    ("from_id", Named("Id")),
    ("from_us", Named("Time")),
    ("to_us", Named("Time")),
    ("order_id", Named("Id")),
];
const ORDERS_PAGE: &[(&str, Kind)] = &[
    ("count", Number),
    ("from_id", Named("Id")),
    ("from_us", Named("Time")),
    ("to_us", Named("Time")),
    ("order_id", Named("Id")),
    ("open", Flag),
];

#[rustfmt::skip]
const PATHS: &[Route] = &[
    Route { path: "/healthz", query: &[], answer: "Health", access: Access::Everybody },
    Route { path: "/health/ready", query: &[], answer: "Health", access: Access::Everybody },
    Route { path: "/health/live", query: &[], answer: "Health", access: Access::Everybody },
    Route { path: "/v1/performance", query: &[], answer: "Performance", access: Access::Everybody },
    Route { path: "/v1/asyncapi.json", query: &[], answer: "Document", access: Access::Everybody },
    Route { path: "/v1/openapi.json", query: &[], answer: "Document", access: Access::Everybody },
    Route { path: "/v1/instruments", query: &[], answer: "Instruments", access: Access::Everybody },
    Route { path: "/v1/depth/{symbol}", query: &[("levels", Number)], answer: "DepthSnapshot", access: Access::Everybody },
    Route { path: "/v1/orders/{symbol}", query: &[], answer: "OrdersSnapshot", access: Access::Everybody },
    Route { path: "/v1/trades/{symbol}", query: &[("count", Number)], answer: "Trades", access: Access::Everybody },
    Route { path: "/v1/candles/{symbol}", query: &[("interval*", Named("Interval")), ("count", Number), ("from_us", Named("Time")), ("to_us", Named("Time"))], answer: "Candles", access: Access::Everybody },
    Route { path: "/v1/statistics/{symbol}", query: &[], answer: "StatisticsAnswer", access: Access::Everybody },
    Route { path: "/v1/account/orders/{symbol}", query: ORDERS_PAGE, answer: "OrderRecords", access: Access::Account },
    Route { path: "/v1/account/executions/{symbol}", query: PAGE, answer: "ExecutionRecords", access: Access::Account },
    Route { path: "/v1/account/amendments/{symbol}", query: PAGE, answer: "AmendmentRecords", access: Access::Account },
    Route { path: "/v1/account/prevented/{symbol}", query: PAGE, answer: "PreventedRecords", access: Access::Account },
];

/// Fields of each object; a `?` behind a name: it may be absent, a `!`: it may be null.
type Object = (&'static str, &'static [(&'static str, Kind)]);

#[rustfmt::skip]
const OBJECTS: &[Object] = &[
    ("Refusal", &[("error", Text), ("text", Text)]),
    ("Health", &[("status", Named("Condition"))]),
    ("Performance", &[("version", Text), ("condition", Named("Condition")), ("uptime_s", Number), ("clock", Named("ClockMode")), ("epoch", Number), ("at_us", Named("Time")), ("sessions", Number), ("in_flight", Number), ("gateway", Free), ("rejects", Free), ("matchers", Free), ("stages", Free), ("journal_sync", Free), ("recovery", Free)]),
    ("Instruments", &[("instruments", List("InstrumentTerms"))]),
    ("Trades", &[("trades", List("Trade"))]),
    ("Candles", &[("symbol", Named("Symbol")), ("interval", Named("Interval")), ("candles", List("Candle"))]),
    ("Candle", &[("start_us", Named("Time")), ("end_us", Named("Time")), ("open", Named("Decimal")), ("high", Named("Decimal")), ("low", Named("Decimal")), ("close", Named("Decimal")), ("volume", Named("Decimal")), ("quote_volume", Named("Decimal")), ("taker_buy_volume", Named("Decimal")), ("taker_buy_quote_volume", Named("Decimal")), ("trades", Number), ("auction_trades", Number), ("auction_volume", Named("Decimal")), ("is_closed", Flag)]),
    ("StatisticsAnswer", &[("symbol", Named("Symbol")), ("statistics!", Named("Statistics"))]),
    ("Statistics", &[("from_us", Named("Time")), ("to_us", Named("Time")), ("open", Named("Decimal")), ("high", Named("Decimal")), ("low", Named("Decimal")), ("last", Named("Decimal")), ("last_quantity", Named("Decimal")), ("previous_close?", Named("Decimal")), ("volume", Named("Decimal")), ("quote_volume", Named("Decimal")), ("average_price?", Named("Decimal")), ("trades", Number), ("first_trade_id", Named("Id")), ("last_trade_id", Named("Id"))]),
    ("OrderRecords", &[("symbol", Named("Symbol")), ("records", List("OrderRecord")), ("next_from_id?", Named("Id"))]),
    ("OrderRecord", &[("order_id", Named("Id")), ("client_order_id?", Named("ClientOrderId")), ("side", Named("Side")), ("price?", Named("Decimal")), ("quantity?", Named("Decimal")), ("quote_amount?", Named("Decimal")), ("filled_quantity", Named("Decimal")), ("filled_quote", Named("Decimal")), ("status", Named("OrderStatus")), ("reason?", Named("Reason")), ("canceled_quantity", Named("Decimal")), ("prevented_quantity", Named("Decimal")), ("replace_count", Number), ("entered_at_us", Named("Time")), ("updated_at_us", Named("Time"))]),
    ("ExecutionRecords", &[("symbol", Named("Symbol")), ("records", List("ExecutionRecord")), ("next_from_id?", Named("Id"))]),
    ("ExecutionRecord", &[("trade_id", Named("Id")), ("order_id", Named("Id")), ("client_order_id?", Named("ClientOrderId")), ("side", Named("Side")), ("price", Named("Decimal")), ("quantity", Named("Decimal")), ("liquidity", Named("Liquidity")), ("leaves_quantity", Named("Decimal")), ("fee_units", Named("Decimal")), ("fee_asset", Text), ("seq", Number), ("k", Number), ("at_us", Named("Time"))]),
    ("AmendmentRecords", &[("symbol", Named("Symbol")), ("records", List("AmendmentRecord")), ("next_from_id?", Named("Id"))]),
    ("AmendmentRecord", &[("order_id", Named("Id")), ("price_before?", Named("Decimal")), ("price", Named("Decimal")), ("quantity_before", Named("Decimal")), ("quantity", Named("Decimal")), ("priority", Named("Priority")), ("replace_count", Number), ("seq", Number), ("k", Number), ("at_us", Named("Time"))]),
    ("PreventedRecords", &[("symbol", Named("Symbol")), ("records", List("PreventedRecord")), ("next_from_id?", Named("Id"))]),
    ("PreventedRecord", &[("prevented_id", Named("Id")), ("taker_order_id", Named("Id")), ("maker_order_id", Named("Id")), ("taker_side", Named("Side")), ("price", Named("Decimal")), ("quantity", Named("Decimal")), ("taker_prevented_quantity", Named("Decimal")), ("maker_prevented_quantity", Named("Decimal")), ("seq", Number), ("k", Number), ("at_us", Named("Time"))]),
];

const INTERVALS: [&str; 16] = [
    "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w",
    "1M",
];

/// The whole document.
pub fn document(document: &Document, samples: &Samples) -> Value {
    let mut schemas = shared();
    for (name, message) in [
        ("DepthSnapshot", "depth_snapshot"),
        ("OrdersSnapshot", "orders_snapshot"),
        ("Trade", "trade"),
        ("Hello", "hello"),
    ] {
        let section = document.section("Messages", message);
        schemas.insert(name.to_owned(), payload(samples.of(message), &section));
    }
    let terms = schemas["Hello"]["properties"]["instruments"]["items"].clone();
    schemas.insert("InstrumentTerms".to_owned(), terms);
    schemas.remove("Hello");
    schemas.insert(
        "Interval".to_owned(),
        json!({"type": "string", "enum": INTERVALS}),
    );
    let conditions = ["ok", "low_disk", "recovering", "stopping", "halted"];
    schemas.insert(
        "Condition".to_owned(),
        json!({"type": "string", "enum": conditions}),
    );
    schemas.insert("Document".to_owned(), json!({"type": "object"}));
    for (name, fields) in OBJECTS {
        schemas.insert((*name).to_owned(), object(fields));
    }
    let chapter = document.chapter("HTTP");
    let paths: Map<String, Value> = PATHS
        .iter()
        .map(|path| (path.path.to_owned(), json!({"get": get(path, chapter)})))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The HTTP of Rialto",
            "version": format!("{}.0.0", protocol::PROTOCOL_VERSION),
            "description": "For a look without a WebSocket. docs/protocol.md tells more; the verbs of operators are in docs/admin.md.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"}
        },
        "servers": [{"url": "http://127.0.0.1:9080"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"account_key": {"type": "http", "scheme": "bearer", "description": "a key of the account, from the same machine"}}
        }
    })
}

fn get(path: &Route, chapter: &str) -> Value {
    // Without what may follow its path in the table.
    let row = chapter
        .lines()
        .find(|line| line.contains(&format!("`GET {}", path.path)))
        .unwrap_or_else(|| panic!("docs/protocol.md has no row for GET {}", path.path));
    let summary = row.split(" | ").nth(1).unwrap_or_default();
    let mut parameters = Vec::new();
    if path.path.contains("{symbol}") {
        parameters.push(json!({"name": "symbol", "in": "path", "required": true, "schema": reference("Symbol")}));
    }
    for (name, kind) in path.query {
        let required = name.ends_with('*');
        let name = name.trim_end_matches('*');
        parameters.push(
            json!({"name": name, "in": "query", "required": required, "schema": kind.schema()}),
        );
    }
    let refusal = |about: &str| json!({"description": about, "content": {"application/json": {"schema": reference("Refusal")}}});
    let mut responses = json!({
        "200": {"description": "what was asked for", "content": {"application/json": {"schema": reference(path.answer)}}}
    });
    if path.path.contains("{symbol}") {
        responses["404"] = refusal("`unknown_symbol`");
    }
    if !path.query.is_empty() {
        responses["400"] = refusal("`bad_query`");
    }
    if path.answer == "Health" && path.path != "/health/live" {
        responses["503"] = json!({"description": "it takes no commands", "content": {"application/json": {"schema": reference("Health")}}});
    }
    let name: Vec<&str> = path
        .path
        .split(['/', '.'])
        .filter(|part| !part.is_empty() && !["v1", "{symbol}", "json"].contains(part))
        .collect();
    let mut operation = json!({
        "operationId": format!("get_{}", name.join("_")),
        "summary": summary.trim_end_matches(" |"),
        "parameters": parameters,
        "responses": responses
    });
    if path.access == Access::Account {
        operation["security"] = json!([{"account_key": []}]);
        operation["responses"]["401"] = refusal("`bad_key`");
    }
    operation
}

fn object(fields: &[(&str, Kind)]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, kind) in fields {
        let plain = name.trim_end_matches(['?', '!']);
        if !name.ends_with('?') {
            required.push(plain);
        }
        let schema = if name.ends_with('!') {
            json!({"anyOf": [kind.schema(), {"type": "null"}]})
        } else {
            kind.schema()
        };
        properties.insert(plain.to_owned(), schema);
    }
    json!({"type": "object", "properties": properties, "required": required})
}

impl Kind {
    fn schema(self) -> Value {
        match self {
            Self::Number => json!({"type": "integer", "minimum": 0}),
            Self::Flag => json!({"type": "boolean"}),
            Self::Text => json!({"type": "string"}),
            Self::Named(name) => reference(name),
            Self::List(name) => json!({"type": "array", "items": reference(name)}),
            Self::Free => json!({}),
        }
    }
}
