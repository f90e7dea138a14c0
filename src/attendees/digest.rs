//! What is kept of an address or a key in place of its text: 128 bits, keyed at random, so that no file can be written
//! to make two of them meet.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState},
};

/// In halves: a `u128` would take a third more room in a table.
pub(super) type Digest = (u64, u64);

/// Whatever is found by a digest.
pub(super) type ByDigest<V> = HashMap<Digest, V, BuildHasherDefault<Itself>>;

/// Makes digests that can be compared with each other.
#[derive(Debug, Clone, Default)]
pub(super) struct Digests([RandomState; 2]);

impl Digests {
    pub(super) fn of(&self, value: &impl Hash) -> Digest {
        let [high, low] = &self.0;
        (high.hash_one(value), low.hash_one(value))
    }

    /// Half of one, where a meeting by chance does no harm.
    pub(super) fn half_of(&self, value: impl Hash) -> u64 {
        self.0[0].hash_one(value)
    }
}

/// Takes a digest for its own hash: it is one.
#[derive(Debug, Default)]
pub(super) struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("digests are made of whole numbers");
    }

    fn write_u64(&mut self, half: u64) {
        self.0 ^= half;
    }
}
