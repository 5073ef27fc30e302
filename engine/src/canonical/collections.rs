//! Numbers, options, pairs and lists.

use super::{Canonical, StateError, StateReader, StateSink};

macro_rules! canonical_integer {
    ($($integer:ty),+) => {$(
        impl Canonical for $integer {
            fn write<S: StateSink>(&self, out: &mut S) {
                out.put(&self.to_le_bytes());
            }

            fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
                from.array().map(Self::from_le_bytes)
            }
        }
    )+};
}

canonical_integer!(u8, u16, u32, u64, u128, i32, i64, i128);

impl Canonical for bool {
    fn write<S: StateSink>(&self, out: &mut S) {
        out.put(&[u8::from(*self)]);
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        match from.value::<u8>()? {
            0 => Ok(false),
            1 => Ok(true),
            tag => Err(StateError::BadTag { what: "bool", tag }),
        }
    }
}

impl<T: Canonical> Canonical for Option<T> {
    fn write<S: StateSink>(&self, out: &mut S) {
        match self {
            None => out.put(&[0]),
            Some(value) => {
                out.put(&[1]);
                value.write(out);
            }
        }
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        match from.value::<u8>()? {
            0 => Ok(None),
            1 => from.value().map(Some),
            tag => Err(StateError::BadTag {
                what: "Option",
                tag,
            }),
        }
    }
}

impl<A: Canonical, B: Canonical> Canonical for (A, B) {
    fn write<S: StateSink>(&self, out: &mut S) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        Ok((from.value()?, from.value()?))
    }
}

impl<T: Canonical> Canonical for Box<T> {
    fn write<S: StateSink>(&self, out: &mut S) {
        T::write(self, out);
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        from.value().map(Self::new)
    }
}

/// A list in an order that decides: its length, then its values.
impl<T: Canonical> Canonical for Vec<T> {
    fn write<S: StateSink>(&self, out: &mut S) {
        (self.len() as u64).write(out);
        for value in self {
            value.write(out);
        }
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let length: u64 = from.value()?;
        // No room is set aside for a length that the bytes may not bear out.
        (0..length).map(|_| from.value()).collect()
    }
}

/// So many values: no length is spelled, the type says it.
impl<T: Canonical, const N: usize> Canonical for [T; N] {
    fn write<S: StateSink>(&self, out: &mut S) {
        for value in self {
            value.write(out);
        }
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let values: Vec<T> = (0..N).map(|_| from.value()).collect::<Result<_, _>>()?;
        let values = values.try_into().ok();
        Ok(values.expect("so many values were read"))
    }
}
