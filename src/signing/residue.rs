//! The one number that an RSA key of OpenPGP lacks: d modulo a prime less one (RFC 8017, section 3.2).
//!
//! Secret numbers: no branch and no address depends on their values, only on their lengths, and what was in between is
//! wiped.

use zeroize::Zeroizing;

/// `number` modulo `prime - 1`, big-endian, as long as the prime. The prime is odd, as all of RSA's are.
pub(super) fn residue_below(number: &[u8], prime: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut modulus = limbs(prime);
    if let Some(lowest) = modulus.first_mut() {
        *lowest &= !1;
    }
    let mut rest = Zeroizing::new(vec![0_u64; modulus.len()]);
    let mut less = Zeroizing::new(vec![0_u64; modulus.len()]);
    for byte in number {
        for bit in (0..8).rev() {
            let over = double(&mut rest, u64::from(byte >> bit & 1));
            let borrow = subtract(&rest, &modulus, &mut less);
            // The difference counts where the doubled number was not below the modulus.
            select(&mut rest, &less, over | (1 - borrow));
        }
    }
    bytes(&rest, prime.len())
}

/// Doubles the number and adds a bit; the bit that leaves it.
fn double(number: &mut [u64], bit: u64) -> u64 {
    number.iter_mut().fold(bit, |carry, limb| {
        let over = *limb >> 63;
        *limb = *limb << 1 | carry;
        over
    })
}

/// `into` becomes `a - b`; 1 where it was less than nothing.
fn subtract(a: &[u64], b: &[u64], into: &mut [u64]) -> u64 {
    a.iter().zip(b).zip(into).fold(0, |borrow, ((a, b), into)| {
        let (first, below) = a.overflowing_sub(*b);
        let (second, below_too) = first.overflowing_sub(borrow);
        *into = second;
        u64::from(below) | u64::from(below_too)
    })
}

/// Takes the other number where `choice` is 1, and none where it is 0.
fn select(number: &mut [u64], other: &[u64], choice: u64) {
    let mask = choice.wrapping_neg();
    for (limb, other) in number.iter_mut().zip(other) {
        *limb = (*limb & !mask) | (other & mask);
    }
}

/// Least first.
fn limbs(bytes: &[u8]) -> Zeroizing<Vec<u64>> {
    let mut limbs = Zeroizing::new(Vec::with_capacity(bytes.len().div_ceil(8)));
    limbs.extend(bytes.rchunks(8).map(|chunk| chunk.iter().fold(0, |limb, byte| limb << 8 | u64::from(*byte))));
    limbs
}

/// Greatest first, of this length.
fn bytes(limbs: &[u64], length: usize) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    for (chunk, limb) in bytes.rchunks_mut(8).zip(limbs) {
        for (place, byte) in chunk.iter_mut().rev().zip(limb.to_le_bytes()) {
            *place = byte;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(bytes: &[u8]) -> u128 {
        bytes.iter().fold(0, |value, byte| value << 8 | u128::from(*byte))
    }

    proptest::proptest! {
        #[test]
        fn it_is_the_remainder(number: u128, prime: u128, cut in 0_usize..15) {
            let prime = (prime >> (cut * 8)) | 3;
            let prime_bytes = prime.to_be_bytes();
            let found = residue_below(&number.to_be_bytes(), &prime_bytes[cut..]);
            proptest::prop_assert_eq!(value(&found), number % (prime - 1));
        }
    }

    /// A number longer than the prime: 2^127 is 2 modulo 2^127 - 2, so that 2^128 is 4.
    #[test]
    fn long_numbers_wrap_around() {
        let prime = [&[0x7f][..], &[0xff; 15]].concat();
        let number = [&[1][..], &[0; 16]].concat();
        assert_eq!(value(&residue_below(&number, &prime)), 4);
        assert_eq!(residue_below(&[], &prime).as_slice(), [0; 16]);
    }
}
