//! Who is enrolled, who is waited for, and whose turn it is.

mod member;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use engine::AccountId;
use protocol::{Frames, ServerMessage, Tick};
use tokio::sync::{Notify, OwnedRwLockReadGuard, RwLock, oneshot, watch};
use tracing::warn;

use crate::edge::Edge;
use crate::lock::lock;
use crate::lockstep::report::{DroppedMember, LockstepReport};
use crate::lockstep::turn::Turn;
use crate::lockstep::{LockstepConfig, PacedKey};
use crate::session::{Audience, SessionEntry};
use crate::wire;

/// What sessions, requests and the pacer share.
#[derive(Debug)]
pub struct Lockstep {
    /// What it was told.
    pub config: LockstepConfig,
    /// Rung whenever the pacer may find something to do.
    pub(super) bell: Arc<Notify>,
    /// Held by the pacer while anything may change; whoever only looks holds the other side.
    pub(super) stillness: Arc<RwLock<()>>,
    members: Mutex<BTreeMap<u32, Member>>,
    tick: watch::Sender<u64>,
    report: Mutex<LockstepReport>,
    ids_drawn: AtomicU64,
}

#[derive(Debug)]
struct Member {
    who: Who,
    progress: Progress,
    asked: VecDeque<oneshot::Sender<Turn>>,
    /// A session has nothing to do before this tick, unless it is told something.
    idle_until: u64,
    /// What was queued for a session when it was told of a tick last.
    news_seen: u64,
}

#[derive(Debug)]
enum Who {
    Session {
        entry: Arc<SessionEntry>,
        account: AccountId,
    },
    Key(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Awaited,
    Done,
    Gone,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// A session, which is told later.
    Session,
    /// A key's client, which waits for its answer.
    Key,
}

/// Why a session is not enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrollRefused {
    /// Somebody else has the rank.
    RankTaken,
    /// 0 is no rank.
    NoRank,
}

/// Why a session is not done with a tick: another one was told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickRefused;

/// The key is not among those that time waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotPaced;

impl Lockstep {
    /// Nobody is enrolled but the keys of the configuration, and time has not begun.
    pub fn new(config: LockstepConfig) -> Self {
        let keys = config.paced_by_commands.iter().map(|paced| {
            let PacedKey { key, rank } = paced.clone();
            (rank, Member::new(Who::Key(key)))
        });
        Self {
            members: Mutex::new(keys.collect()),
            bell: Arc::default(),
            stillness: Arc::default(),
            tick: watch::Sender::new(0),
            report: Mutex::default(),
            ids_drawn: AtomicU64::new(0),
            config,
        }
    }

    /// Time waits for the session from the next tick on.
    ///
    /// # Errors
    /// The rank cannot be had.
    pub fn enroll(
        &self,
        rank: u32,
        entry: Arc<SessionEntry>,
        account: AccountId,
    ) -> Result<(), EnrollRefused> {
        if rank == 0 {
            return Err(EnrollRefused::NoRank);
        }
        let mut members = lock(&self.members);
        if members.contains_key(&rank) {
            return Err(EnrollRefused::RankTaken);
        }
        let mut member = Member::new(Who::Session { entry, account });
        if *self.tick.borrow() > 0 {
            // It was not told of the tick that goes on.
            member.progress = Progress::Done;
        }
        members.insert(rank, member);
        drop(members);
        self.bell.notify_one();
        Ok(())
    }

    /// The session has sent what it has to send in `tick`, and wants so many turns for it. It has nothing to do before
    /// `idle_until`, unless it is told something.
    ///
    /// # Errors
    /// It was told of another tick last.
    pub fn done(
        &self,
        rank: u32,
        tick: u64,
        idle_until: u64,
        turns: usize,
    ) -> Result<Vec<oneshot::Receiver<Turn>>, TickRefused> {
        let mut members = lock(&self.members);
        let member = members.get_mut(&rank).ok_or(TickRefused)?;
        if tick != *self.tick.borrow() || member.progress != Progress::Awaited {
            return Err(TickRefused);
        }
        member.progress = Progress::Done;
        member.idle_until = idle_until;
        let wanted = (0..turns).map(|_| member.ask()).collect();
        drop(members);
        self.bell.notify_one();
        Ok(wanted)
    }

