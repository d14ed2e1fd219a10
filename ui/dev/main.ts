// Development only: the real screens over a made-up core, to look at. `?screen=` picks what is shown:
// onboarding, recovery, empty, main (default), offline, loading. Never part of the build.

import "@fontsource-variable/inter/index.css";
import "../src/styles/tokens.css";
import "../src/styles/base.css";
import "../src/styles/art.css";

import { mount } from "svelte";
import App from "../src/app/App.svelte";
import { AppController } from "../src/app/AppController.svelte";
import { language } from "../src/i18n/Language.svelte";
import { savedTheme } from "../src/kit/theme";
import { putChats } from "./chats";
import { conversation, MemoryBackend, message, own } from "../tests/MemoryBackend";

const screen = new URLSearchParams(location.search).get("screen") ?? "main";
const theme = savedTheme(localStorage);
if (theme !== "system") document.documentElement.dataset.theme = theme;

const backend = new MemoryBackend();
backend.status = { ...backend.status, accountId: [..."mara"].map((one) => one.charCodeAt(0).toString(16)).join("").padEnd(64, "0"), username: "mara", displayName: "Mara Lindqvist", server: "meadow.example" };
backend.handle("server.suggestions", () => [
  { server: "127.0.0.1:8443", label: "Local server", local: true },
  { server: "pipit.example", label: "pipit.example", local: false },
]);
backend.handle("server.probe", ({ server }) => ({ server, name: "Meadow", registration: "open", latencyMs: 38 }));
backend.handle("account.checkUsername", ({ username }) => (username === "mara" ? { free: false, problem: "taken" } : { free: true }));
backend.handle("account.recoveryKey", () => ({ recoveryKey: "TARN-7KQH-4M2X-WREN-PF63-9DVY-HEAT-8RTC-N5GB-ULMA-2XJ7-KEPS" }));
backend.people = [{ accountId: "acc-noor", username: "noor", name: "Noor de Wit", displayName: "Noor de Wit" }];

const now = Date.now();
const minute = 60_000;
const day = 24 * 60 * minute;
const at = (days: number, hours: number, minutes: number): number => new Date(now - days * day).setHours(hours, minutes, 0, 0);

function person(id: string, name: string, ...lines: ReturnType<typeof message>[]): void {
  const last = lines.at(-1);
  backend.put(conversation(id, { name, peer: { accountId: `acc-${id}`, username: id, name, displayName: name }, updatedAt: last?.sentAt ?? now }), lines);
}
const from = (id: string, n: number, sentAt: number, text: string, over = {}) => message(`${id}${n}`, { conversationId: id, position: n, sender: `acc-${id}`, senderName: id, sentAt, text, ...over });
const mine = (id: string, n: number, sentAt: number, text: string, over = {}) => own(`${id}${n}`, { conversationId: id, position: n, sentAt, text, state: "read", ...over });

