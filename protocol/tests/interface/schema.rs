//! From samples and rows to a JSON schema.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    BatchMode, CandleInterval, Channel, ChildStart, ClockMode, Delivery, ErrorCode, Frames,
    GoingAwayReason, Liquidity, OcoMode, OnCancelFailure, OnDisconnect, OnLag, OrderChangeKind,
    OrderStatus, OrderType, PegReference, PostOnly, Priority, Reason, ReportKind,
    SelfTradePrevention, Side, TradingState, TriggerSource,
};
use serde_json::{Map, Value, json};

use crate::document::{Row, Section};

/// Each enumeration of words, by name.
pub fn words() -> BTreeMap<&'static str, Vec<&'static str>> {
    macro_rules! all {
        ($($name:ident),+) => {
            [$((stringify!($name), $name::ALL.iter().map(|word| word.word()).collect())),+]
        };
    }
    let mut words = BTreeMap::from(all!(
        BatchMode,
        CandleInterval,
        Channel,
        ChildStart,
        ClockMode,
        Delivery,
        ErrorCode,
        Frames,
        GoingAwayReason,
        Liquidity,
        OcoMode,
        OnCancelFailure,
        OnDisconnect,
        OnLag,
        OrderChangeKind,
        OrderStatus,
        OrderType,
        PegReference,
        PostOnly,
        Priority,
        Reason,
        ReportKind,
        SelfTradePrevention,
        Side,
        TradingState,
        TriggerSource
    ));
    // The words of an order's life that stand for a choice of the crate's types, not for an enumeration.
    let lives = [
        "GTC", "IOC", "FOK", "GTD", "DAY", "OPG", "ATC", "GFA", "GFC",
    ];
    words.insert("TimeInForce", lives.to_vec());
    words
}

/// What all schemas refer to: the words, and the values of the chapter *Values*.
pub fn shared() -> Map<String, Value> {
    let mut shared = Map::new();
    for (name, words) in words() {
        let words: Vec<_> = words.into_iter().filter(|word| *word != "other").collect();
        shared.insert(name.to_owned(), json!({"type": "string", "enum": words}));
    }
    let values = [
        (
            "Decimal",
            json!({"type": "string", "maxLength": 40, "pattern": "^-?[0-9]+(\\.[0-9]+)?$",
                "description": "exact; never a float"}),
        ),
        (
            "Id",
            json!({"type": "integer", "minimum": 0, "description": "below 2^53 where the exchange gives it"}),
        ),
        (
            "Time",
            json!({"type": "integer", "minimum": 0, "description": "whole microseconds since 1970-01-01 UTC"}),
        ),
        (
            "Symbol",
            json!({"type": "string", "pattern": "^[A-Za-z0-9_.:/-]{1,20}$"}),
        ),
        (
            "ClientOrderId",
            json!({"type": "string", "pattern": "^[A-Za-z0-9_.:/-]{1,36}$"}),
        ),
    ];
    for (name, value) in values {
        shared.insert(name.to_owned(), value);
    }
    shared
}

pub fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The schema of a request or of a message, by its samples and its section.
pub fn payload(samples: &[Value], section: &Section) -> Value {
    let objects: Vec<&Map<String, Value>> = samples.iter().filter_map(Value::as_object).collect();
    let mut schema = object(&objects, Some(section));
    let is_request = objects[0].contains_key("op");
    let tag = if is_request { "op" } else { "type" };
    schema["properties"][tag] = json!({"const": objects[0][tag]});
    if is_request {
        schema["properties"]["id"] = json!({"type": "integer", "minimum": 0});
        // The exchange is strict; what it says itself may come to have more.
        schema["additionalProperties"] = json!(false);
    } else if !objects.iter().all(|object| !object.contains_key("request")) {
        schema["properties"]["request"] = json!({"type": "integer", "minimum": 0});
    }
    schema["description"] = json!(section.about);
    schema
}

/// Fields of objects within messages that are absent where they have no value; their samples have them all.
const OPTIONAL_WITHIN: [&str; 19] = [
    "ask_price",
    "ask_quantity",
    "average_price",
    "bid_price",
    "bid_quantity",
    "busted_at_us",
    "client_order_id",
    "expire_at_us",
    "order_id",
    "previous_close",
    "price",
    "price_before",
    "quantity",
    "quote_amount",
    "reason",
    "text",
    "unrealized_at_last",
    "unrealized_at_mid",
    "waiting",
];

fn object(samples: &[&Map<String, Value>], section: Option<&Section>) -> Value {
    let names: BTreeSet<&String> = samples.iter().flat_map(|sample| sample.keys()).collect();
    let mut properties = Map::new();
    let mut required = Vec::new();
    for name in names {
        let values: Vec<&Value> = samples.iter().filter_map(|it| it.get(name)).collect();
        let row = section.and_then(|section| section.rows.get(name));
        let is_optional = match section {
            Some(_) => row.is_some_and(|row| row.kind.contains("optional")),
            None => OPTIONAL_WITHIN.contains(&name.as_str()),
        };
        if values.len() == samples.len() && !is_optional && name != "request" && name != "id" {
            required.push(name.clone());
        }
        properties.insert(name.clone(), property(name, &values, row));
    }
    json!({"type": "object", "properties": properties, "required": required})
}

