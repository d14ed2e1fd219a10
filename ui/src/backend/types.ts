// Short names for what the core tells, as the screens call it.

export type {
  AllowedTo as Who,
  ContactView as Contact,
  ConversationView as Conversation,
  GroupRole as Role,
  JoinRequestView as JoinRequest,
  LinkView as InviteLook,
  MemberView as Member,
  MessageView as Message,
  PermissionsView as Permissions,
} from "./generated/api";
