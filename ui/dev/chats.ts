// Development only: a group with everything that a message can be, and commands that change it like the core would.

import type { Conversation, Member, Message } from "../src/backend/types";
import { conversation, ME, type MemoryBackend, message, own } from "../tests/MemoryBackend";

const PEOPLE: Record<string, string> = { tomas: "Tomás Ferreira", ines: "Ines Okafor", priya: "Priya Raman", jun: "Jun Park", leila: "ليلى حداد" };
const hex = (name: string): string => [...name].map((one) => one.charCodeAt(0).toString(16).padStart(2, "0")).join("").padEnd(64, "0");

export function putChats(backend: MemoryBackend, at: (days: number, hours: number, minutes: number) => number): void {
  let position = 0;
  const id = "ridge";
  const put: Message[] = [];
  const say = (who: string | undefined, sentAt: number, text: string, over: Partial<Message> = {}): Message => {
    position++;
    const base = who === undefined ? own(`r${position}`, { state: "read" }) : message(`r${position}`, { sender: hex(who), senderName: PEOPLE[who]! });
    const one = { ...base, conversationId: id, position, sentAt, text, ...over } as Message;
    put.push(one);
    return one;
  };
  const system = (sentAt: number, word: string, over = {}): Message => say("tomas", sentAt, word, { kind: "system", system: { word, actor: { accountId: hex("tomas"), name: PEOPLE.tomas!, isOwn: false }, ...over } });

  system(at(1, 17, 50), "group.created", { value: "Ridge walkers" });
  system(at(1, 17, 51), "group.added", { target: { accountId: hex("jun"), name: "Jun Park", isOwn: false } });
  const hut = say("tomas", at(1, 18, 2), "The hut is booked! Two nights, six bunks, one very small stove.", { isPinned: true });
  say("tomas", at(1, 18, 3), "https://meadowhuts.example/tarn-hut", { reactions: [{ emoji: "🎉", count: 4, isOwn: true, names: ["Ines", "Jun", "Priya"] }, { emoji: "❤️", count: 2, isOwn: false, names: ["Ines", "ليلى"] }] });
  say(undefined, at(1, 18, 10), "Amazing. I’ll cook on Saturday, something that fits on one ring.", { editedAt: at(1, 18, 12), replyTo: { messageId: hut.messageId, sender: hut.sender, senderName: hut.senderName, text: hut.text, kind: "text", isMissing: false } });
  say(undefined, at(1, 18, 10), "Does anyone not eat lentils?");
  say("priya", at(1, 18, 15), "", { kind: "deleted" });
  say("jun", at(1, 18, 21), `Lentils are **great**. [@Mara](pipit:account:${hex("mara")}) shall I bring the _big_ pot?`, { mentionsMe: true });
  say("jun", at(1, 18, 22), "- sleeping bag\n- `gpx` file of the ~~short~~ long loop\n- snacks\n\n> Bring snacks. Many snacks.\n\n```\nlet start = 7;\nwalk(start, { until: \"noon\", with: [\"Ines\", \"Oskar\", \"Priya\", \"Jun\"] });\n```");
  say("leila", at(0, 0, 10), "عندي مكان لشخصين، وسأجلب القهوة ☕", { isForwarded: true });
  say("priya", at(0, 0, 12), "😍🔥");
  say("ines", at(0, 0, 14), "When?", { kind: "poll", poll: { question: "When do we start?", isMultiple: false, isClosed: false, voterCount: 3, options: [{ text: "At 7", count: 2, isOwn: true, names: ["Ines"] }, { text: "At 8", count: 1, isOwn: false, names: ["Jun Park"] }, { text: "We don’t", count: 0, isOwn: false, names: [] }] } });
  say(undefined, at(0, 0, 15), "This one goes away.", { timer: 604_800, isStarred: true, state: "delivered", reactions: [{ emoji: "🙏", count: 2, isOwn: false, names: ["Ines", "Jun"] }] });
  say("tomas", at(0, 0, 20), "Gone", { replyTo: { messageId: "nothing", isMissing: true } });
  for (let n = 0; n < 3; n++) say("ines", at(0, 0, 30), `Roof box is yours. Collect it any evening after six. ${n}`);

  const members: Member[] = [{ accountId: ME, username: "mara", name: "Mara", role: "owner", isOwn: true, isContact: true }, ...Object.entries(PEOPLE).map(([user, name]): Member => ({ accountId: hex(user), username: user, name, role: "member", isOwn: false, isContact: true }))];
  const group: Partial<Conversation> = {
    kind: "group", name: "Ridge walkers", updatedAt: Date.now(), pinnedCount: 1, canSend: true, mentions: 1, firstMention: "r8", timer: 604_800,
    group: { memberCount: 6, ownRole: "owner", leaders: [{ accountId: ME, role: "owner" }, { accountId: hex("tomas"), role: "admin" }], isMember: true, permissions: { add: "everyone", editInfo: "everyone", send: "everyone" }, sharesHistory: 0, needsApproval: false, requestCount: 0 },
  };
  backend.put(conversation(id, group), put);
  backend.put(conversation("eli", { name: "Eli Moreau", updatedAt: at(0, 0, 1), peer: { accountId: hex("eli"), username: "eli.moreau", name: "Eli Moreau" }, request: true }), [
    message("e1", { conversationId: "eli", sender: hex("eli"), senderName: "Eli Moreau", sentAt: at(0, 0, 1), text: "Hi Mara! Noor gave me your name, I’m the new one on nights." }),
  ]);
  backend.put(conversation("blocked", { name: "Blocked", updatedAt: 1, isBlocked: true, peer: { accountId: hex("blk"), username: "blk", name: "Blocked" } }), []);

  const find = (messageId: string): Message => [...backend.messages.values()].flat().find((one) => one.messageId === messageId)!;
  const change = (messageId: string, over: Partial<Message>): void => {
    const next = { ...find(messageId), ...over };
    for (const [key, list] of backend.messages) backend.messages.set(key, list.map((one) => (one.messageId === messageId ? next : one)));
    backend.emit({ type: "message.changed", message: next });
  };
  backend.handle("conversation.members", () => members);
  backend.handle("conversation.pinned", ({ conversationId }) => backend.messages.get(conversationId)!.filter((one) => one.isPinned));
  backend.handle("message.react", ({ messageId, emoji, isOn }) => {
    const reactions = find(messageId).reactions.map((one) => (one.emoji === emoji ? { ...one, isOwn: isOn, count: one.count + (isOn ? 1 : -1) } : one)).filter((one) => one.count > 0);
    change(messageId, { reactions: isOn && !reactions.some((one) => one.emoji === emoji) ? [...reactions, { emoji, count: 1, isOwn: true, names: [] }] : reactions });
    return {};
  });
  backend.handle("message.edit", ({ messageId, text }) => { change(messageId, { text, editedAt: Date.now() }); return {}; });
  backend.handle("message.pin", ({ messageId, isPinned }) => { change(messageId, { isPinned }); return {}; });
  backend.handle("message.star", ({ messageId, isStarred }) => { change(messageId, { isStarred }); return {}; });
  backend.handle("message.delete", ({ messageIds, forEveryone }) => {
    for (const messageId of messageIds) {
      if (forEveryone) change(messageId, { kind: "deleted", text: "", reactions: [] });
      else backend.emit({ type: "message.removed", conversationId: id, messageId });
    }
    return {};
  });
  backend.handle("message.restore", ({ messageIds }) => { for (const one of messageIds) backend.emit({ type: "message.added", message: find(one) }); return {}; });
  backend.handle("message.info", () => ({ recipients: Object.entries(PEOPLE).map(([user, name], n) => ({ accountId: hex(user), name, ...(n < 4 ? { deliveredAt: at(0, 0, 16) } : {}), ...(n < 2 ? { readAt: at(0, 0, 17) } : {}) })) }));
  backend.handle("message.history", ({ messageId }) => [{ text: "Amazing. I’ll cook.", at: at(1, 18, 10) }, { text: find(messageId).text, at: at(1, 18, 12) }]);
  backend.handle("poll.vote", ({ messageId, options }) => {
    const { poll } = find(messageId);
    change(messageId, { poll: { ...poll!, options: poll!.options.map((one, n) => ({ ...one, isOwn: options.includes(n), count: one.count + Number(options.includes(n)) - Number(one.isOwn) })) } });
    return {};
  });
  Object.assign(globalThis, { typing: (isTyping: boolean) => backend.emit({ type: "typing", conversationId: id, accountId: hex("ines"), name: PEOPLE.ines!, isTyping }) });
}
