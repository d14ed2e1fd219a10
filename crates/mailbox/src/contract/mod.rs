//! The suite that every back end passes, run from its own tests by [`contract_tests!`](crate::contract_tests).
//!
//! Each case takes an empty store and what it announces. Bytes are made up: a store never looks inside.

mod conversations;
mod credentials;
mod directory;
mod fixture;
mod mailboxes;
mod restart;

pub use conversations::{
    a_commit_moves_members_and_invites_new_ones, a_conversation_is_created_once_with_its_welcome,
    a_device_that_is_not_in_force_is_refused, a_sliced_welcome_gives_each_device_its_own,
    conversations_are_listed_in_pages, the_first_commit_of_an_epoch_wins,
    who_left_gets_nothing_more,
};
pub use credentials::{
    a_password_changes_with_its_bundle, codes_of_a_second_factor_count_once,
    tallies_of_guesses_are_kept_for_an_hour,
};
pub use directory::{
    a_ledger_grows_only_from_where_it_was_checked, a_report_is_kept_for_the_operator,
    a_revoked_device_keeps_nothing, a_secret_is_made_once, key_packages_are_handed_out_once,
    key_packages_expire, names_and_ids_are_unique,
};
pub use fixture::{Announced, Fixture, Recorder};
pub use mailboxes::{
    a_full_mailbox_is_marked_and_emptied, a_mailbox_is_read_in_order_by_count_and_bytes,
    an_envelope_is_stored_once_for_every_other_device,
    deliveries_are_announced_after_they_are_stored, exactly_the_acknowledged_go,
    nothing_overtakes_what_it_comes_after, old_mailboxes_and_submits_are_forgotten,
    only_members_submit_in_the_epoch, receipt_is_recorded_once_an_account,
};
pub use restart::everything_is_there_after_a_restart;

/// Makes one test of each case.
///
/// `$open` is a function `fn(&Path, Arc<dyn Announcer>) -> Arc<dyn Store>` that opens the store kept
/// in a folder. The tests need `tokio` and `tempfile`.
#[macro_export]
macro_rules! contract_tests {
    ($open:path) => {
        $crate::contract_tests!(@cases $open;
            names_and_ids_are_unique
            a_ledger_grows_only_from_where_it_was_checked
            a_revoked_device_keeps_nothing
            key_packages_are_handed_out_once
            key_packages_expire
            a_secret_is_made_once
            a_report_is_kept_for_the_operator
            codes_of_a_second_factor_count_once
            a_password_changes_with_its_bundle
            tallies_of_guesses_are_kept_for_an_hour
            a_conversation_is_created_once_with_its_welcome
            the_first_commit_of_an_epoch_wins
            a_commit_moves_members_and_invites_new_ones
            a_sliced_welcome_gives_each_device_its_own
            who_left_gets_nothing_more
            conversations_are_listed_in_pages
            a_device_that_is_not_in_force_is_refused
            an_envelope_is_stored_once_for_every_other_device
            only_members_submit_in_the_epoch
            nothing_overtakes_what_it_comes_after
            a_mailbox_is_read_in_order_by_count_and_bytes
            exactly_the_acknowledged_go
            receipt_is_recorded_once_an_account
            deliveries_are_announced_after_they_are_stored
            a_full_mailbox_is_marked_and_emptied
            old_mailboxes_and_submits_are_forgotten
        );

        #[tokio::test]
        async fn everything_is_there_after_a_restart() {
            let folder = tempfile::tempdir().unwrap();
            let open = |announcer| $open(folder.path(), announcer);
            $crate::contract::everything_is_there_after_a_restart(&open).await;
        }
    };
    (@cases $open:path; $($case:ident)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                let folder = tempfile::tempdir().unwrap();
                let fixture = $crate::contract::Fixture::new(&|announcer| $open(folder.path(), announcer));
                $crate::contract::$case(&fixture).await;
            }
        )*
    };
}
