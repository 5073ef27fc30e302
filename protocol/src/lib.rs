//! The native wire protocol: messages, codecs, decimals to integer units.
