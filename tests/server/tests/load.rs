//! The load tool measures a real server, small.

use std::time::Duration;

use anyhow::Result;
use pipit_load::bench::{self, Plan};

const SERVER: &str = env!("CARGO_BIN_EXE_test-server");

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_is_measured() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let plan = Plan {
        server_binary: SERVER.into(),
        data: folder.path().to_owned(),
        pairs: 2,
        in_flight: 4,
        messages: 5,
        time: Duration::from_millis(600),
        idle: 3,
        group_sizes: [2, 3, 12],
    };
    let report = bench::run(&plan).await?;
    assert!(report.full.accepted_per_second > 1.0);
    assert!(report.half.times.p50_ms > 0.0 && report.quiet.times.p99_ms > 0.0);
    // Both clients and the server wait for the disk, so no message beats the bare echo.
    let shown = report.shown;
    assert!(shown.echo.p50_ms > 0.0 && shown.alternating.p50_ms > shown.echo.p50_ms);
    assert!(shown.steady.p99_ms >= shown.steady.p50_ms && shown.steady.p50_ms > 0.0);
    assert!(report.echo > 1.0 && report.commits.single_per_second > 1.0);
    // An envelope of 20 characters and the little around it, once up and once down.
    let wire = report.wire;
    assert!(wire.sender_up < wire.envelope as u64 + 24, "{wire:?}");
    assert!(wire.recipient_down < wire.envelope as u64 + 32, "{wire:?}");
    assert!(wire.recipient_up < 16 && wire.sender_down < 96, "{wire:?}");
    for group in report.groups {
        assert!(
            group.add_make_ms > 0.0 && group.send_accept_ms > 0.0,
            "{group:?}"
        );
        assert!(
            group.join_welcome_bytes > 0 && group.join_tree_bytes > 0,
            "{group:?}"
        );
        assert_eq!(group.send_bytes, report.groups[0].send_bytes);
    }
    Ok(())
}
