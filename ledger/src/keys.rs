//! API keys: who may act for which account, and what they may do.
//!
//! A key is entered once by the control sequence and never changed, but for its end: a revoked key stays
//! known, so that its id never comes back with another meaning. Sessions look keys up without a lock.

use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use engine::AccountId;

/// Keys that there may be, the revoked ones among them.
pub const KEYS_MAX: usize = 4_096;

/// Places for keys: twice as many, so that a search ends soon.
const PLACES: usize = 2 * KEYS_MAX;

/// The printed name of a key: 1 to 64 letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Box<str>);

impl KeyId {
    /// The longest id.
    pub const LENGTH_MAX: usize = 64;

    /// An id, or `None` where the text is empty, too long or has another character.
    pub fn new(text: &str) -> Option<Self> {
        let is_fit = (1..=Self::LENGTH_MAX).contains(&text.len());
        let is_plain = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        (is_fit && is_plain).then(|| Self(text.into()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What signatures are checked with.
#[derive(Clone, PartialEq, Eq)]
pub enum KeyMaterial {
    /// The secret of HMAC-SHA256. It is in the journal, or it would not survive a restart; the journal's files
    /// are readable by their owner alone.
    HmacSecret(Box<[u8]>),
    /// An RSA public key: the DER of PKCS #1 `RSAPublicKey`, 2,048 to 8,192 bits.
    RsaPublic(Box<[u8]>),
    /// An Ed25519 public key: 32 bytes.
    Ed25519Public([u8; 32]),
}

impl KeyMaterial {
    /// The longest material, in bytes.
    pub const BYTES_MAX: usize = 2_048;

    fn is_fit(&self) -> bool {
        match self {
            Self::HmacSecret(secret) => (16..=Self::BYTES_MAX).contains(&secret.len()),
            Self::RsaPublic(der) => (256..=Self::BYTES_MAX).contains(&der.len()),
            Self::Ed25519Public(_) => true,
        }
    }
}

/// Says the kind, never the secret.
impl fmt::Debug for KeyMaterial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::HmacSecret(_) => "HmacSecret(..)",
            Self::RsaPublic(_) => "RsaPublic(..)",
            Self::Ed25519Public(_) => "Ed25519Public(..)",
        })
    }
}

/// What a key may do, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permissions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Ask for the account's orders, balances and positions.
    pub const READ: Self = Self(1);
    /// Enter, change and end orders.
    pub const TRADE: Self = Self(2);
    /// Withdraw.
    pub const WITHDRAW: Self = Self(4);
    /// Use the admin listener.
    pub const ADMIN: Self = Self(8);
    /// Everything.
    pub const ALL: Self = Self(15);

    /// The set that these bits stand for, or `None` for a bit that means nothing.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits > Self::ALL.0 {
            return None;
        }
        Some(Self(bits))
    }

    /// The set as bits: read 1, trade 2, withdraw 4, admin 8.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether everything of `other` is allowed.
    pub const fn allow(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A key as it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its name.
    pub id: KeyId,
    /// For which account it acts.
    pub account: AccountId,
    /// What its signatures are checked with.
    pub material: KeyMaterial,
    /// What it may do.
    pub permissions: Permissions,
}

/// Whether a key still opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It does.
    Enabled,
    /// It was revoked, for ever.
    Revoked,
}

/// All keys; found by id without a lock.
#[derive(Debug)]
pub(crate) struct KeyTable {
    places: Box<[OnceLock<Entry>]>,
    count: AtomicUsize,
}

#[derive(Debug)]
struct Entry {
    key: ApiKey,
    is_enabled: AtomicBool,
}

/// Why a key was not entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotAdded {
    Exists,
    TooMany,
    BadMaterial,
}

impl KeyTable {
    pub(crate) fn new() -> Self {
        Self {
            places: (0..PLACES).map(|_| OnceLock::new()).collect(),
            count: AtomicUsize::new(0),
        }
    }

    /// Enters a key. Only the control desk calls it.
    pub(crate) fn add(&self, key: &ApiKey) -> Result<(), NotAdded> {
        if !key.material.is_fit() {
            return Err(NotAdded::BadMaterial);
        }
        if self.find(&key.id).is_some() {
            return Err(NotAdded::Exists);
        }
        let count = self.count.load(Ordering::Relaxed);
        if count >= KEYS_MAX {
            return Err(NotAdded::TooMany);
        }
        let mut entry = Entry {
            key: key.clone(),
            is_enabled: AtomicBool::new(true),
        };
        for place in self.places_of(&key.id) {
            match place.set(entry) {
                Ok(()) => break,
                Err(refused) => entry = refused,
            }
        }
        self.count.store(count.saturating_add(1), Ordering::Relaxed);
        Ok(())
    }

