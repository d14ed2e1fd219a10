//! The command `message.search`: its bounds, and from the client's hits to what a screen shows.

use pipit_client as client;
use pipit_domain::{Redacted, Timestamp};

use crate::api::{Answer, Api, conversation, id, limit_of};
use crate::error::{ErrorCode, RpcError};
use crate::param::SearchParams;
use crate::view::{SearchHit, SearchKind, SearchOrder, SearchPage, SnippetPart};

/// Bytes of a search box's name, at most.
const BOX_LEN_MAX: usize = 64;

impl Api {
    pub(crate) async fn message_search(&self, params: SearchParams) -> Answer<SearchPage> {
        let request = request(params)?;
        Ok(page(self.client.search(request).await?))
    }
}

fn request(params: SearchParams) -> Answer<client::SearchRequest> {
    if params
        .search_box
        .as_ref()
        .is_some_and(|name| name.len() > BOX_LEN_MAX)
    {
        return Err(bad(&format!("searchBox has at most {BOX_LEN_MAX} bytes.")));
    }
    let has_filter = params.conversation_id.is_some()
        || params.sender.is_some()
        || params.from.is_some()
        || params.to.is_some()
        || params.kind.is_some();
    if params.query.trim().is_empty() && !has_filter {
        return Err(bad("Say what to search for: a query, or a filter."));
    }
    let place = params.conversation_id.as_deref().map(conversation);
    let sender = params.sender.as_deref().map(|sender| id(sender, "sender"));
    let cursor = params.before.as_deref().map(|before| {
        before
            .parse()
            .map_err(|_| bad("before is not the next of a search's answer."))
    });
    Ok(client::SearchRequest {
        query: Redacted(params.query),
        conversation: place.transpose()?,
        sender: sender.transpose()?,
        from: params.from.map(Timestamp::from_millis),
        to: params.to.map(Timestamp::from_millis),
        kind: params.kind.map(|kind| match kind {
            SearchKind::Text => client::SearchKind::Text,
            SearchKind::Link => client::SearchKind::Link,
            SearchKind::Poll => client::SearchKind::Poll,
        }),
        order: match params.order {
            None | Some(SearchOrder::Time) => client::SearchOrder::Time,
            Some(SearchOrder::Relevance) => client::SearchOrder::Relevance,
        },
        cursor: cursor.transpose()?,
        limit: limit_of(params.limit)?,
        search_box: params.search_box,
    })
}

fn bad(sentence: &str) -> RpcError {
    RpcError::new(ErrorCode::BadRequest, sentence)
}

fn page(answer: client::SearchAnswer) -> SearchPage {
    SearchPage {
        hits: answer.hits.into_iter().map(hit).collect(),
        next: answer.next.map(|next| next.to_string()),
        unindexed: (answer.unindexed > 0).then_some(answer.unindexed),
    }
}

fn hit(hit: client::SearchHit) -> SearchHit {
    let message = hit.message;
    let parts = hit.snippet.into_iter().map(|piece| SnippetPart {
        text: piece.text.0,
        is_hit: piece.is_hit,
    });
    SearchHit {
        message_id: message.row.id.to_string(),
        conversation_id: message.conversation.to_string(),
        conversation_name: hit.conversation_name.0,
        sender: message.row.sender.to_string(),
        sender_name: message.sender_name.0,
        is_own: message.is_own,
        sent_at: message.row.sent_at.as_millis(),
        kind: message.row.kind.into(),
        snippet: parts.collect(),
    }
}
