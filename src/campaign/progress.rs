//! A tally as a line of text. Pure.

use std::time::Duration;

use super::Tally;

/// Says how far a pass is: done of total, rate, time left, and what needs somebody.
///
/// `paced` is the time that the limits alone still make it last.
#[must_use]
pub fn progress_line(tally: &Tally, elapsed: Duration, paced: Duration) -> String {
    let mut line = format!("{} of {}", grouped(tally.done()), grouped(tally.total));
    let seconds = elapsed.as_secs_f64();
    if tally.done() > 0 && seconds >= 1.0 {
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = tally.done() as f64 / seconds;
        line.push_str(&match rate {
            rate if rate >= 10.0 => format!(", {rate:.0} a second"),
            rate if rate >= 1.0 => format!(", {rate:.1} a second"),
            rate => format!(", {:.0} a minute", rate * 60.0),
        });
        let left = tally.total.saturating_sub(tally.done());
        if left > 0 {
            #[expect(clippy::cast_precision_loss, reason = "a time for people")]
            let seconds_left = left as f64 / rate;
            let time = Duration::from_secs_f64(seconds_left.min(1e9)).max(paced);
            line.push_str(&format!(", about {} left", rough_time(time)));
        }
    }
    for (count, word) in
        [(tally.refused, "refused"), (tally.deferred + tally.given_up, "deferred"), (tally.in_doubt, "in doubt")]
    {
        if count > 0 {
            line.push_str(&format!(", {} {word}", grouped(count)));
        }
    }
    line
}

/// A length of time in one unit: `40 s`, `12 min`, `3 h`.
#[must_use]
pub fn rough_time(time: Duration) -> String {
    let seconds = time.as_secs_f64().ceil();
    if seconds < 100.0 {
        format!("{seconds:.0} s")
    } else if seconds < 5400.0 {
        format!("{:.0} min", (seconds / 60.0).ceil())
    } else {
        format!("{:.0} h", (seconds / 3600.0).ceil())
    }
}

/// A number with its thousands set apart: `12,345`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_done_how_fast_and_how_long_it_takes() {
        let tally = Tally { total: 1200, accepted: 598, refused: 1, in_doubt: 1, ..Tally::default() };
        assert_eq!(
            progress_line(&tally, Duration::from_mins(1), Duration::ZERO),
            "600 of 1,200, 10 a second, about 60 s left, 1 refused, 1 in doubt"
        );
    }

    #[test]
    fn a_slow_run_is_told_by_the_minute() {
        let tally = Tally { total: 120, accepted: 20, ..Tally::default() };
        assert_eq!(
            progress_line(&tally, Duration::from_mins(1), Duration::ZERO),
            "20 of 120, 20 a minute, about 5 min left"
        );
    }

    #[test]
    fn a_burst_under_a_limit_promises_nothing() {
        let tally = Tally { total: 120, accepted: 30, ..Tally::default() };
        let line = progress_line(&tally, Duration::from_secs(1), Duration::from_secs(179));
        assert_eq!(line, "30 of 120, 30 a second, about 3 min left");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }
}
