//! Every effective value of the configuration, and where it was written.

use serde::Serialize;

use crate::config::tree::{Entry, Node, row_name_of};

/// What is shown in place of a secret.
const HIDDEN: &str = "\"(secret)\"";
/// Keys whose values are secrets.
const SECRETS: [&str; 1] = ["secret"];

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownValue {
    /// Its key, with dots; rows of lists by their names.
    pub key: String,
    /// As it would be written.
    pub value: String,
    /// A file and line, an environment variable or a flag.
    pub from: String,
}

/// Every value, in the order of the alphabet.
pub fn values(tree: &Entry) -> Vec<ShownValue> {
    let mut values = Vec::new();
    collect(tree, "", None, &mut values);
    values
}

fn collect(entry: &Entry, path: &str, row_name: Option<&str>, values: &mut Vec<ShownValue>) {
    match &entry.node {
        Node::Table(table) if !table.is_empty() => {
            for (key, below) in table {
                collect(below, &joined(path, key), row_name_of(key), values);
            }
        }
        Node::List(rows) if row_name.is_some() && !rows.is_empty() => {
            for (row, number) in rows.iter().zip(1_u32..) {
                let name = row_name.and_then(|name| row.text(name));
                let name = name.map_or_else(|| number.to_string(), str::to_owned);
                collect(row, &joined(path, &name), None, values);
            }
        }
        Node::Table(_)
        | Node::List(_)
        | Node::Text(_)
        | Node::Integer(_)
        | Node::Fraction(_)
        | Node::Boolean(_) => values.push(ShownValue {
            key: path.to_owned(),
            value: written(entry, path),
            from: entry.place.to_string(),
        }),
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn written(entry: &Entry, path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or_default();
    if SECRETS.contains(&last) {
        return HIDDEN.to_owned();
    }
    match &entry.node {
        Node::Table(table) => {
            let pairs: Vec<String> = table
                .iter()
                .map(|(key, below)| format!("{key} = {}", written(below, key)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Node::List(rows) => {
            let rows: Vec<String> = rows.iter().map(|row| written(row, "")).collect();
            format!("[{}]", rows.join(", "))
        }
        Node::Text(_) | Node::Integer(_) | Node::Fraction(_) | Node::Boolean(_) => {
            entry.written().unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_says_where_it_is_from_and_a_secret_does_not_show() {
        let mut tree = Entry::parse(
            "lower",
            "a = 1\n[[account]]\nname = \"x\"\nsecret = \"s3\"\nlist = [1, \"b\"]\n",
        )
        .unwrap();
        tree.overlay(Entry::parse("upper", "\na = 2\n").unwrap());

        let shown: Vec<String> = values(&tree)
            .iter()
            .map(|value| format!("{} = {} # {}", value.key, value.value, value.from))
            .collect();

        assert_eq!(
            shown,
            [
                "a = 2 # upper:2",
                "account.x.list = [1, \"b\"] # lower:5",
                "account.x.name = \"x\" # lower:3",
                "account.x.secret = \"(secret)\" # lower:4",
            ]
        );
    }
}
