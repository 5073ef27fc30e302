//! `rialto feed --offline` and `--report`: a flow without a gateway, and whether a tape looks like a market.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use feed_sim::offline::{self, Recorder, watch};
use feed_sim::realism::{
    Figures, Metaorder, Observer, RealismReport, TapeError, TickClass, page, read_metaorders,
    read_tape, write_metaorders,
};
use feed_sim::replay;
use feed_sim::{Model, ModelName, Motive, Preset};
use serde::Serialize;

use crate::cli::FeedArgs;
use crate::clock::Stopwatch;
use crate::engine_market::EngineMarket;
use crate::exit;
use crate::output::Output;

/// What `--offline` runs for by itself.
const RUN_FOR: Duration = Duration::from_secs(3_600);
/// Seed where none is given.
const SEED: u64 = 1;
/// Beside a tape: which metaorders it holds, which rows of LOBSTER cannot say.
const METAORDERS_SUFFIX: &str = ".metaorders";
const MEGABYTE: usize = 1 << 20;

/// What an offline run did.
#[derive(Debug, Serialize)]
struct OfflineSummary {
    preset: &'static str,
    seed: u64,
    seconds: f64,
    rows: u64,
    metaorders: u64,
    /// How many were generated in a second, on the one core that does it.
    rows_per_s: f64,
    record: Option<PathBuf>,
}

/// Records, then reports, as far as each was asked for.
pub fn run(arguments: &FeedArgs, output: Output) -> ExitCode {
    if arguments.offline
        && let Err(problem) = generate(arguments, output)
    {
        return exit::refuse(&problem);
    }
    match &arguments.report {
        Some(file) => match report(file, arguments, output) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(problem) => exit::refuse(&problem),
        },
        None => ExitCode::SUCCESS,
    }
}

fn generate(arguments: &FeedArgs, output: Output) -> Result<(), String> {
    let preset = arguments.preset.unwrap_or(Preset::SmallTick);
    let seed = arguments.seed.unwrap_or(SEED);
    let run_for = arguments.run_for.unwrap_or(RUN_FOR);
    let until_ns = u64::try_from(run_for.as_nanos())
        .map_err(|_| "--for is longer than any run can be".to_owned())?;
    let name = ModelName {
        seed,
        symbol: preset.name(),
        sector: preset.name(),
    };
    let mut model = Model::new(preset.terms(), name);
    let mut market = EngineMarket::new();
    let started = Stopwatch::start();
    let (rows, metaorders) = if let Some(file) = &arguments.record {
        let (rows, known) = record(&mut model, &mut market, until_ns, file)?;
        (rows, known.len() as u64)
    } else {
        generated(&mut model, &mut market, until_ns)
    };
    let generated_in = started.elapsed();
    let summary = OfflineSummary {
        preset: preset.name(),
        seed,
        seconds: run_for.as_secs_f64(),
        rows,
        metaorders,
        rows_per_s: per_second(rows, generated_in),
        record: arguments.record.clone(),
    };
    // With a report the report is the answer.
    if arguments.report.is_none() {
        output.object(&summary);
    }
    output.say(&format!(
        "{} · seed {} · {} s · {} rows · {} metaorders · {:.0} rows/s",
        summary.preset,
        summary.seed,
        summary.seconds,
        summary.rows,
        summary.metaorders,
        summary.rows_per_s
    ));
    Ok(())
}

/// Runs a model, looks at nothing, and counts rows and metaorders that traded to their end.
fn generated(model: &mut Model, market: &mut EngineMarket, until_ns: u64) -> (u64, u64) {
    let (mut rows, mut metaorders) = (0, 0);
    offline::run(model, market, until_ns, &mut |_| rows += 1, &mut |parent| {
        if let Motive::Piece(piece) = parent.motive {
            metaorders += u64::from(piece.index == piece.of);
        }
    });
    (rows, metaorders)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a rate for people needs no more than 53 bits"
)]
fn per_second(count: u64, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64().max(1e-9)
}

/// Runs a model and writes its tape, and beside it the metaorders.
fn record(
    model: &mut Model,
    market: &mut EngineMarket,
    until_ns: u64,
    file: &Path,
) -> Result<(u64, Vec<Metaorder>), String> {
    let mut recorder = Recorder::new(create(file)?);
    let mut failure = None;
    let (_, metaorders) = watch(model, market, until_ns, &mut |row| {
        if failure.is_none() {
            failure = recorder.write(&row).err();
        }
    });
    let written = failure.map_or_else(|| recorder.finish(), Err);
    let rows = written.map_err(|error| format!("{}: {error}", file.display()))?;
    let beside = metaorders_file(file);
    write_metaorders(&metaorders, create(&beside)?)
        .map_err(|error| format!("{}: {error}", beside.display()))?;
    Ok((rows, metaorders))
}

/// Judges a tape; says whether no gate failed.
fn report(file: &Path, arguments: &FeedArgs, output: Output) -> Result<bool, String> {
    let named = |error: TapeError| format!("{}: {error}", file.display());
    let mut tape = Observer::default();
    let rows = replay::open(file).map_err(|error| error.to_string())?;
    read_tape(rows, |row| tape.row(row)).map_err(named)?;
    tape.check_length().map_err(named)?;
    let metaorders = known_metaorders(file)?;
    let figures = Figures::of(&tape, &metaorders);
    let tick_class = match arguments.preset {
        Some(Preset::SmallTick | Preset::Poisson) => TickClass::Small,
        Some(Preset::LargeTick) => TickClass::Large,
        None => TickClass::of(&figures),
    };
    let report = RealismReport::of(figures, tick_class);
    if let Some(html) = &arguments.html {
        let title = file.display().to_string();
        std::fs::write(html, page(&title, &tape, &report))
            .map_err(|error| format!("{}: {error}", html.display()))?;
    }
    output.object(&report);
    output.say(&report.to_string());
    Ok(report.passes)
}

/// The metaorders beside a tape, where there are any.
fn known_metaorders(tape: &Path) -> Result<Vec<Metaorder>, String> {
    let beside = metaorders_file(tape);
    if !beside.exists() {
        return Ok(Vec::new());
    }
    read_metaorders(open(&beside)?).map_err(|error| format!("{}: {error}", beside.display()))
}

fn metaorders_file(tape: &Path) -> PathBuf {
    let mut name = tape.as_os_str().to_owned();
    name.push(METAORDERS_SUFFIX);
    PathBuf::from(name)
}

fn open(file: &Path) -> Result<BufReader<File>, String> {
    let opened = File::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(BufReader::with_capacity(MEGABYTE, opened))
}

fn create(file: &Path) -> Result<BufWriter<File>, String> {
    let created = File::create(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(BufWriter::with_capacity(MEGABYTE, created))
}
