//! JSON-RPC 2.0 on one line of text: the same for stdin, a WebSocket, and the fuzz tests.
//!
//! A request without an id is a notification and is not answered; batches are not supported.

use serde_json::{Value, json};

use crate::api::Api;
use crate::error::{ErrorCode, RpcError};
use crate::event::NumberedEvent;

/// Longest line that is read: the largest message, escaped, with room around it.
pub const LINE_LEN_MAX: usize = 512 * 1024;

/// A request that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What the answer repeats; `None`: none is wanted.
    pub id: Option<Value>,
    /// The command.
    pub method: String,
    /// Its parameters.
    pub params: Value,
}

/// Reads one line.
///
/// # Errors
/// The answer to give instead, as JSON.
pub fn read(line: &str) -> Result<Request, Value> {
    let refuse = |id: &Value, number: i32, words: &str| {
        let mut error = RpcError::new(ErrorCode::BadRequest, words);
        error.code = number;
        Err(failed(id, &error))
    };
    if line.len() > LINE_LEN_MAX {
        return refuse(
            &Value::Null,
            -32600,
            "The line is longer than 512 KiB; send less at once.",
        );
    }
    let Ok(value) = serde_json::from_str::<Value>(line) else {
        return refuse(
            &Value::Null,
            -32700,
            "The line is not JSON; send one JSON-RPC request a line.",
        );
    };
    let Value::Object(mut fields) = value else {
        return refuse(
            &Value::Null,
            -32600,
            "A request is one JSON object; batches are not supported.",
        );
    };
    let id = fields.remove("id");
    let shown_id = match &id {
        None => Value::Null,
        Some(id @ (Value::String(_) | Value::Number(_) | Value::Null)) => id.clone(),
        Some(_) => return refuse(&Value::Null, -32600, "An id is a string or a number."),
    };
    if fields.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return refuse(&shown_id, -32600, "A request says \"jsonrpc\": \"2.0\".");
    }
    let Some(Value::String(method)) = fields.remove("method") else {
        return refuse(&shown_id, -32600, "A request names its method.");
    };
    let params = fields.remove("params").unwrap_or(Value::Null);
    if !(params.is_null() || params.is_object()) {
        return refuse(&shown_id, -32602, "Parameters are one JSON object.");
    }
    Ok(Request { id, method, params })
}

/// Runs a request; answers the response, or nothing for a notification.
pub async fn run(api: &Api, request: Request) -> Option<Value> {
    let answer = api.call(&request.method, request.params).await;
    let id = request.id?;
    Some(match answer {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => failed(&id, &error),
    })
}

/// The notification that carries an event.
#[must_use]
pub fn notification(event: &NumberedEvent) -> Value {
    json!({ "jsonrpc": "2.0", "method": "event", "params": event })
}

fn failed(id: &Value, error: &RpcError) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": error.to_value() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read() {
        let request = read(r#"{"jsonrpc":"2.0","id":7,"method":"account.status"}"#).unwrap();
        assert_eq!(request.id, Some(json!(7)));
        assert_eq!(request.method, "account.status");
        assert!(request.params.is_null());
    }

    #[test]
    fn each_mistake_has_its_number_and_keeps_the_id() {
        for (line, number, id) in [
            ("nonsense", -32700, json!(null)),
            ("[]", -32600, json!(null)),
            (r#"{"id":1,"method":"x"}"#, -32600, json!(1)),
            (r#"{"jsonrpc":"2.0","id":"a"}"#, -32600, json!("a")),
            (
                r#"{"jsonrpc":"2.0","id":2,"method":"x","params":[1]}"#,
                -32602,
                json!(2),
            ),
            (
                r#"{"jsonrpc":"2.0","id":{},"method":"x"}"#,
                -32600,
                json!(null),
            ),
        ] {
            let answer = read(line).unwrap_err();
            assert_eq!(answer["error"]["code"], number, "{line}");
            assert_eq!(answer["id"], id, "{line}");
            assert_eq!(answer["error"]["data"]["code"], "BAD_REQUEST", "{line}");
        }
        assert!(read(&" ".repeat(LINE_LEN_MAX + 1)).is_err());
    }
}
