//! Spellings from a list of fields: one list gives both directions, and leaves no field out.

/// Spells a struct: its fields, in this order. A field that is missing here does not compile.
macro_rules! canonical_struct {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::canonical::Canonical for $type {
            fn write<S: $crate::canonical::StateSink>(&self, out: &mut S) {
                let Self { $($field),+ } = self;
                $($crate::canonical::Canonical::write($field, out);)+
            }

            fn read(
                from: &mut $crate::canonical::StateReader<'_>,
            ) -> Result<Self, $crate::canonical::StateError> {
                Ok(Self { $($field: from.value()?),+ })
            }
        }
    };
}

/// Spells a type around one public field as that field.
macro_rules! canonical_newtype {
    ($($type:ident),+ $(,)?) => {$(
        impl $crate::canonical::Canonical for $type {
            fn write<S: $crate::canonical::StateSink>(&self, out: &mut S) {
                $crate::canonical::Canonical::write(&self.0, out);
            }

            fn read(
                from: &mut $crate::canonical::StateReader<'_>,
            ) -> Result<Self, $crate::canonical::StateError> {
                Ok(Self(from.value()?))
            }
        }
    )+};
}

/// Spells an enum: one byte for the variant, then its fields. A byte is never given to another variant; a
/// variant that is missing here does not compile.
macro_rules! canonical_enum {
    ($type:ident {
        $($tag:literal => $variant:ident
            $(( $($inner:ident),+ ))?
            $({ $($field:ident),+ $(,)? })?
        ),+ $(,)?
    }) => {
        impl $crate::canonical::Canonical for $type {
            fn write<S: $crate::canonical::StateSink>(&self, out: &mut S) {
                match self {$(
                    Self::$variant $(( $($inner),+ ))? $({ $($field),+ })? => {
                        out.put(&[$tag]);
                        $($($crate::canonical::Canonical::write($inner, out);)+)?
                        $($($crate::canonical::Canonical::write($field, out);)+)?
                    }
                )+}
            }

            fn read(
                from: &mut $crate::canonical::StateReader<'_>,
            ) -> Result<Self, $crate::canonical::StateError> {
                match from.value::<u8>()? {
                    $($tag => {
                        $($(let $inner = from.value()?;)+)?
                        $($(let $field = from.value()?;)+)?
                        Ok(Self::$variant $(( $($inner),+ ))? $({ $($field),+ })?)
                    })+
                    tag => Err($crate::canonical::StateError::BadTag {
                        what: stringify!($type),
                        tag,
                    }),
                }
            }
        }
    };
}

pub(crate) use {canonical_enum, canonical_newtype, canonical_struct};
