//! What must hold for any bytes, a file for each crate that reads them.

pub mod domain;
pub mod ledger;
pub mod mls;
pub mod password;
pub mod text;
pub mod wire;
