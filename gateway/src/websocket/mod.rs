//! The sockets of sessions (RFC 6455, the server's end): frames are read where the socket put them, and answers are
//! gathered in one buffer.
//!
//! Buffers belong to the thread and are lent to a session while it reads or writes: an idle session holds none, and a busy
//! one takes 64 KiB from its socket at once. What the library for clients would allocate for each message is not there.

mod buffers;
mod frame;
mod reader;
mod writer;

pub use buffers::{give_back_read, give_back_written, lend_for_reading, lend_for_writing};
pub use frame::{Broken, put_frame};
pub use reader::{Incoming, Reader};
pub use writer::Writer;
