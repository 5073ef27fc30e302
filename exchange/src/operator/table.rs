//! Answers of the admin port for people: what stands alone in a line, lists as tables.

use serde_json::{Map, Value};

/// What a row is about comes first, in this order; everything else follows by its name.
const FIRST: [&str; 5] = ["account", "name", "id", "symbol", "asset"];

/// An answer as lines.
pub fn lines(answer: &Value) -> Vec<String> {
    let Value::Object(fields) = answer else {
        return vec![words(answer)];
    };
    let mut alone = Map::new();
    let mut lists: Vec<Vec<Row>> = Vec::new();
    for (name, value) in fields {
        match rows_of(value) {
            Some(rows) => lists.push(rows),
            None => {
                alone.insert(name.clone(), value.clone());
            }
        }
    }
    let mut lines = Vec::new();
    // A table whose rows are about something needs to know what.
    if let ([rows], true) = (&mut lists[..], alone.len() <= 2 && !alone.is_empty()) {
        for row in rows.iter_mut() {
            for (name, value) in &alone {
                row.entry(name.clone()).or_insert_with(|| words(value));
            }
        }
    }
    let is_told = |rows: &Vec<Row>| {
        rows.iter()
            .any(|row| alone.keys().all(|key| row.contains_key(key)))
    };
    if !alone.is_empty() && !lists.iter().any(is_told) {
        lines.push(words(&Value::Object(alone)));
    }
    for rows in lists {
        lines.extend(table(&rows));
    }
    lines
}

/// Column to text.
type Row = std::collections::BTreeMap<String, String>;

/// The rows of a list of objects; a list within an element makes a row of each of its elements. `None` where it is no
/// such list.
fn rows_of(value: &Value) -> Option<Vec<Row>> {
    let elements = value.as_array()?;
    let mut rows = Vec::new();
    for element in elements {
        let fields = element.as_object()?;
        let mut alone = Row::new();
        let mut inner: Vec<Row> = Vec::new();
        for (name, value) in fields {
            let is_list_of_words = value
                .as_array()
                .is_some_and(|elements| elements.iter().any(|one| !one.is_object()));
            match rows_of(value) {
                Some(rows) if !is_list_of_words => inner.extend(rows),
                Some(_) | None => {
                    alone.insert(name.clone(), words(value));
                }
            }
        }
        if inner.is_empty() {
            rows.push(alone);
            continue;
        }
        rows.extend(inner.into_iter().map(|mut row| {
            row.extend(alone.clone());
            row
        }));
    }
    Some(rows)
}

/// Rows under one another, with a line that names the columns; numbers end at the same place.
fn table(rows: &[Row]) -> Vec<String> {
    let mut columns: Vec<&str> = Vec::new();
    for row in rows {
        for name in row.keys() {
            if !columns.contains(&name.as_str()) {
                columns.push(name);
            }
        }
    }
    let place = |name: &str| FIRST.iter().position(|first| *first == name);
    columns.sort_by_key(|name| (place(name).unwrap_or(FIRST.len()), *name));
    let width = |column: &&str| {
        let cells = rows.iter().filter_map(|row| row.get(*column));
        let widest = cells.map(|cell| cell.chars().count()).max();
        widest.unwrap_or(0).max(column.len())
    };
    let widths: Vec<usize> = columns.iter().map(width).collect();
    let line = |cells: Vec<&str>| {
        let cells = cells.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| {
                if cell.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            })
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    if rows.is_empty() {
        return vec!["none".to_owned()];
    }
    let mut lines = vec![line(columns.clone())];
    lines.extend(rows.iter().map(|row| {
        let cells = columns.iter();
        line(
            cells
                .map(|column| row.get(*column).map_or("", String::as_str))
                .collect(),
        )
    }));
    lines
}

fn words(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let words: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name} {}", words(value)))
                .collect();
            words.join(" · ")
        }
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(words).collect();
            elements.join(", ")
        }
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    //! Goal: whoever reads an answer finds a row under its columns. Method: literal answers and their lines.

    use serde_json::json;

    use super::lines;

    #[test]
    fn each_balance_is_a_row_of_its_account() {
        let answer = json!({"accounts": [
            {"account": 1, "name": "alice", "balances": [{"asset": "BTC", "total": "10.5"}, {"asset": "USDT", "total": "7"}]},
            {"account": 20, "balances": []},
        ]});

        assert_eq!(
            lines(&answer),
            [
                "account  name   asset  total",
                "      1  alice  BTC     10.5",
                "      1  alice  USDT       7",
                "     20",
            ]
        );
    }

    #[test]
    fn what_stands_alone_is_a_line_and_words_stay_together() {
        assert_eq!(
            lines(&json!({"applied": true, "seq": 4, "at_us": 5})),
            ["applied true · at_us 5 · seq 4"]
        );
        let keys =
            json!({"keys": [{"id": "desk", "account": 1, "permissions": ["read", "trade"]}]});
        assert_eq!(
            lines(&keys),
            ["account  id    permissions", "      1  desk  read, trade"]
        );
        assert_eq!(lines(&json!({"keys": []})), ["none"]);
    }

    #[test]
    fn a_table_about_one_account_names_it_in_each_row() {
        let answer = json!({"account": 3, "positions": [{"symbol": "BTCUSDT", "position": "-1"}]});

        assert_eq!(
            lines(&answer),
            ["account  symbol   position", "      3  BTCUSDT        -1"]
        );
        let none = json!({"account": 3, "positions": []});
        assert_eq!(lines(&none), ["account 3", "none"]);
    }
}
