//! What people and programs write: JSON-RPC lines, addresses of servers, the server's configuration.

use clap::Parser;
use pipit_api::{param, rpc};
use pipit_net::Endpoint;
use pipit_server::config::{Arguments, ConfigFile};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// A line is a request that can be written and read again, or gets an answer that JSON-RPC allows.
pub fn rpc_line(input: &[u8]) -> bool {
    let Ok(line) = std::str::from_utf8(input) else {
        return false;
    };
    match rpc::read(line) {
        Ok(request) => {
            let mut again = serde_json::json!({ "jsonrpc": "2.0", "method": request.method });
            if let Some(id) = &request.id {
                again["id"] = id.clone();
            }
            if !request.params.is_null() {
                again["params"] = request.params.clone();
            }
            assert_eq!(rpc::read(&again.to_string()), Ok(request));
            true
        }
        Err(answer) => {
            assert_eq!(answer["jsonrpc"], "2.0");
            assert!(
                answer["error"]["code"]
                    .as_i64()
                    .is_some_and(|code| (-32700..=-32600).contains(&code))
            );
            assert!(
                answer["error"]["message"]
                    .as_str()
                    .is_some_and(|words| words.len() < 200)
            );
            assert!(!answer["id"].is_array() && !answer["id"].is_object());
            false
        }
    }
}

/// Parameters of every command are taken as they are or refused, and say the same when written again.
pub fn rpc_params(input: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<Value>(input) else {
        return false;
    };
    let mut accepted = false;
    macro_rules! parse {
        ($($(#[$doc:meta])* $name:literal: $handler:ident($params:ty) -> $result:ty;)*) => {$(
            accepted |= survives::<$params>(&value);
        )*};
    }
    #[allow(
        clippy::wildcard_imports,
        reason = "the list of commands names them without a path"
    )]
    use param::*;
    pipit_api::for_each_command!(parse);
    accepted
}

fn survives<T: DeserializeOwned + Serialize>(value: &Value) -> bool {
    let Ok(params) = T::deserialize(value) else {
        return false;
    };
    let written = serde_json::to_value(&params).expect("parameters are plain records");
    let again = T::deserialize(&written).expect("what we write we read");
    assert_eq!(serde_json::to_value(&again).ok(), Some(written));
    true
}

/// An address that is shown and typed again is the same server, by the same encryption.
pub fn server_address(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else {
        return false;
    };
    let Ok(endpoint) = Endpoint::parse(text) else {
        return false;
    };
    assert!(
        Endpoint::parse(&endpoint.to_string()) == Ok(endpoint),
        "it reads differently"
    );
    true
}

/// A configuration is taken whole or refused, and one that is taken lets nobody in unencrypted.
pub fn server_config(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else {
        return false;
    };
    let Ok(file) = ConfigFile::parse(text) else {
        return false;
    };
    let flags = Arguments::try_parse_from(["pipit-server", "--data", "here"]).expect("valid flags");
    let Ok(config) = flags.join(file) else {
        return false;
    };
    assert!(config.tls.is_some() || config.listen.ip().is_loopback());
    assert!(!config.name.is_empty());
    true
}