fn property(name: &str, values: &[&Value], row: Option<&Row>) -> Value {
    let Some(row) = row else {
        return inferred(name, values);
    };
    let kind = row.kind.trim_end_matches(", optional");
    let mut schema = match kind {
        "decimal" => reference("Decimal"),
        "id" => reference("Id"),
        "time" => reference("Time"),
        "symbol" => reference("Symbol"),
        "client order id" => reference("ClientOrderId"),
        "text" => json!({"type": "string"}),
        "number" => json!({"type": "integer", "minimum": 0}),
        "word" => word(name, values),
        _ => inferred(name, values),
    };
    if schema.get("$ref").is_none() {
        schema["description"] = json!(row.meaning);
        return schema;
    }
    json!({"allOf": [schema], "description": row.meaning})
}

/// The enumeration of which these are words: the one with exactly these, else the only one that has them all.
fn word(name: &str, values: &[&Value]) -> Value {
    let seen: BTreeSet<&str> = values.iter().filter_map(|value| value.as_str()).collect();
    let all = words();
    let holds = |words: &[&str]| seen.iter().all(|word| words.contains(word));
    // `on_disconnect` is an `OnDisconnect`, whatever other words it could be.
    let namesake = all
        .iter()
        .find(|(of, _)| of.to_lowercase() == name.replace('_', ""));
    if let Some((found, words)) = namesake
        && holds(words)
    {
        return reference(found);
    }
    let is_same = |words: &[&str]| {
        holds(words) && words.iter().filter(|word| **word != "other").count() == seen.len()
    };
    let exact = all.iter().find(|(_, words)| is_same(words));
    let fitting: Vec<_> = all.iter().filter(|(_, words)| holds(words)).collect();
    match (exact, fitting.as_slice()) {
        (Some((found, _)), _) => reference(found),
        (None, [(found, _)]) => reference(found),
        (None, found) => panic!("`{name}`: which enumeration has {seen:?}? {found:?}"),
    }
}

fn inferred(name: &str, values: &[&Value]) -> Value {
    if values.iter().all(|value| value.is_boolean()) {
        return json!({"type": "boolean"});
    }
    if values.iter().all(|value| value.is_u64()) {
        return match name {
            _ if name.ends_with("_us") => reference("Time"),
            _ if name.ends_with("_id") => reference("Id"),
            _ => json!({"type": "integer", "minimum": 0}),
        };
    }
    if let Some(texts) = all_of(values, Value::as_str) {
        return text(name, values, &texts);
    }
    if let Some(lists) = all_of(values, Value::as_array) {
        return list(name, &lists);
    }
    let objects = all_of(values, Value::as_object)
        .unwrap_or_else(|| panic!("`{name}` is of several kinds: {values:?}"));
    object(&objects, None)
}

fn all_of<'a, T: ?Sized>(
    values: &[&'a Value],
    read: impl Fn(&'a Value) -> Option<&'a T>,
) -> Option<Vec<&'a T>> {
    values.iter().map(|value| read(value)).collect()
}

fn text(name: &str, values: &[&Value], texts: &[&str]) -> Value {
    let is_decimal = |text: &&str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        digits.starts_with(|first: char| first.is_ascii_digit())
            && digits.chars().all(|it| it.is_ascii_digit() || it == '.')
    };
    match name {
        "symbol" | "symbols" => reference("Symbol"),
        "client_order_id" => reference("ClientOrderId"),
        "side" | "kind" | "change" => word(name, values),
        _ if texts.iter().all(is_decimal) => reference("Decimal"),
        _ => json!({"type": "string"}),
    }
}

fn list(name: &str, lists: &[&Vec<Value>]) -> Value {
    let elements: Vec<&Value> = lists.iter().flat_map(|list| list.iter()).collect();
    assert!(!elements.is_empty(), "no sample of `{name}` has an element");
    let Some(tuples) = all_of(&elements, Value::as_array) else {
        return json!({"type": "array", "items": inferred(name, &elements)});
    };
    // Levels and orders of a book: so many things of a kind each.
    let length = tuples[0].len();
    assert!(
        tuples.iter().all(|tuple| tuple.len() == length),
        "`{name}`: its lists differ in length"
    );
    let places: Vec<Value> = (0..length)
        .map(|place| {
            let values: Vec<&Value> = tuples.iter().map(|tuple| &tuple[place]).collect();
            inferred("", &values)
        })
        .collect();
    let tuple =
        json!({"type": "array", "prefixItems": places, "minItems": length, "maxItems": length});
    json!({"type": "array", "items": tuple})
}
