//! `rialto top`: an exchange that runs, in a terminal: ladder, tape, sparkline, stages.

mod glance;
mod look;
mod screen;
mod text;

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};

use crate::cli::TopArgs;
use crate::exit;
use crate::operator::AskError;
use crate::output::Output;
use crate::stop_signal::StopSignal;

use glance::Glance;
use look::Looker;

/// How often it looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Quit,
    NextInstrument,
    EarlierInstrument,
    Pause,
    Nothing,
}

/// Shows an exchange until somebody quits, or once.
pub async fn run(arguments: &TopArgs, output: Output, stop: StopSignal) -> ExitCode {
    let mut looker = match Looker::new(&arguments.url, arguments.symbol.as_deref()) {
        Ok(looker) => looker,
        Err(error) => return exit::refuse(&error.to_string()),
    };
    // Rates come of two looks.
    let shown = async {
        looker.look()?;
        tokio::time::sleep(LOOK_INTERVAL).await;
        looker.look()
    };
    let glance = match shown.await {
        Ok(glance) => glance,
        Err(error) => return exit::refuse(&error.to_string()),
    };
    if arguments.once || output != Output::Terminal {
        output.say(&text::of(&glance));
        output.object(&glance);
        return ExitCode::SUCCESS;
    }
    let watched = tokio::task::spawn_blocking(move || watch(looker, glance, &stop)).await;
    match watched {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => exit::fail(&format!("the terminal: {error}")),
        Err(panicked) => exit::fail(&panicked.to_string()),
    }
}

/// Draws, looks, and does what keys ask.
fn watch(mut looker: Looker, mut glance: Glance, stop: &StopSignal) -> io::Result<()> {
    let mut terminal = ratatui::init();
    let mut is_paused = false;
    let mut trouble = None;
    let outcome = loop {
        let drawn = terminal.draw(|frame| screen::draw(frame, &glance, trouble.as_deref()));
        if let Err(error) = drawn {
            break Err(error);
        }
        match wish() {
            Ok(Wish::Quit) => break Ok(()),
            Ok(Wish::NextInstrument) => looker.step(1),
            Ok(Wish::EarlierInstrument) => looker.step(-1),
            Ok(Wish::Pause) => is_paused = !is_paused,
            Ok(Wish::Nothing) => {}
            Err(error) => break Err(error),
        }
        if stop.is_said() {
            break Ok(());
        }
        if is_paused {
            trouble = Some("paused".to_owned());
            continue;
        }
        trouble = match looker.look() {
            Ok(fresh) => {
                glance = fresh;
                None
            }
            Err(error) => Some(gone(&error)),
        };
    };
    ratatui::restore();
    outcome
}

fn gone(error: &AskError) -> String {
    format!("no answer, this is old: {error}")
}

/// Waits for a key, as long as nothing new is to be shown.
fn wish() -> io::Result<Wish> {
    if !event::poll(LOOK_INTERVAL)? {
        return Ok(Wish::Nothing);
    }
    let Event::Key(key) = event::read()? else {
        return Ok(Wish::Nothing);
    };
    if key.kind != KeyEventKind::Press {
        return Ok(Wish::Nothing);
    }
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    // A terminal in raw mode gives Ctrl-C as a key.
    let is_interrupt = is_control && key.code == KeyCode::Char('c');
    let means = |codes: &[KeyCode]| codes.contains(&key.code);
    Ok(
        if is_interrupt || means(&[KeyCode::Char('q'), KeyCode::Esc]) {
            Wish::Quit
        } else if means(&[KeyCode::Char('p')]) {
            Wish::Pause
        } else if means(&[KeyCode::Tab, KeyCode::Down, KeyCode::Right]) {
            Wish::NextInstrument
        } else if means(&[KeyCode::BackTab, KeyCode::Up, KeyCode::Left]) {
            Wish::EarlierInstrument
        } else {
            Wish::Nothing
        },
    )
}
