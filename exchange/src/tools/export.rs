//! `rialto export`: trades, candles, or the book order by order, as the journal makes them.

mod candles;
mod columns;
mod csv;
mod export_error;
mod orders;
mod out;
mod parquet;
mod shown_quantities;
mod tape;
mod trades;

use engine::{Event, InstrumentId, OrderChange, Timestamp};
use gateway::ListedInstrument;
use sequencer::{CommandOutcome, EventBatch, Replica};
use serde::Serialize;

use crate::cli::{ExportArgs, ExportFormat};
use crate::config::Config;
use crate::output::Output;
use crate::tools::entries::Look;
use crate::tools::folder::JournalFolder;
use crate::tools::{ToolError, Verdict, entries};

use columns::{Column, Table};
use out::Out;

pub use export_error::ExportError;

/// What machines are told, where the rows are in a file.
#[derive(Debug, Serialize)]
struct Exported {
    folder: String,
    out: String,
    rows: u64,
    /// The last entry that was looked at.
    position: u64,
    live: bool,
}

/// What one command did to one of the instruments that are exported.
#[derive(Debug, Clone, Copy)]
struct Done<'a> {
    listed: &'a ListedInstrument,
    outcome: &'a CommandOutcome,
    events: &'a [Event],
    order_changes: &'a [OrderChange],
}

/// Makes rows of what commands did.
trait Content {
    /// Sees the books as they are before the first command.
    fn begin(&mut self, _replica: &Replica, _listed: &[ListedInstrument]) {}

    /// Sees what a command did; its rows are written where it is in the span.
    fn take(
        &mut self,
        done: &Done<'_>,
        span: Span,
        table: &mut dyn Table,
    ) -> Result<(), ExportError>;

    /// There is nothing more.
    fn end(
        &mut self,
        _listed: &[ListedInstrument],
        _table: &mut dyn Table,
    ) -> Result<(), ExportError> {
        Ok(())
    }
}

/// From when to when rows are written.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: Timestamp,
    /// The first instant after it.
    until: Timestamp,
}

impl Span {
    fn has(self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// Replays, and writes what was asked for.
pub fn run(arguments: &ExportArgs, config: &Config, output: Output) -> Result<Verdict, ToolError> {
    let listed = listed_of(arguments, config)?;
    let span = Span {
        from: arguments.from.unwrap_or(Timestamp(0)),
        until: arguments.until.unwrap_or(Timestamp(u64::MAX)),
    };
    let (mut content, columns) = content_of(arguments, &listed);
    let journal = JournalFolder::open(arguments.data.as_deref())?;
    let config = &journal.written_with(config)?;
    let (snapshots, _) = entries::snapshots_of(&journal)?;
    let mut replica = entries::beginning(&journal, config, &snapshots)?;
    let begins_at = replica.position();
    let out = Out::create(&arguments.out)?;
    let mut table = table_of(arguments.format, &columns, &out)?;
    content.begin(&replica, &listed);
    let last = journal.view.last_position();
    entries::apply(&mut replica, &journal, last, output, |replica| {
        let look = take_batch(replica.batch(), &listed, span, &mut *content, &mut *table)?;
        Ok(look)
    })?;
    content.end(&listed, &mut *table)?;
    let rows = table.finish()?;
    out.keep()?;
    if begins_at.0 > 0 {
        tracing::warn!(
            position = begins_at.0,
            "the journal no longer has what was before this position: it is not exported"
        );
    }
    let exported = Exported {
        folder: journal.folder.display().to_string(),
        out: arguments.out.display().to_string(),
        rows,
        position: replica.position().0,
        live: journal.is_live,
    };
    if exported.out != out::STDOUT {
        output.say(&format!("{rows} rows in {}", exported.out));
        output.object(&exported);
    }
    Ok(Verdict::Good)
}

fn take_batch(
    batch: &EventBatch,
    listed: &[ListedInstrument],
    span: Span,
    content: &mut dyn Content,
    table: &mut dyn Table,
) -> Result<Look, ExportError> {
    for outcome in &batch.outcomes {
        // Engine time never goes back.
        if outcome.at >= span.until {
            return Ok(Look::Enough);
        }
        let Some(listed) = find(listed, outcome.instrument) else {
            continue;
        };
        let done = Done {
            listed,
            outcome,
            events: batch.events_of(outcome),
            order_changes: batch.order_changes_of(outcome),
        };
        content.take(&done, span, table)?;
    }
    Ok(Look::More)
}

fn find(listed: &[ListedInstrument], id: InstrumentId) -> Option<&ListedInstrument> {
    listed.iter().find(|listed| listed.instrument.id == id)
}

/// The instruments that are meant.
fn listed_of(
    arguments: &ExportArgs,
    config: &Config,
) -> Result<Vec<ListedInstrument>, ExportError> {
    let all = &config.listing.instruments;
    let symbols = || all.iter().map(|listed| listed.symbol.to_string());
    let listed: Vec<ListedInstrument> = match &arguments.symbol {
        None => all.clone(),
        Some(symbol) => {
            let meant = |listed: &&ListedInstrument| listed.symbol.as_str() == symbol;
            all.iter().filter(meant).cloned().collect()
        }
    };
    if listed.is_empty() {
        return Err(ExportError::UnknownSymbol {
            symbol: arguments.symbol.clone().unwrap_or_default(),
            known: symbols().collect::<Vec<_>>().join(", "),
        });
    }
    if arguments.format == ExportFormat::Lobster {
        if !arguments.l3 {
            return Err(ExportError::LobsterIsOrders);
        }
        if listed.len() > 1 {
            return Err(ExportError::LobsterIsOfOne {
                known: symbols().collect::<Vec<_>>().join(", "),
            });
        }
    }
    Ok(listed)
}

fn content_of(
    arguments: &ExportArgs,
    listed: &[ListedInstrument],
) -> (Box<dyn Content>, Vec<Column>) {
    let decimals = columns::Decimals::of(listed);
    if arguments.trades {
        (Box::new(trades::Trades), trades::columns(decimals))
    } else if arguments.candles {
        let candles = candles::Candles::new(arguments.interval, listed);
        (Box::new(candles), candles::columns(decimals))
    } else if arguments.format == ExportFormat::Lobster {
        (Box::new(tape::Tape::default()), Vec::new())
    } else {
        (Box::new(orders::Orders), orders::columns(decimals))
    }
}

fn table_of(
    format: ExportFormat,
    columns: &[Column],
    out: &Out,
) -> Result<Box<dyn Table>, ExportError> {
    if format == ExportFormat::Parquet && out.is_terminal() {
        return Err(ExportError::BytesOnTerminal);
    }
    let writer = out.writer()?;
    Ok(match format {
        ExportFormat::Csv => Box::new(csv::Csv::new(writer, columns)?),
        ExportFormat::Lobster => Box::new(csv::Csv::without_names(writer)),
        ExportFormat::Parquet => Box::new(parquet::Parquet::new(writer, columns)?),
    })
}
