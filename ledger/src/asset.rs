//! What balances are kept in.

/// An asset; dense from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct AssetId(pub u16);

/// An asset and its smallest unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Which one.
    pub id: AssetId,
    /// Its printed name, e.g. `USDT`.
    pub name: String,
    /// One asset is 10^decimals smallest units; at most 18.
    pub decimals: u8,
}