if (screen !== "empty") {
  const history = Array.from({ length: 1200 }, (_, n) => (n % 3 === 1 ? mine : from)("dad", n, at(5, 9, 0) + n * 4 * minute, n % 7 === 0 ? `Number ${n}. ${"A longer line of words to wrap. ".repeat(1 + (n % 9))}` : `Message ${n}`));
  person("dad", "Dad", ...history.filter((one) => one.sentAt < at(1, 0, 0)),
    from("dad", 2001, at(1, 18, 2), "The hut is booked! Two nights, six bunks, one very small stove."),
    from("dad", 2002, at(1, 18, 3), "See https://meadowhuts.example/tarn-hut (and the map at https://en.wikipedia.org/wiki/Tarn_(lake))."),
    mine("dad", 2003, at(1, 18, 10), "Amazing. I’ll cook on Saturday, something that fits on one ring."),
    mine("dad", 2004, at(1, 18, 10), "Does anyone not eat lentils?", { state: "delivered" }),
    from("dad", 2005, at(0, 0, 31), "", { kind: "unreadable" }),
    from("dad", 2006, at(0, 0, 32), "", { kind: "newer" }),
    from("dad", 2007, at(0, 0, 33), "رسالة من اليمين إلى اليسار with some Latin inside"),
    mine("dad", 2008, at(0, 1, 1), "Did not go", { state: "failed", failure: { code: "NOT_A_MEMBER", message: "You are no longer in this chat.", retry: true } }),
    mine("dad", 2009, at(0, 1, 2), "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft-averylongunbrokenwordthatmustwrapwithoutpushingthelayout", { state: "accepted" }),
    mine("dad", 2010, at(0, 1, 3), "Shall I bring anything?", { state: "queued" }));
  person("ines", "Ines Okafor", from("ines", 1, at(0, 0, 20), "Roof box is yours. Collect it any evening after six."));
  person("leila", "ليلى حداد", from("leila", 1, at(0, 0, 10), "أراك عند المحطة الساعة السادسة"));
  person("jun", "Jun Park", from("jun", 1, at(0, 0, 5), "About Saturday"), from("jun", 2, at(0, 0, 6), Array.from({ length: 45 }, (_, n) => `Line ${n + 1}`).join("\n")));
  person("oskar", "Oskar Nyström", mine("oskar", 1, at(1, 11, 0), "Clear until Sunday noon. Start at seven?", { state: "delivered" }));
  person("brandt", "H. Brandt (flat)", mine("brandt", 1, at(2, 11, 0), "The key is with Noor.", { state: "failed" }));
  for (let n = 0; n < 300; n++) person(`p${n}`, `Person ${n}`, from(`p${n}`, 1, at(3 + n, 11, 0), "Thank you for watering everything 🌿"));
  backend.put(conversation("self", { kind: "self", name: "mara", updatedAt: at(2, 9, 0) }), [mine("self", 1, at(2, 9, 0), "Spare key is with Noor, 2nd floor")]);
  const set = (id: string, over: object): void => void backend.conversations.set(id, { ...backend.conversations.get(id)!, ...over });
  const group = { memberCount: 7, ownRole: "admin", leaders: [{ accountId: "acc-tomas", role: "owner" }, { accountId: "acc-me", role: "admin" }], isMember: true, permissions: { add: "admins", editInfo: "admins", send: "everyone" }, sharesHistory: 50, needsApproval: true, requestCount: 1 };
  backend.put(conversation("ridge", { kind: "group", name: "Ridge walkers", updatedAt: at(0, 0, 50) }), [from("ridge", 1, at(0, 0, 40), "7 is early. 7 is fine.", { senderName: "Tomás" })]);
  backend.put(conversation("coop", { kind: "group", name: "Kitchen table co-op", updatedAt: at(0, 0, 1) }), [from("coop", 1, at(0, 0, 1), "the rota for March is up", { senderName: "Priya" })]);
  backend.put(conversation("eli", { name: "Eli Moreau", updatedAt: at(0, 0, 2), peer: { accountId: "acc-eli", username: "eli.moreau", name: "eli.moreau" } }), [from("eli", 1, at(0, 0, 2), "Hi Mara! Noor gave me your name.")]);
  set("ridge", { isPinned: true, group, about: "One ridge a month, whatever the weather. Mostly." });
  set("self", { isPinned: true });
  set("coop", { isMuted: true, unread: 12, group: { ...group, ownRole: "member" } });
  set("oskar", { isMarkedUnread: true });
  set("brandt", { isArchived: true });
  set("eli", { request: true });
  set("leila", { mentions: 1 });
  set("ines", { unread: 2, firstUnread: "ines1" });
  set("leila", { unread: 128, firstUnread: "leila1" });
  set("jun", { draft: "About Saturday, could we start a bit later" });
}
if (screen !== "empty") putChats(backend, at);
if (screen === "offline") backend.status = { ...backend.status, connection: "offline", retryAt: now + 30_000 };
if (screen === "onboarding") backend.status = { state: "signedOut", connection: "offline", recoveryKeyPending: false };
if (screen === "recovery") backend.status = { ...backend.status, recoveryKeyPending: true };
if (screen === "loading") backend.hold("conversation.list");
backend.handle("message.markRead", ({ conversationId }) => {
  const one = { ...backend.conversations.get(conversationId)!, unread: 0 };
  backend.conversations.set(conversationId, one);
  backend.emit({ type: "conversation.changed", conversation: one });
  return {};
});

