//! What people wrote: the MIMI content format (being written).
