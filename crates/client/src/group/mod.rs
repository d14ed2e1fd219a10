//! Groups: making them, changing who is in and what they may do, leaving, joining by a link.
//!
//! # Design
//! - *What everybody agrees on* is the charter in the MLS group; *what only members know* (name, picture) is
//!   the group info, a control message that is believed when its hash is the charter's.
//! - *A change* is one commit ([`crate::commit`]): made from the group as it is, made anew when another was
//!   first, and refused here when the charter does not allow it. What follows from it (the info for those
//!   who come, history for them) is queued in the transaction that confirms it.
//! - *Lines* in the history tell of each change; every device derives them from the commits by itself
//!   ([`applied`]).
//! - *What has to wait* (many people to add, a good-bye that is still to be told, somebody who asks for the
//!   info) stands in the tables, and the task [`tend`] does it, now or after a restart.
//!
//! # Limits
//! Changes of members need a connection; a new group is made without one and reaches the others later.

mod applied;
mod change;
mod control;
mod create;
mod founding;
mod history;
mod info;
mod invite;
mod leave;
mod line;
mod members;
mod record;
mod tend;
mod tree;

pub use change::GroupPermissions;
pub use create::NewGroup;
pub use invite::LinkRecord;
pub use members::MemberRecord;
pub use record::{GroupRecord, SystemRecord};

pub(crate) use applied::{applied, joined, stayed_out};
pub(crate) use control::receive;
pub(crate) use founding::{forget_founders, founding, note_founders};
pub(crate) use leave::begin_leaving;
pub(crate) use line::Place as LinePlace;
pub(crate) use members::{is_in, leads, may_edit_info, may_write};
pub(crate) use record::{read_group, read_line};
pub(crate) use tend::spawn;
