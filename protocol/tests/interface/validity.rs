//! Whether a document holds together, and whether a value fits a schema: as much of JSON Schema as the documents use.

use serde_json::Value;

/// The references of a document that lead nowhere.
pub fn unresolved(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look(document, document, &mut found);
    found
}

fn look(document: &Value, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                let target = reference.strip_prefix('#').map(|it| document.pointer(it));
                if target.flatten().is_none() {
                    found.push(reference.clone());
                }
            }
            for value in fields.values() {
                look(document, value, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|it| look(document, it, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Why the value does not fit the schema.
pub fn fault(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#'));
        return fault(
            document,
            target.expect("a reference leads somewhere"),
            value,
        );
    }
    let all = schema["allOf"].as_array().map_or(&[][..], |it| it);
    if let Some(found) = all.iter().find_map(|one| fault(document, one, value)) {
        return Some(found);
    }
    if let Some(wanted) = schema.get("const")
        && wanted != value
    {
        return Some(format!("{value} is not {wanted}"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
        && value != "other"
    {
        return Some(format!("{value} is none of {words:?}"));
    }
    let is_fit = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("array") => return list_fault(document, schema, value),
        Some("object") => return object_fault(document, schema, value),
        Some(other) => panic!("`{other}` is no type that the documents use"),
        None => true,
    };
    (!is_fit).then(|| format!("{value} is not of type {}", schema["type"]))
}

fn list_fault(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    let Some(elements) = value.as_array() else {
        return Some(format!("{value} is no list"));
    };
    let length = u64::try_from(elements.len()).expect("a length");
    let is_fit = schema["minItems"].as_u64().is_none_or(|it| length >= it)
        && schema["maxItems"].as_u64().is_none_or(|it| length <= it);
    if !is_fit {
        return Some(format!("{value} is too short or too long"));
    }
    let places = schema["prefixItems"].as_array().map_or(&[][..], |it| it);
    elements.iter().enumerate().find_map(|(place, element)| {
        let schema = places.get(place).unwrap_or(&schema["items"]);
        fault(document, schema, element)
    })
}

fn object_fault(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    let Some(fields) = value.as_object() else {
        return Some(format!("{value} is no object"));
    };
    let required = schema["required"].as_array().map_or(&[][..], |it| it);
    if let Some(missing) = required
        .iter()
        .filter_map(Value::as_str)
        .find(|name| !fields.contains_key(*name))
    {
        return Some(format!("`{missing}` is missing"));
    }
    fields.iter().find_map(|(name, value)| {
        match schema["properties"].get(name) {
            Some(property) => fault(document, property, value),
            None if schema["additionalProperties"] == false => Some(format!("`{name}` is unknown")),
            None => None,
        }
        .map(|found| format!("{name}: {found}"))
    })
}
