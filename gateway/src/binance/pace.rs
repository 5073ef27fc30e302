//! Requests of this persona with the lockstep clock: commands wait for their turn, questions for a time when nothing
//! changes.

use tokio::sync::OwnedRwLockReadGuard;

use crate::binance::methods::Security;
use crate::binance::refusal::Refusal;
use crate::edge::Edge;
use crate::lockstep::Turn;

/// What a request holds while it is answered.
#[derive(Debug)]
pub enum Pace {
    /// Nothing: time passes by itself.
    Free,
    /// Nothing changes meanwhile.
    Still {
        /// Held, not used.
        _stillness: OwnedRwLockReadGuard<()>,
    },
    /// It is its turn.
    Turn {
        /// Held, not used.
        _turn: Turn,
    },
}

/// Waits until a request may be answered. `key` is who asks, as far as is known.
///
/// # Errors
/// It would change orders, and time does not wait for its key.
pub async fn pace(edge: &Edge, security: Security, key: Option<&str>) -> Result<Pace, Refusal> {
    let Some(lockstep) = &edge.lockstep else {
        return Ok(Pace::Free);
    };
    match security {
        Security::Trade => {
            let turn = lockstep.turn_of_key(key.unwrap_or("")).await;
            let turn = turn.map_err(|_not_paced| not_paced())?;
            Ok(Pace::Turn { _turn: turn })
        }
        Security::None | Security::Key | Security::Read => Ok(Pace::Still {
            _stillness: lockstep.still().await,
        }),
    }
}

fn not_paced() -> Refusal {
    Refusal::new(
        -1099,
        "With the lockstep clock a key trades that [[clock.paced_by_commands]] names, and that was not lost meanwhile.",
    )
}
