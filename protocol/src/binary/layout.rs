//! How a block is declared: its fields in the order in which they lie, each with what it means.

use zerocopy::little_endian::{I64, I128, U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::binary::{
    BINARY_SCHEMA, BINARY_SCHEMA_VERSION, market_layout, message_layout, request_layout,
};

/// A field of a block, as the document tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockField {
    /// Its first byte within the block.
    pub offset: usize,
    /// How many bytes it has.
    pub bytes: usize,
    /// Its name.
    pub name: &'static str,
    /// How its bytes are read.
    pub kind: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// A block of a frame, as the document tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinaryBlock {
    /// Its name in the document.
    pub name: &'static str,
    /// The template of frames that begin with it; `None` for a block that follows another one.
    pub template: Option<u16>,
    /// How many bytes it has.
    pub bytes: usize,
    /// Its fields in order.
    pub fields: &'static [BlockField],
}

/// Every block that there is, in the order of the document.
pub fn blocks() -> Vec<BinaryBlock> {
    let mut blocks = vec![Header::BLOCK];
    blocks.extend(request_layout::BLOCKS);
    blocks.extend(message_layout::BLOCKS);
    blocks.extend(market_layout::BLOCKS);
    blocks
}

/// Declares a block: plain bytes without padding, and what the document says of it.
macro_rules! layout {
    (
        $(#[$about:meta])*
        pub(super) struct $name:ident = $title:literal $(, template $template:literal)? {
            $( #[doc = $meaning:literal] $field:ident: $kind:ty ),+ $(,)?
        }
    ) => {
        $(#[$about])*
        #[derive(
            Debug, Clone, Copy,
            zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::KnownLayout,
            zerocopy::Immutable, zerocopy::Unaligned,
        )]
        #[repr(C)]
        pub(super) struct $name { $( #[doc = $meaning] pub(super) $field: $kind ),+ }

        impl $name {
            $( #[doc = "The template of frames that begin with it."] pub(super) const TEMPLATE: u16 = $template; )?

            pub(super) const BLOCK: $crate::binary::BinaryBlock = $crate::binary::BinaryBlock {
                name: $title,
                template: layout!(@template $($template)?),
                bytes: size_of::<Self>(),
                fields: &[ $( $crate::binary::BlockField {
                    offset: std::mem::offset_of!(Self, $field),
                    bytes: size_of::<$kind>(),
                    name: stringify!($field),
                    kind: <$kind as $crate::binary::layout::FieldKind>::WORDS,
                    meaning: $meaning,
                } ),+ ],
            };
        }
    };
    (@template $template:literal) => { Some($template) };
    (@template) => { None };
}

layout! {
    /// Begins every frame.
    pub(super) struct Header = "header" {
        /// bytes of the root block, this header included
        block_bytes: U16,
        /// what the frame is
        template: U16,
        /// 19538: the schema of this document
        schema: U16,
        /// 1: its version
        version: U16,
    }
}

impl Header {
    /// The header of a frame whose root block is a `T`.
    pub(super) fn of<T>(template: u16) -> Self {
        let bytes = u16::try_from(size_of::<T>()).expect("blocks are shorter than 64 KiB");
        Self {
            block_bytes: U16::new(bytes),
            template: U16::new(template),
            schema: U16::new(BINARY_SCHEMA),
            version: U16::new(BINARY_SCHEMA_VERSION),
        }
    }
}

/// What a block is made of: bytes that may lie anywhere.
pub(super) trait Bytes: FromBytes + IntoBytes + KnownLayout + Immutable + Unaligned {}

impl<T: FromBytes + IntoBytes + KnownLayout + Immutable + Unaligned> Bytes for T {}

/// How the document calls a kind of field.
pub(super) trait FieldKind {
    const WORDS: &'static str;
}

impl FieldKind for u8 {
    const WORDS: &'static str = "u8";
}
impl FieldKind for U16 {
    const WORDS: &'static str = "u16";
}
impl FieldKind for U32 {
    const WORDS: &'static str = "u32";
}
impl FieldKind for U64 {
    const WORDS: &'static str = "u64";
}
impl FieldKind for I64 {
    const WORDS: &'static str = "i64";
}
impl FieldKind for I128 {
    const WORDS: &'static str = "i128";
}
impl<const LENGTH: usize> FieldKind for [u8; LENGTH] {
    const WORDS: &'static str = "bytes";
}
impl FieldKind for Header {
    const WORDS: &'static str = "header";
}
