//! Why a frame could not be read, and the codes of `error` messages.

use std::fmt;

words! {
    /// What an `error` message is about. Codes are stable; new ones may come.
    pub enum ErrorCode {
        /// The frame is no JSON object.
        MalformedJson = "malformed_json",
        /// The frame is longer than the limit that `hello` tells.
        FrameTooLarge = "frame_too_large",
        /// The frame's text is not UTF-8.
        NotText = "not_text",
        /// `op` names no request.
        UnknownOp = "unknown_op",
        /// A field that the request needs is absent.
        MissingField = "missing_field",
        /// The request has no such field.
        UnknownField = "unknown_field",
        /// A key stands twice in one object.
        DuplicateField = "duplicate_field",
        /// A field has the wrong type or a value that it cannot have.
        BadField = "bad_field",
        /// The exchange does not speak this version of the protocol.
        UnsupportedProtocol = "unsupported_protocol",
        /// The first request of a session must be `hello`.
        HelloRequired = "hello_required",
        /// The session has said `hello` already.
        AlreadyGreeted = "already_greeted",
        /// The request needs a `logon` first.
        LogonRequired = "logon_required",
        /// The session is logged on already.
        AlreadyLoggedOn = "already_logged_on",
        /// The key is not known here.
        BadKey = "bad_key",
        /// No instrument has this symbol.
        UnknownSymbol = "unknown_symbol",
        /// The subscription exists already.
        AlreadySubscribed = "already_subscribed",
        /// There is no such subscription.
        NotSubscribed = "not_subscribed",
        /// What is to be resumed is no longer kept, or is of another epoch: subscribe, which brings a snapshot.
        SnapshotRequired = "snapshot_required",
        /// Too many requests are waiting; the request was not taken and may be sent again.
        Busy = "busy",
        /// The exchange takes no commands now.
        Unavailable = "unavailable",
        /// With the replay clock every command needs `at_us`, without it none may have it.
        BadClock = "bad_clock",
        /// The session waits for an answer that must come first.
        Pending = "pending",
        /// A limit that `hello` tells would be exceeded.
        LimitExceeded = "limit_exceeded",
        /// The exchange made a mistake; it is logged there.
        Internal = "internal",
        /// A binary frame is cut short, too long, or contradicts its header.
        MalformedBinary = "malformed_binary",
        /// The exchange does not speak this schema of binary frames, or this version of it.
        UnsupportedSchema = "unsupported_schema",
        /// The signature is not the key's over this session's challenge.
        BadSignature = "bad_signature",
        /// The key that the session logged on with may not do this.
        NotPermitted = "not_permitted",
        /// More was asked than is taken in so short a time; the error tells when to go on.
        RateLimited = "rate_limited",
        /// A code that this version does not know.
        Other = "other",
    }
    else Other
}

/// A frame that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodecError {
    /// What kind of mistake it is.
    pub code: ErrorCode,
    /// A sentence for people; names the field where there is one.
    pub text: String,
    /// The request's `id`, if it could be read.
    pub request: Option<u64>,
}

impl CodecError {
    pub(crate) fn new(code: ErrorCode, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            request: None,
        }
    }

    /// Fails for a frame of more than `frame_bytes_max`.
    pub(crate) fn refuse_longer(frame: &[u8], frame_bytes_max: usize) -> Result<(), Self> {
        if frame.len() <= frame_bytes_max {
            return Ok(());
        }
        Err(Self::new(
            ErrorCode::FrameTooLarge,
            format!(
                "the frame has {} bytes, {frame_bytes_max} are allowed",
                frame.len()
            ),
        ))
    }

    pub(crate) fn missing(field: &str) -> Self {
        Self::new(
            ErrorCode::MissingField,
            format!("field `{field}` is missing"),
        )
    }

    pub(crate) fn bad(field: &str, why: impl fmt::Display) -> Self {
        Self::new(ErrorCode::BadField, format!("field `{field}`: {why}"))
    }

    pub(crate) fn of_request(mut self, request: Option<u64>) -> Self {
        self.request = request;
        self
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.text)
    }
}

impl std::error::Error for CodecError {}
