//! `rpc.discover`: the command list as an OpenRPC document.

use serde_json::{Value, json};

use crate::command::descriptions;

/// The document (OpenRPC 1.3). Parameters are one object, whose fields are listed by name.
#[must_use]
pub fn document() -> Value {
    let methods: Vec<Value> = descriptions()
        .into_iter()
        .map(|command| {
            json!({
                "name": command.name,
                "summary": command.summary,
                "paramStructure": "by-name",
                "params": params(&command.params.to_value()),
                "result": { "name": "result", "schema": command.result },
            })
        })
        .collect();
    json!({
        "openrpc": "1.3.2",
        "info": {
            "title": "Pipit",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Commands of a Pipit client. After events.subscribe, notifications named \
                            \"event\" follow.",
        },
        "methods": methods,
    })
}

fn params(schema: &Value) -> Vec<Value> {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let Some(fields) = schema["properties"].as_object() else {
        return Vec::new();
    };
    fields
        .iter()
        .map(|(name, schema)| {
            json!({ "name": name, "required": required.contains(&&name[..]), "schema": schema })
        })
        .collect()
}