    /// Ends a key; `false` where there is none with this id.
    pub(crate) fn revoke(&self, id: &KeyId) -> bool {
        let Some(entry) = self.find(id) else {
            return false;
        };
        entry.is_enabled.store(false, Ordering::Release);
        true
    }

    pub(crate) fn get(&self, id: &KeyId) -> Option<(&ApiKey, KeyState)> {
        self.find(id).map(Entry::seen)
    }

    /// Every key, in the order of their ids.
    pub(crate) fn all(&self) -> Vec<(&ApiKey, KeyState)> {
        let mut all: Vec<_> = self
            .places
            .iter()
            .filter_map(OnceLock::get)
            .map(Entry::seen)
            .collect();
        all.sort_by(|(left, _), (right, _)| left.id.cmp(&right.id));
        all
    }

    fn find(&self, id: &KeyId) -> Option<&Entry> {
        self.places_of(id)
            .map_while(OnceLock::get)
            .find(|entry| entry.key.id == *id)
    }

    /// Where the key can be, likeliest first; it is at one of them before the first vacant one.
    fn places_of(&self, id: &KeyId) -> impl Iterator<Item = &OnceLock<Entry>> {
        let hash = BuildHasherDefault::<DefaultHasher>::new().hash_one(id);
        let first = hash.checked_rem(PLACES as u64).expect("there are places");
        let first = usize::try_from(first).expect("a machine has at least 32 bits");
        let (before, from) = self.places.split_at(first);
        from.iter().chain(before)
    }
}

impl Entry {
    fn seen(&self) -> (&ApiKey, KeyState) {
        let state = if self.is_enabled.load(Ordering::Acquire) {
            KeyState::Enabled
        } else {
            KeyState::Revoked
        };
        (&self.key, state)
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiKey, KEYS_MAX, KeyId, KeyMaterial, KeyState, KeyTable, NotAdded, Permissions};
    use engine::AccountId;

    fn key(id: &str) -> ApiKey {
        ApiKey {
            id: KeyId::new(id).unwrap(),
            account: AccountId(1),
            material: KeyMaterial::Ed25519Public([7; 32]),
            permissions: Permissions::READ.and(Permissions::TRADE),
        }
    }

    #[test]
    fn every_key_is_found_until_there_are_as_many_as_there_may_be() {
        let table = KeyTable::new();
        for number in 0..KEYS_MAX {
            table.add(&key(&format!("key-{number}"))).unwrap();
        }

        assert_eq!(table.add(&key("one-more")), Err(NotAdded::TooMany));
        for number in 0..KEYS_MAX {
            let id = KeyId::new(&format!("key-{number}")).unwrap();
            assert_eq!(table.get(&id).unwrap().0.id, id);
        }
        assert!(table.get(&KeyId::new("one-more").unwrap()).is_none());
        assert_eq!(table.all().len(), KEYS_MAX);
    }

    #[test]
    fn a_revoked_key_stays_known_and_its_id_taken() {
        let table = KeyTable::new();
        table.add(&key("desk")).unwrap();
        assert!(table.revoke(&KeyId::new("desk").unwrap()));

        assert_eq!(
            table.get(&KeyId::new("desk").unwrap()).unwrap().1,
            KeyState::Revoked
        );
        assert_eq!(table.add(&key("desk")), Err(NotAdded::Exists));
        assert!(!table.revoke(&KeyId::new("other").unwrap()));
    }

    #[test]
    fn no_secret_is_printed() {
        let secret = ApiKey {
            material: KeyMaterial::HmacSecret(b"canary-secret-canary".to_vec().into()),
            ..key("desk")
        };

        let printed = format!("{secret:?}");
        assert!(printed.contains("HmacSecret(..)"), "{printed}");
        // As text, and as the numbers of its bytes.
        assert!(
            !printed.contains("canary") && !printed.contains("99, 97"),
            "{printed}"
        );
    }

    #[test]
    fn a_key_id_is_a_short_plain_word() {
        assert!(KeyId::new("A-z_09").is_some());
        assert!(KeyId::new(&"x".repeat(64)).is_some());
        for bad in ["", "a b", "ä", "a\n", &"x".repeat(65)] {
            assert!(KeyId::new(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn permissions_are_a_set() {
        let both = Permissions::READ.and(Permissions::TRADE);
        assert!(both.allow(Permissions::READ) && both.allow(both));
        assert!(!both.allow(Permissions::WITHDRAW));
        assert_eq!(Permissions::from_bits(16), None);
        assert_eq!(Permissions::from_bits(3), Some(both));
    }
}
