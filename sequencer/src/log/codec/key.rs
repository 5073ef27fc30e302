//! API keys as bytes. A secret is written as it is: without it no signature could be checked after a restart.

use engine::AccountId;
use ledger::{ApiKey, KeyId, KeyMaterial, Permissions};

use super::{DecodeError, Reader, put_count, put_u8, put_u32};

const HMAC_SECRET: u8 = 1;
const RSA_PUBLIC: u8 = 2;
const ED25519_PUBLIC: u8 = 3;

pub(super) fn put_key(bytes: &mut Vec<u8>, key: &ApiKey) {
    put_key_id(bytes, &key.id);
    put_u32(bytes, key.account.0);
    put_u8(bytes, key.permissions.bits());
    match &key.material {
        KeyMaterial::HmacSecret(secret) => {
            put_u8(bytes, HMAC_SECRET);
            put_bytes(bytes, secret);
        }
        KeyMaterial::RsaPublic(der) => {
            put_u8(bytes, RSA_PUBLIC);
            put_bytes(bytes, der);
        }
        KeyMaterial::Ed25519Public(public) => {
            put_u8(bytes, ED25519_PUBLIC);
            bytes.extend_from_slice(public);
        }
    }
}

pub(super) fn key(reader: &mut Reader<'_>) -> Result<ApiKey, DecodeError> {
    Ok(ApiKey {
        id: key_id(reader)?,
        account: AccountId(reader.u32()?),
        permissions: Permissions::from_bits(reader.u8()?)
            .ok_or(DecodeError::Unknown("a set of permissions"))?,
        material: match reader.u8()? {
            HMAC_SECRET => KeyMaterial::HmacSecret(material(reader)?),
            RSA_PUBLIC => KeyMaterial::RsaPublic(material(reader)?),
            ED25519_PUBLIC => {
                let public = reader.bytes(32)?.try_into();
                KeyMaterial::Ed25519Public(public.expect("it was taken in this length"))
            }
            _ => return Err(DecodeError::Unknown("the kind of a key")),
        },
    })
}

pub(super) fn put_key_id(bytes: &mut Vec<u8>, id: &KeyId) {
    put_bytes(bytes, id.as_str().as_bytes());
}

pub(super) fn key_id(reader: &mut Reader<'_>) -> Result<KeyId, DecodeError> {
    str::from_utf8(counted(reader)?)
        .ok()
        .and_then(KeyId::new)
        .ok_or(DecodeError::Unknown("the id of a key"))
}

fn material(reader: &mut Reader<'_>) -> Result<Box<[u8]>, DecodeError> {
    let material = counted(reader)?;
    if material.len() > KeyMaterial::BYTES_MAX {
        return Err(DecodeError::Unknown("the length of a key"));
    }
    Ok(material.into())
}

fn put_bytes(bytes: &mut Vec<u8>, text: &[u8]) {
    put_count(bytes, text.len());
    bytes.extend_from_slice(text);
}

fn counted<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    let length = usize::try_from(reader.u32()?).expect("a machine has at least 32 bits");
    reader.bytes(length)
}
