//! The journal of what was mailed.
