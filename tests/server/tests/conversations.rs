//! Conversations: who may be in which, and one order of commits for everybody.

use anyhow::Result;
use pipit_domain::ConversationId;
use pipit_e2ee::{Change, Commit, Opened, Suite};
use pipit_ledger::conversation;
use pipit_load::raw::{Connection, Device, random};
use pipit_wire::v1::{
    Accepted, CommitGroup, ConversationKind, Deliver, EnvelopeKind, GroupState, ListConversations,
    client_frame, server_frame,
};
use server_tests::{Pair, Server, envelope, refused, say, submit, text_of};

const SERVER: &str = env!("CARGO_BIN_EXE_test-server");

async fn state(device: &Device, id: ConversationId) -> Result<GroupState> {
    let path = format!("/v1/conversations/{id}");
    device.http.get(&path, Some(&device.token())).await
}

fn follow(device: &Device, group: pipit_domain::GroupId, deliver: &Deliver) -> Result<u64> {
    assert!(deliver.kind() == EnvelopeKind::Commit);
    match device.open(group, &deliver.payload)? {
        Opened::Commit(committed) => Ok(committed.epoch),
        _ => panic!("not a commit"),
    }
}

#[tokio::test]
async fn of_two_commits_at_once_one_wins_and_the_other_follows() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        alice,
        bob,
        mut to_alice,
        mut to_bob,
        conversation,
        group,
    } = server.alice_and_bob().await?;
    let (by_alice, by_bob) = (envelope(), envelope());
    let commit_a = alice.commit(group, Change::renew(), by_alice)?;
    let commit_b = bob.commit(group, Change::renew(), by_bob)?;
    let (answer_a, answer_b) = tokio::join!(
        alice.send_commit(conversation, by_alice, &commit_a),
        bob.send_commit(conversation, by_bob, &commit_b),
    );
    assert!(answer_a.is_ok() != answer_b.is_ok(), "exactly one wins");
    let a_won = answer_a.is_ok();
    let (winner, loser) = if a_won {
        (&alice, &bob)
    } else {
        (&bob, &alice)
    };
    let (to_winner, to_loser) = if a_won {
        (&mut to_alice, &mut to_bob)
    } else {
        (&mut to_bob, &mut to_alice)
    };
    assert_eq!(
        refused(if a_won { answer_b } else { answer_a }),
        "STALE_EPOCH"
    );
    winner.confirm(group)?;
    assert_eq!(follow(loser, group, &to_loser.delivery().await?)?, 2);
    let again = envelope();
    let commit = loser.commit(group, Change::renew(), again)?;
    loser.send_commit(conversation, again, &commit).await?;
    loser.confirm(group)?;
    let deliver = to_winner.delivery().await?;
    assert_eq!(deliver.envelope_id, again.as_bytes());
    assert_eq!(follow(winner, group, &deliver)?, 3);

    // A message of an epoch that has passed is refused with the epoch that is.
    say(winner, to_winner, group, "in the third epoch").await?;
    let deliver = to_loser.delivery().await?;
    assert_eq!(text_of(loser, group, &deliver)?, "in the third epoch");
    Ok(())
}

#[tokio::test]
async fn a_repeated_commit_is_answered_again_and_not_sent_again() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        alice,
        bob,
        mut to_alice,
        mut to_bob,
        conversation,
        group,
    } = server.alice_and_bob().await?;
    let id = envelope();
    let commit = alice.commit(group, Change::renew(), id)?;
    let first = alice.send_commit(conversation, id, &commit).await?;
    let again = alice.send_commit(conversation, id, &commit).await?;
    assert_eq!(first.time, again.time);
    alice.confirm(group)?;
    say(&alice, &mut to_alice, group, "after").await?;
    follow(&bob, group, &to_bob.delivery().await?)?;
    assert_eq!(text_of(&bob, group, &to_bob.delivery().await?)?, "after");
    Ok(())
}

#[tokio::test]
async fn of_two_who_open_the_same_conversation_one_wins() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let mut alice = server.sign_up("alice").await?;
    let mut bob = server.sign_up("bob").await?;
    let (mut to_alice, mut to_bob) = (alice.connect().await?, bob.connect().await?);
    let by_alice = alice
        .start_direct(&mut to_alice, bob.account(), Suite::PostQuantum)
        .await?;
    let by_bob = bob
        .start_direct(&mut to_bob, alice.account(), Suite::PostQuantum)
        .await?;
    assert!(by_alice.conversation == by_bob.conversation);
    alice.create(&by_alice).await?;
    assert_eq!(refused(bob.create(&by_bob).await), "ALREADY_EXISTS");
    // The winner's request again, after its answer was lost, is answered again.
    alice.create(&by_alice).await?;
    bob.join(&to_bob.delivery().await?)?;
    say(&alice, &mut to_alice, by_alice.group, "hello").await?;
    let deliver = to_bob.delivery().await?;
    assert_eq!(text_of(&bob, by_alice.group, &deliver)?, "hello");
    Ok(())
}

