//! A participant's number of a request on its way through the matcher and back.

/// Stands for a request without a number; no request may have it as its own.
pub const UNNUMBERED: u64 = u64::MAX;

/// The number that travels with the command.
pub fn on_the_way(request: Option<u64>) -> u64 {
    request.unwrap_or(UNNUMBERED)
}

/// The number that the answer repeats.
pub fn on_wire(number: u64) -> Option<u64> {
    (number != UNNUMBERED).then_some(number)
}
