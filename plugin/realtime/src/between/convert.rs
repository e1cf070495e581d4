//! Numbers from one type into another, where something may be lost: each says what becomes of it.
//!
//! Floats lose what is after the point. What does not fit becomes the nearest number that does, and
//! what is no number becomes zero.

/// The whole part, as a sample or a number of samples.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
pub const fn whole(value: f64) -> u64 {
    value as u64
}

/// The whole part, as a number of samples that is counted down.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
pub const fn count(value: f32) -> u32 {
    value as u32
}

/// The whole part, as a place in memory or the length of it.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
pub const fn place(value: f32) -> usize {
    value as usize
}

/// The nearest number in single precision. Unlike the others it keeps what is no number, and what
/// is too large becomes infinite.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "single precision is what is asked for")]
pub const fn narrow(value: f64) -> f32 {
    value as f32
}

/// A length in 32 bits: no block of a host is longer.
#[inline]
pub fn short(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_part_saturates() {
        for (value, expected) in [
            (0.0, 0),
            (-0.0, 0),
            (0.999, 0),
            (1.0, 1),
            (2.5, 2),
            (48_000.75, 48_000),
            (-0.5, 0),
            (-7.0, 0),
            (f32::NAN, 0),
            (f32::NEG_INFINITY, 0),
        ] {
            assert_eq!(whole(value.into()), expected, "{value}");
            assert_eq!(u64::from(count(value)), expected, "{value}");
            assert_eq!(place(value) as u64, expected, "{value}");
        }
        for value in [1e30, f32::INFINITY] {
            assert_eq!((whole(value.into()), count(value), place(value)), (u64::MAX, u32::MAX, usize::MAX));
        }
    }

    #[test]
    fn single_precision_is_the_nearest() {
        for (value, expected) in [
            (0.0, 0.0),
            (0.1, 0.1),
            (-1.0, -1.0),
            (16_777_217.0, 16_777_216.0),
            (1e300, f32::INFINITY),
            (-1e300, f32::NEG_INFINITY),
            (1e-300, 0.0),
        ] {
            assert_eq!(narrow(value), expected, "{value}");
        }
        assert!(narrow(f64::NAN).is_nan());
    }

    #[test]
    fn a_length_saturates() {
        for (length, expected) in [(0, 0), (64, 64), (1 << 31, 1 << 31), (usize::MAX, u32::MAX)] {
            assert_eq!(short(length), expected, "{length}");
        }
    }
}
