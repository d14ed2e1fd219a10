//! Text that was typed and not sent.

use serde_json::json;
use story_tests::Pair;

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_kept_per_conversation_and_over_a_restart() {
    let mut pair = Pair::meet().await;
    let Pair {
        alice,
        conversation,
        ..
    } = &mut pair;
    let own = alice.account.id.clone();
    let note = alice.open_account(&own).await;
    alice
        .ask(
            "conversation.setDraft",
            json!({ "conversationId": conversation, "text": "dear bob" }),
        )
        .await;
    alice
        .ask(
            "conversation.setDraft",
            json!({ "conversationId": note, "text": "buy milk" }),
        )
        .await;
    alice.kill().await;
    alice.start().await;
    let draft = async |id: &str| {
        let view = alice
            .ask("conversation.get", json!({ "conversationId": id }))
            .await;
        view.get("draft").cloned()
    };
    assert_eq!(draft(conversation).await, Some(json!("dear bob")));
    assert_eq!(draft(&note).await, Some(json!("buy milk")));
    alice
        .ask(
            "conversation.setDraft",
            json!({ "conversationId": note, "text": "" }),
        )
        .await;
    assert_eq!(draft(&note).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_goes_in_the_moment_in_which_it_is_sent() {
    let Pair {
        alice,
        conversation,
        ..
    } = &Pair::meet().await;
    let keep = json!({ "conversationId": conversation, "text": "dear bob" });
    alice.ask("conversation.setDraft", keep).await;
    let draft = async || {
        let here = json!({ "conversationId": conversation });
        let view = alice.ask("conversation.get", here).await;
        view.get("draft").cloned()
    };
    alice.send(conversation, "of another program").await;
    assert_eq!(draft().await, Some(json!("dear bob")));
    let wrong = json!({ "conversationId": conversation, "text": "", "endsDraft": true });
    alice.refused("message.send", wrong).await;
    assert_eq!(draft().await, Some(json!("dear bob")), "nothing was sent");
    let sent = json!({ "conversationId": conversation, "text": "dear bob", "endsDraft": true });
    alice.ask("message.send", sent).await;
    assert_eq!(draft().await, None);
}
