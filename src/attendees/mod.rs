//! Rows of an attendee file become attendees, or problems with a line and a way out.