    /// The session is gone.
    pub fn leave(&self, rank: u32) {
        if let Some(member) = lock(&self.members).get_mut(&rank) {
            member.progress = Progress::Gone;
        }
        self.bell.notify_one();
    }

    /// Waits for the turn of a key's next command.
    ///
    /// # Errors
    /// Time does not wait for this key, or no longer.
    pub async fn turn_of_key(&self, key: &str) -> Result<Turn, NotPaced> {
        let turn = {
            let mut members = lock(&self.members);
            let mut keys = members.values_mut();
            let member = keys.find(|member| matches!(&member.who, Who::Key(own) if own == key));
            let member = member.ok_or(NotPaced)?;
            member.progress = Progress::Done;
            member.ask()
        };
        self.bell.notify_one();
        turn.await.map_err(|_| NotPaced)
    }

    /// Waits until nothing changes, and keeps it so.
    pub async fn still(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.stillness).read_owned().await
    }

    /// Waits until a later tick than this is told.
    pub async fn after(&self, tick: u64) {
        let mut ticks = self.tick.subscribe();
        let told = ticks.wait_for(|told| *told > tick).await;
        assert!(told.is_ok(), "the sender lives as long as this");
    }

    /// What is called when the pacer may find something to do.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// The bell, for who rings it often.
    pub fn bell(&self) -> Arc<Notify> {
        Arc::clone(&self.bell)
    }

    /// The next number to draw an id from: the same in each run, if requests are.
    pub fn next_chance(&self) -> u64 {
        let drawn = self.ids_drawn.fetch_add(1, Ordering::Relaxed);
        mixed(mixed(self.config.seed).wrapping_add(drawn))
    }

    /// What came of it so far.
    pub fn report(&self) -> LockstepReport {
        lock(&self.report).clone()
    }

    /// Whether all are there whom time waits for to begin.
    pub(super) fn may_begin(&self) -> bool {
        let members = lock(&self.members);
        let (mut sessions, mut silent_keys) = (0_usize, 0_usize);
        for member in members.values() {
            match member.who {
                Who::Session { .. } => sessions = sessions.saturating_add(1),
                Who::Key(_) if member.asked.is_empty() => {
                    silent_keys = silent_keys.saturating_add(1);
                }
                Who::Key(_) => {}
            }
        }
        silent_keys == 0 && sessions >= self.config.sessions_awaited && !members.is_empty()
    }

    /// Tells everybody enrolled of a tick.
    pub(super) fn begin_tick(&self, edge: &Edge, tick: u64) {
        let message = ServerMessage::Tick(Tick {
            tick,
            at_us: edge.at_us(),
        });
        let mut members = lock(&self.members);
        self.tick.send_replace(tick);
        lock(&self.report).ticks = tick;
        for member in members.values_mut() {
            match &member.who {
                Who::Session { .. } if member.is_idle() && tick < member.idle_until => {}
                Who::Session { entry, .. } => {
                    if member.progress != Progress::Gone {
                        member.progress = Progress::Awaited;
                    }
                    tell(edge, entry, &message);
                    member.news_seen = entry.outbound.news();
                }
                Who::Key(_) if member.asked.is_empty() => member.progress = Progress::Awaited,
                Who::Key(_) => member.progress = Progress::Done,
            }
        }
    }

    /// After how many ticks somebody has something to do again, at least one.
    pub(super) fn ticks_to_wait(&self, tick: u64) -> u64 {
        let members = lock(&self.members);
        let ticks = members.values().map(|member| match member.who {
            Who::Session { .. } if member.is_idle() => member.idle_until.saturating_sub(tick),
            Who::Session { .. } | Who::Key(_) => 1,
        });
        ticks.min().unwrap_or(1).max(1)
    }

    /// Whether somebody is enrolled, and everybody is done or gone.
    pub(super) fn are_all_done(&self) -> bool {
        let members = lock(&self.members);
        !members.is_empty()
            && members
                .values()
                .all(|member| member.progress != Progress::Awaited)
    }

    /// Whether anybody is waited for.
    pub(super) fn is_anybody_awaited(&self) -> bool {
        lock(&self.members)
            .values()
            .any(|member| member.progress == Progress::Awaited)
    }

    /// Takes those who are gone off the roster, and says whose accounts they traded for.
    pub(super) fn take_gone(&self) -> Vec<AccountId> {
        let mut gone = Vec::new();
        lock(&self.members).retain(|_, member| {
            let is_gone = member.progress == Progress::Gone;
            if is_gone && let Who::Session { account, .. } = member.who {
                gone.push(account);
            }
            !is_gone
        });
        gone
    }

    /// Waits no longer for those who did not get done in time, and says so.
    pub(super) fn drop_stalled(&self, reason: &'static str) {
        let tick = *self.tick.borrow();
        let is_stalled = |member: &Member| member.progress == Progress::Awaited;
        self.drop_members(tick, reason, is_stalled);
    }

    /// Waits no longer for sessions that do not read, and says so.
    pub(super) fn drop_deaf(&self, reason: &'static str) {
        let tick = *self.tick.borrow();
        self.drop_members(tick, reason, |member| !member.is_drained());
    }

    fn drop_members(&self, tick: u64, reason: &'static str, is_meant: impl Fn(&Member) -> bool) {
        let mut members = lock(&self.members);
        for (rank, member) in members.iter_mut() {
            if member.progress == Progress::Gone || !is_meant(member) {
                continue;
            }
            let who = member.name();
            warn!(rank, %who, tick, reason, "no longer waited for: the run need not be reproducible from here on");
            lock(&self.report).dropped.push(DroppedMember {
                rank: *rank,
                who,
                tick,
                reason,
            });
            member.progress = Progress::Gone;
            member.asked.clear();
        }
    }

    /// The turns of this tick, in their order: all that sessions asked for, and one of each key.
    pub(super) fn take_turns(&self) -> Vec<(Asker, oneshot::Sender<Turn>)> {
        let mut turns = Vec::new();
        for member in lock(&self.members).values_mut() {
            match member.who {
                Who::Session { .. } => {
                    turns.extend(member.asked.drain(..).map(|place| (Asker::Session, place)));
                }
                Who::Key(_) => {
                    turns.extend(member.asked.pop_front().map(|place| (Asker::Key, place)));
                }
            }
        }
        turns
    }

    /// A request had its turn.
    pub(super) fn count_turn(&self) {
        let mut report = lock(&self.report);
        report.turns = report.turns.saturating_add(1);
    }

    /// Whether every enrolled session has been written all that waited for it.
    pub(super) fn are_all_told(&self) -> bool {
        lock(&self.members).values().all(Member::is_drained)
    }
}

fn tell(edge: &Edge, entry: &SessionEntry, message: &ServerMessage) {
    let mut buffer = Vec::new();
    let binary = match entry.frames() {
        Frames::Text => None,
        Frames::Binary => wire::encode_binary(&mut buffer, |buffer| {
            message.encode_binary(&edge.binary_names, buffer)
        }),
    };
    let message =
        binary.unwrap_or_else(|| wire::encode(&mut buffer, |buffer| message.encode(buffer)));
    if entry.outbound.push(message, Audience::Private) {
        entry.outbound.wake();
    }
}

/// A step of splitmix64: fixed for good, since runs of a seed depend on it.
const fn mixed(number: u64) -> u64 {
    let spread = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let once = (spread ^ (spread >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let twice = (once ^ (once >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    twice ^ (twice >> 31)
}
