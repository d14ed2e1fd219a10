//! The figures, for people and for programs.

use std::fmt;

use serde::Serialize;

use super::floor_sqlite::Commits;
use super::groups::{GroupCost, SIZES};
use super::latency::Steady;
use super::memory::Idle;
use super::saturate::Saturation;
use super::shown::Shown;
use super::wire_bytes::WireBytes;

/// Milliseconds at points of the distribution.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Times {
    /// Half are faster.
    pub p50_ms: f64,
    /// One in a hundred is slower.
    pub p99_ms: f64,
    /// The slowest.
    pub max_ms: f64,
}

/// The points of some times.
pub(crate) fn times(mut ages_ms: Vec<f64>) -> Times {
    ages_ms.sort_by(f64::total_cmp);
    let point = |part: f64| {
        let index = (ages_ms.len().saturating_sub(1) as f64 * part).round() as usize;
        ages_ms.get(index).copied().unwrap_or(0.0)
    };
    Times {
        p50_ms: point(0.5),
        p99_ms: point(0.99),
        max_ms: point(1.0),
    }
}

/// Everything that one run measured.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Report {
    /// Clients that chat.
    pub clients: usize,
    /// Envelopes on their way per client at full speed.
    pub in_flight: usize,
    /// Bytes of one message.
    pub wire: WireBytes,
    /// Floor: SQLite alone.
    pub commits: Commits,
    /// Floor: a bare WebSocket echo, messages a second.
    pub echo: f64,
    /// At full speed.
    pub full: Saturation,
    /// At half of that.
    pub half: Steady,
    /// When hardly anybody writes.
    pub quiet: Steady,
    /// Between two real clients, from `message.send` to the event at the other.
    pub shown: Shown,
    /// Groups, from the smallest to the largest.
    pub groups: [GroupCost; SIZES],
    /// Idle connections.
    pub idle: Idle,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            wire,
            commits,
            full,
            half,
            idle,
            ..
        } = self;
        let accepted = full.accepted_per_second;
        writeln!(
            f,
            "One 20-character message in a 1:1, from send to acknowledged (bytes above TCP, no TLS)"
        )?;
        writeln!(
            f,
            "  sender up {} (envelope {}), sender down {}",
            wire.sender_up, wire.envelope, wire.sender_down
        )?;
        writeln!(
            f,
            "  recipient down {}, recipient up {}",
            wire.recipient_down, wire.recipient_up
        )?;
        writeln!(f, "  all: {}", wire.total())?;
        writeln!(
            f,
            "{} clients on loopback, {} envelopes in flight each",
            self.clients, self.in_flight
        )?;
        writeln!(
            f,
            "  accepted durably: {accepted:.0}/s, delivered: {:.0}/s",
            full.delivered_per_second
        )?;
        writeln!(
            f,
            "  server CPU: {:.3} s per 1,000",
            full.cpu_seconds_per_1000
        )?;
        write_times(f, full.times)?;
        writeln!(f, "At half of that ({:.0}/s sent)", half.sent_per_second)?;
        write_times(f, half.times)?;
        writeln!(f, "With {:.0}/s sent", self.quiet.sent_per_second)?;
        write_times(f, self.quiet.times)?;
        write_shown(f, self.shown)?;
        for cost in self.groups {
            write_group(f, cost)?;
        }
        writeln!(f, "Floors in the same run")?;
        writeln!(
            f,
            "  bare WebSocket echo: {:.0}/s; accepted is {:.3} of it",
            self.echo,
            accepted / self.echo
        )?;
        writeln!(
            f,
            "  SQLite FULL, one row a commit: {:.0}/s; accepted is {:.1} times that",
            commits.single_per_second,
            accepted / commits.single_per_second
        )?;
        writeln!(
            f,
            "  SQLite FULL, 256 rows a commit: {:.0} rows/s; accepted is {:.3} of it",
            commits.grouped_rows_per_second,
            accepted / commits.grouped_rows_per_second
        )?;
        write!(
            f,
            "{} idle connections: {:.1} KB resident each",
            idle.connections, idle.kb_each
        )
    }
}

fn write_shown(f: &mut fmt::Formatter<'_>, shown: Shown) -> fmt::Result {
    let Shown {
        alternating,
        steady_per_second,
        steady,
        echo,
    } = shown;
    writeln!(f, "Two real client cores, from message.send to shown")?;
    let write = |f: &mut fmt::Formatter<'_>, name: &str, times: Times| {
        writeln!(
            f,
            "  {name}: p50 {:.2} ms ({:.1} echoes), p99 {:.2} ms ({:.1} echoes), max {:.1} ms",
            times.p50_ms,
            times.p50_ms / echo.p50_ms,
            times.p99_ms,
            times.p99_ms / echo.p99_ms,
            times.max_ms
        )
    };
    write(f, "one after the other", alternating)?;
    write(f, &format!("{steady_per_second:.0}/s"), steady)?;
    writeln!(
        f,
        "  bare WebSocket echo in the same run: p50 {:.3} ms, p99 {:.3} ms",
        echo.p50_ms, echo.p99_ms
    )
}

fn write_group(f: &mut fmt::Formatter<'_>, cost: GroupCost) -> fmt::Result {
    writeln!(
        f,
        "A group of {} devices, made in {:.0} ms",
        cost.devices, cost.fill_ms
    )?;
    writeln!(
        f,
        "  adding one: commit {:.1} ms, answer {:.1} ms, up {} bytes, {} to each other device",
        cost.add_make_ms, cost.add_post_ms, cost.add_up_bytes, cost.add_each_bytes
    )?;
    writeln!(
        f,
        "  joining: Welcome {} bytes, tree {} bytes, {:.1} ms",
        cost.join_welcome_bytes, cost.join_tree_bytes, cost.join_ms
    )?;
    writeln!(
        f,
        "  sending: seal {:.2} ms, accepted in {:.1} ms, {} bytes",
        cost.send_seal_ms, cost.send_accept_ms, cost.send_bytes
    )
}

fn write_times(f: &mut fmt::Formatter<'_>, times: Times) -> fmt::Result {
    let Times {
        p50_ms,
        p99_ms,
        max_ms,
    } = times;
    writeln!(
        f,
        "  send to delivery: p50 {p50_ms:.1} ms, p99 {p99_ms:.1} ms, max {max_ms:.1} ms"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_a_distribution() {
        let of = times((1..=101).rev().map(f64::from).collect());
        assert_eq!((of.p50_ms, of.p99_ms, of.max_ms), (51.0, 100.0, 101.0));
        assert_eq!(times(Vec::new()).p99_ms, 0.0);
    }
}