#[tokio::test]
async fn a_direct_conversation_holds_exactly_two_peoples_devices() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let mut alice = server.sign_up("alice").await?;
    let mut bob = server.sign_up("bob").await?;
    let carol = server.sign_up("carol").await?;
    let _laptop = bob.add_device(2).await?;
    let mut to_alice = alice.connect().await?;
    let accounts = [alice.account(), bob.account(), carol.account()];
    alice.fetch_ledgers(&mut to_alice, &accounts).await?;
    let id = conversation::direct(alice.account(), bob.account());
    let suite = Suite::Classical;
    let start = |kind, id, leaves| alice.start(id, kind, suite, leaves);

    let bobs = alice.claim(&mut to_alice, &[bob.account()], suite).await?;
    assert_eq!(bobs.len(), 2);
    let missing = start(ConversationKind::Direct, id, bobs[..1].to_vec())?;
    assert_eq!(refused(alice.create(&missing).await), "INVALID_HANDSHAKE");
    let carols = alice
        .claim(&mut to_alice, &[carol.account()], suite)
        .await?;
    let too_many = start(
        ConversationKind::Direct,
        id,
        [bobs.clone(), carols.clone()].concat(),
    )?;
    assert_eq!(refused(alice.create(&too_many).await), "INVALID_HANDSHAKE");
    let elsewhere = ConversationId::new(random());
    let wrong_id = start(ConversationKind::Direct, elsewhere, bobs.clone())?;
    assert_eq!(refused(alice.create(&wrong_id).await), "INVALID_HANDSHAKE");
    let group = start(
        ConversationKind::Group,
        elsewhere,
        [bobs.clone(), carols].concat(),
    )?;
    alice.create(&group).await?;
    let right = start(ConversationKind::Direct, id, bobs)?;
    alice.create(&right).await?;

    // Parts that do not belong together.
    let alone = start(
        ConversationKind::Group,
        ConversationId::new(random()),
        Vec::new(),
    )?;
    let mut mixed = alone.request.clone();
    mixed.tree = right.request.tree.clone();
    let mixed = pipit_load::raw::Started {
        request: mixed,
        ..alone
    };
    assert_eq!(refused(alice.create(&mixed).await), "INVALID_HANDSHAKE");
    let mut uninvited = start(
        ConversationKind::Group,
        ConversationId::new(random()),
        Vec::new(),
    )?;
    uninvited.request.welcome = right.request.welcome.clone();
    assert_eq!(refused(alice.create(&uninvited).await), "INVALID_HANDSHAKE");
    // Only somebody who is in it.
    assert_eq!(refused(carol.create(&right).await), "NOT_A_MEMBER");
    Ok(())
}

#[tokio::test]
async fn a_new_device_joins_by_a_siblings_commit_and_a_removed_one_is_out() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        mut alice,
        bob,
        mut to_alice,
        mut to_bob,
        conversation,
        group,
    } = server.alice_and_bob().await?;
    let mut laptop = alice.add_device(2).await?;
    let leaves = alice
        .claim(&mut to_alice, &[alice.account()], Suite::PostQuantum)
        .await?;
    let id = envelope();
    let commit = alice.commit(group, Change::add(leaves), id)?;
    alice.send_commit(conversation, id, &commit).await?;
    alice.confirm(group)?;
    let mut to_laptop = laptop.connect().await?;
    laptop
        .fetch_ledgers(&mut to_laptop, &[alice.account(), bob.account()])
        .await?;
    laptop.join(&to_laptop.delivery().await?)?;
    let said = say(&laptop, &mut to_laptop, group, "from the laptop").await?;
    let mut bob = bob;
    bob.fetch_ledgers(&mut to_bob, &[alice.account()]).await?;
    follow(&bob, group, &to_bob.delivery().await?)?;
    let deliver = to_bob.delivery().await?;
    assert_eq!(text_of(&bob, group, &deliver)?, "from the laptop");
    to_bob.acknowledge(vec![deliver.sequence]).await?;
    let delivered = delivered_push(&mut to_laptop).await?;
    assert_eq!(delivered.envelope_ids, [said.to_vec()]);

    let id = envelope();
    let commit = alice.commit(group, Change::remove(vec![laptop.id()]), id)?;
    alice.send_commit(conversation, id, &commit).await?;
    alice.confirm(group)?;
    let deliver = to_laptop.delivery().await?;
    assert!(
        deliver.kind() == EnvelopeKind::Commit,
        "a removed device learns that it was removed"
    );
    let late = bob.seal(group, envelope(), b"x")?;
    assert_eq!(refused(submit(&mut to_laptop, late).await), "NOT_A_MEMBER");
    Ok(())
}

