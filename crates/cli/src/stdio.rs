//! JSON-RPC on stdin and stdout, one message a line.

use futures_util::stream;
use pipit_api::{Api, rpc};
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::sync::mpsc;

use crate::peer;

/// Answers and events that may wait for a slow reader.
const ANSWERS_LEN: usize = 256;

/// Serves until stdin ends.
pub(crate) async fn run(api: Api) -> anyhow::Result<()> {
    let (answers, mut written) = mpsc::channel::<String>(ANSWERS_LEN);
    let write = async move {
        let mut stdout = tokio::io::stdout();
        while let Some(mut line) = written.recv().await {
            line.push('\n');
            stdout.write_all(line.as_bytes()).await?;
            stdout.flush().await?;
        }
        Ok::<_, std::io::Error>(())
    };
    let lines = stream::unfold(BufReader::new(tokio::io::stdin()), |mut input| async move {
        next_line(&mut input).await.map(|line| (line, input))
    });
    let serve = async {
        peer::serve(&api, lines, answers).await;
        Ok(())
    };
    tokio::try_join!(serve, write)?;
    Ok(())
}

/// The next line. One that is too long is read to its end without being kept, and comes back cut:
/// still too long for [`rpc::read`], which refuses it.
async fn next_line(input: &mut (impl AsyncBufRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    let keep = rpc::LINE_LEN_MAX as u64 + 2;
    let read = input.take(keep).read_until(b'\n', &mut bytes).await.ok()?;
    if read == 0 {
        return None;
    }
    if bytes.last() != Some(&b'\n') && read as u64 == keep {
        skip_line(input).await;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

async fn skip_line(input: &mut (impl AsyncBufRead + Unpin)) {
    loop {
        let (skip, is_end) = match input.fill_buf().await {
            Ok([]) | Err(_) => return,
            Ok(buffer) => match buffer.iter().position(|byte| *byte == b'\n') {
                Some(end) => (end + 1, true),
                None => (buffer.len(), false),
            },
        };
        input.consume(skip);
        if is_end {
            return;
        }
    }
}
