//! The suite that every back end passes, run from its own tests.
