//! Rooms, tokens, links: what a Jitsi server checks.
