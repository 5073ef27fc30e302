//! API keys: entered once for an account that is there, revoked for ever, found while they are entered.

use engine::AccountId;
use ledger::{ApiKey, ControlRefusal, FeeAsset, KeyId, KeyMaterial, KeyState, Permissions};

use crate::floor::{open, terms};

fn key(id: &str, account: u32, material: KeyMaterial) -> ApiKey {
    ApiKey {
        id: KeyId::new(id).unwrap(),
        account: AccountId(account),
        material,
        permissions: Permissions::READ,
    }
}

#[test]
fn a_key_is_entered_once_and_revoked_for_ever() {
    let (ledger, mut desk) = open(vec![terms(0, 0, FeeAsset::Received)]);
    let entered = key("desk-1", 1, KeyMaterial::HmacSecret(vec![5; 32].into()));

    desk.add_key(&entered).unwrap();
    assert_eq!(ledger.key(&entered.id), Some((&entered, KeyState::Enabled)));
    assert_eq!(desk.add_key(&entered), Err(ControlRefusal::KeyExists));

    desk.revoke_key(&entered.id).unwrap();
    assert_eq!(ledger.key(&entered.id), Some((&entered, KeyState::Revoked)));
    assert_eq!(desk.add_key(&entered), Err(ControlRefusal::KeyExists));
    assert_eq!(ledger.all_keys().len(), 1);
}

#[test]
fn keys_that_cannot_be_are_refused() {
    let (ledger, mut desk) = open(vec![terms(0, 0, FeeAsset::Received)]);

    assert_eq!(
        desk.add_key(&key("a", 9, KeyMaterial::Ed25519Public([1; 32]))),
        Err(ControlRefusal::UnknownAccount)
    );
    for material in [
        KeyMaterial::HmacSecret(vec![1; 15].into()),
        KeyMaterial::HmacSecret(vec![1; KeyMaterial::BYTES_MAX + 1].into()),
        KeyMaterial::RsaPublic(vec![1; 255].into()),
    ] {
        let refused = desk.add_key(&key("a", 1, material));
        assert_eq!(refused, Err(ControlRefusal::BadKey));
    }
    assert_eq!(
        desk.revoke_key(&KeyId::new("a").unwrap()),
        Err(ControlRefusal::UnknownKey)
    );
    assert!(ledger.all_keys().is_empty());
}
