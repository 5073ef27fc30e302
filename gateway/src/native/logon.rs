//! Who a session acts for: by a demo key from the same machine, or by a signature over what `hello` told it alone.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use engine::AccountId;
use ledger::{ApiKey, KeyId, KeyState, Permissions};
use protocol::{
    Challenge, Channel, ErrorCode, LoggedOn, Logon, Operation, SignedLogon, Subscription,
};
use ring::rand::{SecureRandom, SystemRandom};

use crate::keys::verify;
use crate::native::refusal::Refusal;
use crate::native::session::{Session, Stage};

const NO_CHANCE: Refusal = Refusal::new(
    ErrorCode::Internal,
    "the system gives no chance for a challenge",
);
const UNKNOWN_KEY: Refusal = Refusal::new(ErrorCode::BadKey, "no account has this key");
const BAD_SIGNATURE: Refusal = Refusal::new(
    ErrorCode::BadSignature,
    "the signature is not the key's over `rialto-logon:1:KEY_ID:CHALLENGE` with this session's challenge",
);
const NOT_PERMITTED: Refusal = Refusal::new(
    ErrorCode::NotPermitted,
    "the key that this session logged on with may not do this",
);

/// What nobody can guess and no other session is given: a signature over it opens this session alone.
pub(super) fn new_challenge() -> Result<Challenge, Refusal> {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|ring::error::Unspecified| NO_CHANCE)?;
    let text = HEXLOWER.encode(&bytes);
    Ok(text.parse().expect("32 hexadecimal digits are a challenge"))
}

/// What a key must allow for a request; `NONE` for what needs no account.
fn needed(operation: &Operation) -> Permissions {
    match operation {
        Operation::Hello(_)
        | Operation::Logon(_)
        | Operation::Resume(_)
        | Operation::Candles(_)
        | Operation::Statistics(_)
        | Operation::Ping
        // Whoever follows it may end it.
        | Operation::Unsubscribe(_) => Permissions::NONE,
        Operation::Submit(_)
        | Operation::Cancel(_)
        | Operation::Replace(_)
        | Operation::CancelReplace(_)
        | Operation::MassCancel(_)
        | Operation::Batch(_)
        | Operation::MassQuote(_)
        | Operation::MmpReset(_)
        | Operation::CancelAfter(_)
        | Operation::Enroll(_)
        | Operation::TickDone(_) => Permissions::TRADE,
        Operation::OpenOrders(_)
        | Operation::Balances
        | Operation::Positions
        | Operation::Past(_)
        | Operation::ResumeExecutions(_) => Permissions::READ,
        Operation::Subscribe(subscription) => needed_for(subscription),
    }
}

fn needed_for(subscription: &Subscription) -> Permissions {
    match subscription.channel {
        Channel::Trades
        | Channel::Depth
        | Channel::Top
        | Channel::Orders
        | Channel::Status
        | Channel::Instruments
        | Channel::Heartbeat
        | Channel::Candles
        | Channel::Statistics => Permissions::NONE,
        Channel::Queue
        | Channel::Executions
        | Channel::DropCopy
        | Channel::Balances
        | Channel::Positions => Permissions::READ,
    }
}

impl Session {
    /// Fails where the session is logged on with a key that does not allow it.
    pub(super) fn permit(&self, operation: &Operation) -> Result<(), Refusal> {
        if self.permissions.allow(needed(operation)) {
            return Ok(());
        }
        Err(NOT_PERMITTED)
    }

    /// Binds the session to an account.
    pub(super) fn log_on(&mut self, request: Option<u64>, logon: &Logon) -> Result<(), Refusal> {
        self.greeted()?;
        if let Stage::LoggedOn(_) = self.stage {
            return Err(Refusal::new(
                ErrorCode::AlreadyLoggedOn,
                "this session is logged on",
            ));
        }
        let (account, permissions) = match logon {
            Logon::DemoKey(key) => (self.demo_account(key)?, Permissions::ALL),
            Logon::Signature(signed) => self.signed_account(signed)?,
        };
        self.acts_with = Some(Box::from(match logon {
            Logon::DemoKey(key) => key.as_str(),
            Logon::Signature(signed) => signed.key_id.as_str(),
        }));
        self.stage = Stage::LoggedOn(account);
        self.permissions = permissions;
        self.edge.presence.enter(account);
        let answer = LoggedOn {
            request,
            account: u64::from(account.0),
            at_us: self.edge.at_us(),
        };
        self.answer(|buffer| answer.encode(buffer));
        Ok(())
    }

    fn demo_account(&self, key: &str) -> Result<AccountId, Refusal> {
        if !self.entry.address.ip().to_canonical().is_loopback() {
            return Err(Refusal::new(
                ErrorCode::BadKey,
                "demo keys work from this machine only",
            ));
        }
        self.edge.keys.account(key).ok_or(UNKNOWN_KEY)
    }

    fn signed_account(&self, signed: &SignedLogon) -> Result<(AccountId, Permissions), Refusal> {
        let id = KeyId::new(signed.key_id.as_str()).ok_or(UNKNOWN_KEY)?;
        // Noted before it is looked at: whoever revokes it meanwhile finds this session.
        self.entry.note_key(&id);
        let key = match self.edge.ledger.key(&id) {
            Some((key, KeyState::Enabled)) => key,
            Some((_, KeyState::Revoked)) | None => return Err(UNKNOWN_KEY),
        };
        self.check_signature(key, signed)?;
        Ok((key.account, key.permissions))
    }

    fn check_signature(&self, key: &ApiKey, signed: &SignedLogon) -> Result<(), Refusal> {
        let challenge = self.challenge.ok_or(BAD_SIGNATURE)?;
        let text = SignedLogon::signed_text(&signed.key_id, &challenge);
        let signature = HEXLOWER_PERMISSIVE
            .decode(signed.signature.as_bytes())
            .map_err(|_| BAD_SIGNATURE)?;
        verify(key, text.as_bytes(), &signature).map_err(|_| BAD_SIGNATURE)
    }
}
