//! The tree of a group that is too large to come with a Welcome, and the ledgers of all who are in it.

use pipit_domain::ConversationId;
use pipit_store::table::ledger;
use pipit_wire::v1::EpochTree;

use crate::error::ClientError;
use crate::session::Session;

impl Session {
    /// Fetches the tree of the epoch into which a Welcome leads.
    ///
    /// # Errors
    /// When the server can't be reached, or no longer has it.
    pub(crate) async fn fetch_tree(
        &self,
        conversation: ConversationId,
        epoch: u64,
    ) -> Result<Vec<u8>, ClientError> {
        let path = format!("/v1/conversations/{conversation}/tree/{epoch}");
        let tree: EpochTree = self.get(&path).await?;
        self.learn_members(&tree.tree).await?;
        Ok(tree.tree)
    }

    /// Fetches the ledgers of everybody in a tree that this device does not know yet, many at a time. What
    /// is wrong with a tree shows when the group is joined.
    ///
    /// # Errors
    /// As [`Session::refresh_ledgers`].
    pub(crate) async fn learn_members(&self, tree: &[u8]) -> Result<(), ClientError> {
        let accounts = pipit_e2ee::accounts_of_tree(tree);
        let unknown = self
            .store
            .read(move |connection| {
                let mut unknown = Vec::new();
                for account in accounts {
                    if !ledger::is_known(connection, account)? {
                        unknown.push(account);
                    }
                }
                Ok::<_, ClientError>(unknown)
            })
            .await?;
        self.refresh_ledgers(&unknown).await
    }
}
