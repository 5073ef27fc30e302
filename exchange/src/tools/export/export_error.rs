//! Why something cannot be exported.

use std::io;
use std::path::PathBuf;

/// Why something cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no such instrument.
    #[error("--symbol: no instrument is called `{symbol}`; there are {known}")]
    UnknownSymbol {
        /// What was asked for.
        symbol: String,
        /// What there is.
        known: String,
    },
    /// LOBSTER's rows are changes of orders.
    #[error("--format lobster: its rows are changes of single orders; write --l3 with it")]
    LobsterIsOrders,
    /// LOBSTER's rows name no instrument.
    #[error("--format lobster: its rows name no instrument; write --symbol with it: {known}")]
    LobsterIsOfOne {
        /// What there is.
        known: String,
    },
    /// Bytes for machines are not shown to people.
    #[error("--format parquet: stdout is a terminal; write --out FILE")]
    BytesOnTerminal,
    /// A quantity is no whole number of lots.
    #[error("order {order_id} is no whole number of lots: LOBSTER's rows cannot say it")]
    OffGrid {
        /// Which order.
        order_id: u64,
    },
    /// The file cannot be written.
    #[error("--out {file}: {error}")]
    Out {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Rows cannot be written.
    #[error("--out: {0}")]
    Rows(#[from] io::Error),
    /// A Parquet file cannot be written.
    #[error("--format parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
}
