//! What the tools take that look at a data folder.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::{ExportArgs, environment};
use crate::config::Layers;

/// What looks at a data folder.
#[derive(Debug)]
pub enum ToolArgs {
    /// `rialto replay`.
    Replay(ReplayArgs),
    /// `rialto verify`.
    Verify(VerifyArgs),
    /// `rialto diff`.
    Diff(DiffArgs),
    /// `rialto export`.
    Export(ExportArgs),
    /// `rialto repair`.
    Repair(RepairArgs),
}

/// `rialto replay`.
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// Data folder, or one generation of it [default: the one of `rialto serve`].
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// The last position that is applied [default: all].
    #[arg(long, value_name = "POSITION")]
    pub until: Option<u64>,
    /// What is shown of the state.
    #[arg(long, value_enum, default_value = "hash")]
    pub show: Show,
    /// Configuration that the journal was written with, if it was not the built-in one; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
}

/// What is shown of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Show {
    /// A hash over everything that decides.
    Hash,
    /// Every level of every book.
    Book,
    /// What every account has.
    Accounts,
    /// Every order that rests.
    Orders,
    /// What operators asked for, and who.
    Audit,
}

/// `rialto verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Data folder, or one generation of it [default: the one of `rialto serve`].
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Configuration that the journal was written with, if it was not the built-in one; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
}

/// `rialto diff`.
#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    /// A data folder, or one generation of it.
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// Another one.
    #[arg(value_name = "B")]
    pub b: PathBuf,
}

/// `rialto repair`.
#[derive(Debug, Clone, Args)]
pub struct RepairArgs {
    /// Position of the command that is taken out.
    #[arg(long, value_name = "POSITION")]
    pub reject: u64,
    /// Data folder [default: the one of `rialto serve`].
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Configuration that the journal was written with, if it was not the built-in one; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,
}

impl ReplayArgs {
    /// The layers of configuration that these flags and the environment make.
    pub fn layers(&self) -> Layers {
        layers_of_files(&self.config)
    }
}

impl VerifyArgs {
    /// The layers of configuration that these flags and the environment make.
    pub fn layers(&self) -> Layers {
        layers_of_files(&self.config)
    }
}

impl RepairArgs {
    /// The layers of configuration that these flags and the environment make.
    pub fn layers(&self) -> Layers {
        layers_of_files(&self.config)
    }
}

fn layers_of_files(files: &[PathBuf]) -> Layers {
    Layers {
        inner: Vec::new(),
        files: files.to_vec(),
        environment: environment(),
        flags: Vec::new(),
    }
}