await language.start(localStorage, document.documentElement);
const changed = (conversationId: string, over: object): Record<string, never> => {
  const one = { ...backend.conversations.get(conversationId)!, ...over };
  backend.conversations.set(conversationId, one);
  backend.emit({ type: "conversation.changed", conversation: one });
  return {};
};
backend.handle("conversation.pin", ({ conversationId, isPinned }) => changed(conversationId, { isPinned }));
backend.handle("conversation.archive", ({ conversationId, isArchived }) => changed(conversationId, { isArchived }));
backend.handle("conversation.mute", ({ conversationId, isMuted, until }) => changed(conversationId, { isMuted, mutedUntil: until }));
backend.handle("conversation.markUnread", ({ conversationId }) => changed(conversationId, { isMarkedUnread: true }));
backend.handle("contact.list", () => [
  { accountId: "acc-noor", username: "noor", name: "Noor de Wit" }, { accountId: "acc-ines", username: "ines.o", name: "Ines Okafor" },
  { accountId: "acc-leila", username: "leila.h", name: "ليلى حداد" }, { accountId: "acc-spam", username: "spam", name: "Spammer", isBlocked: true },
]);
backend.handle("conversation.members", () => [
  { accountId: "acc-tomas", username: "tomas", name: "Tomás Ferreira", role: "owner", isOwn: false, isContact: true }, { accountId: "acc-me", username: "mara", name: "Mara Lindqvist", role: "admin", isOwn: true, isContact: false },
  ...["Ines Okafor", "Jun Park", "ليلى حداد", "Oskar Nyström", "Priya Raman"].map((name, n) => ({ accountId: `acc-m${n}`, username: `user${n}`, name, role: "member" as const, isOwn: false, isContact: true })),
]);
backend.handle("invite.get", () => ({ link: "pipit://join/oWZzZXJ2ZXJyMTI3LjAuMC4xOjg0NDM" }));
backend.handle("invite.requests", () => [{ accountId: "acc-eli", username: "eli.moreau", name: "Eli Moreau" }]);
backend.handle("settings.get", () => ({
  readReceipts: true, typing: true, lastSeen: "contacts", online: "contacts", notifications: { isOn: true, showsText: true, sound: false }, requestsFromStrangers: true,
}));
backend.handle("profile.get", () => ({ displayName: "Mara Lindqvist", about: "Slow hiker, fast talker" }));
backend.handle("message.search", ({ query, conversationId }) => {
  const all = [...backend.messages.values()].flat().filter((one) => (!conversationId || one.conversationId === conversationId) && one.text.toLowerCase().includes(query.toLowerCase()));
  return {
    hits: all.reverse().slice(0, 40).map((one) => {
      const from = one.text.toLowerCase().indexOf(query.toLowerCase());
      const snippet = [{ text: one.text.slice(Math.max(0, from - 10), from), isHit: false }, { text: one.text.slice(from, from + query.length), isHit: true }, { text: one.text.slice(from + query.length), isHit: false }];
      const { messageId, conversationId, sender, senderName, isOwn, sentAt, kind } = one;
      return { messageId, conversationId, conversationName: backend.conversations.get(conversationId)!.name, sender, senderName, isOwn, sentAt, kind, snippet };
    }),
  };
});
Object.assign(globalThis, { type: (name: string) => backend.emit({ type: "typing", conversationId: "ridge", accountId: "acc-x", name, isTyping: true }) });

const app = new AppController(backend, sessionStorage);
Object.assign(globalThis, { backend, app, message, own });
mount(App, { target: document.getElementById("app")!, props: { app } });
await app.start();