#[tokio::test]
async fn a_device_joins_from_outside_with_the_servers_group_info() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        mut alice,
        mut bob,
        mut to_bob,
        conversation,
        group,
        ..
    } = server.alice_and_bob().await?;
    let mut laptop = alice.add_device(2).await?;
    let mut to_laptop = laptop.connect().await?;
    let list = client_frame::Body::ListConversations(ListConversations::default());
    let answer = to_laptop.request(list.clone()).await?;
    let server_frame::Body::Conversations(listed) = answer else {
        panic!("another answer")
    };
    assert_eq!(listed.conversations.len(), 1);
    assert!(!listed.conversations[0].is_member && listed.conversations[0].epoch == 1);

    laptop
        .fetch_ledgers(&mut to_laptop, &[alice.account(), bob.account()])
        .await?;
    let id = envelope();
    let stale = state(&laptop, conversation).await?;
    let commit = laptop.join_external(&stale, id)?;
    laptop.send_commit(conversation, id, &commit).await?;
    say(&laptop, &mut to_laptop, group, "here I am").await?;
    bob.fetch_ledgers(&mut to_bob, &[alice.account()]).await?;
    follow(&bob, group, &to_bob.delivery().await?)?;
    let deliver = to_bob.delivery().await?;
    assert_eq!(text_of(&bob, group, &deliver)?, "here I am");
    let server_frame::Body::Conversations(listed) = to_laptop.request(list).await? else {
        panic!("another answer")
    };
    assert!(listed.conversations[0].is_member && listed.conversations[0].epoch == 2);

    // From an epoch that has passed it does not work, and strangers don't even learn that it exists.
    let commit = laptop.join_external(&stale, envelope())?;
    let answer = laptop.send_commit(conversation, envelope(), &commit).await;
    assert_eq!(refused(answer), "STALE_EPOCH");
    let carol = server.sign_up("carol").await?;
    assert_eq!(
        refused(state(&carol, conversation).await),
        "UNKNOWN_CONVERSATION"
    );
    let answer = carol.send_commit(conversation, envelope(), &commit).await;
    assert_eq!(refused(answer), "NOT_A_MEMBER");
    Ok(())
}

#[tokio::test]
async fn a_commit_that_does_not_check_changes_nothing() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        alice,
        bob,
        mut to_alice,
        mut to_bob,
        conversation,
        group,
    } = server.alice_and_bob().await?;
    let id = envelope();
    let right = alice.commit(group, Change::renew(), id)?;
    let send = async |from: &Device, commit: &Commit| -> Result<Accepted> {
        from.send_commit(conversation, envelope(), commit).await
    };

    let mut damaged = right.clone();
    let middle = damaged.commit.len() / 2;
    damaged.commit[middle] ^= 1;
    assert_eq!(refused(send(&alice, &damaged).await), "INVALID_HANDSHAKE");
    let mut cut = right.clone();
    cut.commit.truncate(middle);
    assert_eq!(refused(send(&alice, &cut).await), "MALFORMED");
    assert_eq!(refused(send(&bob, &right).await), "INVALID_HANDSHAKE");
    let former = state(&alice, conversation).await?;
    let mut old_info = right.clone();
    old_info.group_info = former.group_info.clone();
    assert_eq!(refused(send(&alice, &old_info).await), "INVALID_HANDSHAKE");
    let mut uninvited = right.clone();
    uninvited.welcome = Some(vec![1, 2, 3]);
    assert_eq!(refused(send(&alice, &uninvited).await), "MALFORMED");
    let far = Commit {
        epoch: 9,
        ..right.clone()
    };
    assert_eq!(refused(send(&alice, &far).await), "STALE_EPOCH");
    let nowhere = alice
        .send_commit(ConversationId::new(random()), id, &right)
        .await;
    assert_eq!(refused(nowhere), "UNKNOWN_CONVERSATION");
    let body = CommitGroup {
        conversation_id: vec![1],
        ..CommitGroup::default()
    };
    let path = "/v1/conversations/commit";
    let answer = alice
        .http
        .post::<Accepted>(path, Some(&alice.token()), &body)
        .await;
    assert_eq!(refused(answer), "MALFORMED");

    let unchanged = state(&alice, conversation).await?;
    assert_eq!(
        (unchanged.epoch, unchanged.group_info),
        (1, former.group_info)
    );
    alice.send_commit(conversation, id, &right).await?;
    alice.confirm(group)?;
    follow(&bob, group, &to_bob.delivery().await?)?;
    say(&alice, &mut to_alice, group, "unharmed").await?;
    assert_eq!(text_of(&bob, group, &to_bob.delivery().await?)?, "unharmed");
    Ok(())
}

#[tokio::test]
async fn nobody_else_can_be_added_to_a_direct_conversation() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        mut alice,
        mut to_alice,
        conversation,
        group,
        ..
    } = server.alice_and_bob().await?;
    let carol = server.sign_up("carol").await?;
    alice
        .fetch_ledgers(&mut to_alice, &[carol.account()])
        .await?;
    let leaves = alice
        .claim(&mut to_alice, &[carol.account()], Suite::PostQuantum)
        .await?;
    let commit = alice.commit(group, Change::add(leaves), envelope())?;
    let answer = alice.send_commit(conversation, envelope(), &commit).await;
    assert_eq!(refused(answer), "INVALID_HANDSHAKE");
    Ok(())
}

/// The next Delivered push.
async fn delivered_push(connection: &mut Connection) -> Result<pipit_wire::v1::Delivered> {
    loop {
        if let server_frame::Body::Delivered(delivered) = connection.push().await? {
            return Ok(delivered);
        }
    }
}
