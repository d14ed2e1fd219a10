//! Support for the stories in `tests/`: starting the real server and real clients, and waiting for
//! conditions instead of sleeping.
