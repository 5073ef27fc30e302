//! Spellings of this crate's types from a list of fields: one list gives both directions.

/// Spells a struct: its fields, in this order. A field that is missing here does not compile.
macro_rules! spelled_struct {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl engine::Canonical for $type {
            fn write<S: engine::StateSink>(&self, out: &mut S) {
                let Self { $($field),+ } = self;
                $(engine::Canonical::write($field, out);)+
            }

            fn read(from: &mut engine::StateReader<'_>) -> Result<Self, engine::StateError> {
                Ok(Self { $($field: from.value()?),+ })
            }
        }
    };
}

/// Spells an enum: one byte for the variant, then its fields. A byte is never given to another variant.
macro_rules! spelled_enum {
    ($type:ident {
        $($tag:literal => $variant:ident
            $(( $($inner:ident),+ ))?
            $({ $($field:ident),+ $(,)? })?
        ),+ $(,)?
    }) => {
        impl engine::Canonical for $type {
            fn write<S: engine::StateSink>(&self, out: &mut S) {
                match self {$(
                    Self::$variant $(( $($inner),+ ))? $({ $($field),+ })? => {
                        out.put(&[$tag]);
                        $($(engine::Canonical::write($inner, out);)+)?
                        $($(engine::Canonical::write($field, out);)+)?
                    }
                )+}
            }

            fn read(from: &mut engine::StateReader<'_>) -> Result<Self, engine::StateError> {
                match from.value::<u8>()? {
                    $($tag => {
                        $($(let $inner = from.value()?;)+)?
                        $($(let $field = from.value()?;)+)?
                        Ok(Self::$variant $(( $($inner),+ ))? $({ $($field),+ })?)
                    })+
                    tag => Err(engine::StateError::BadTag { what: stringify!($type), tag }),
                }
            }
        }
    };
}

pub(crate) use {spelled_enum, spelled_struct};
