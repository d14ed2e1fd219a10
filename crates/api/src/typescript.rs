//! The TypeScript types of commands, views, events and errors, generated for the screen.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ts_rs::{Config, TS, TypeVisitor};

use crate::{NumberedEvent, RpcError, command};

pub(crate) fn config() -> Config {
    Config::new().with_large_int("number")
}

struct Declarations {
    config: Config,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Only our own types have an output path; numbers, strings and lists are TypeScript's.
        if T::output_path().is_some() {
            let name = T::ident(&self.config);
            if self.found.contains_key(&name) {
                return;
            }
            let docs = T::docs().unwrap_or_default();
            let declaration = format!("{docs}export {}\n", T::decl(&self.config));
            self.found.insert(name, declaration);
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// The text of the generated module.
#[must_use]
pub fn module() -> String {
    let mut all = Declarations {
        config: config(),
        found: BTreeMap::new(),
    };
    command::declare_types(&mut all);
    all.visit::<NumberedEvent>();
    all.visit::<RpcError>();
    let mut text = String::from(
        "// Generated from crates/api by `cargo xtask typescript`. Do not edit.\n/* eslint-disable */\n\n",
    );
    for declaration in all.found.values() {
        text.push_str(declaration);
        text.push('\n');
    }
    text.push_str(
        "/** Every command: what it takes and what it gives. */\nexport interface Commands {\n",
    );
    for command in command::descriptions() {
        let (params, result) = &command.typescript;
        let _ = writeln!(
            text,
            "  /** {} */\n  {:?}: {{ params: {params}; result: {result} }};",
            command.summary, command.name
        );
    }
    text.push_str("}\n");
    text
}
