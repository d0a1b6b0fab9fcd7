//! Reviews: exact comparison against brute force, and against every small mutation.

mod brute_force;
mod mutations;
