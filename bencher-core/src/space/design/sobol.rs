//! Sobol' points, 32 bits of each coordinate.

use crate::space::order::mix;

use super::joe_kuo::JOE_KUO;

/// The most dimensions that the table has.
pub(super) const MAX_DIMENSIONS: usize = JOE_KUO.len() + 1;

/// The direction numbers of one dimension, that of the lowest bit of the point's number first.
pub(super) type Directions = [u32; 32];

/// The direction numbers of a dimension (from 0); `None` beyond the table.
///
/// The recurrence is equation (3) of P. Bratley and B. L. Fox, "Algorithm 659", ACM TOMS 14 (1988).
pub(super) fn directions(dimension: usize) -> Option<Directions> {
    let Some(line) = dimension.checked_sub(1) else {
        return Some(std::array::from_fn(|k| 1 << (31 - k)));
    };
    let (inner, first) = *JOE_KUO.get(line)?;
    let degree = first.len();
    let mut known: Vec<u32> = Vec::with_capacity(32);
    for k in 0..32 {
        let number = match (first.get(k), k.checked_sub(degree)) {
            (Some(m), _) => m << (31 - k),
            (None, Some(back)) => {
                let oldest = *known.get(back)?;
                let newer = known.iter().skip(back + 1);
                // The newest number goes with the highest coefficient.
                newer.enumerate().fold(
                    oldest ^ (oldest >> degree),
                    |number, (coefficient, newer)| number ^ (newer * ((inner >> coefficient) & 1)),
                )
            }
            (None, None) => return None,
        };
        known.push(number);
    }
    known.try_into().ok()
}

/// A coordinate of a point, in the order of the Gray code (I. A. Antonov and V. M. Saleev, 1979).
pub(super) fn coordinate(directions: &Directions, point: u32) -> u32 {
    let gray = point ^ (point >> 1);
    directions
        .iter()
        .enumerate()
        .filter(|(bit, _)| (gray >> bit) & 1 == 1)
        .fold(0, |x, (_, number)| x ^ number)
}

/// Nested uniform scrambling (A. B. Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences",
/// 1995): each bit is flipped or not by a hash of the seed and of all the bits above it.
pub(super) fn scrambled(x: u32, seed: u64) -> u32 {
    (0..32).fold(0, |scrambled, depth| {
        // The bits above, behind a one that tells how many they are.
        let node = (1_u64 << depth) | (u64::from(x) >> (32 - depth));
        let flip = u32::from(mix(seed ^ node) >> 63 == 1);
        (scrambled << 1) | (((x >> (31 - depth)) & 1) ^ flip)
    })
}
