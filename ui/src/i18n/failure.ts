// What a failed call says to a person: what happened, then what to do. Codes that have their own place on a
// screen (a wrong password, a name that is taken) are handled there; this is for the ones that can come anywhere.

import type { BackendError } from "../backend/backend";
import { t } from "./text";

export function failureText(error: BackendError): string {
  switch (error.code) {
    case "CORE_GONE": return t("failure.coreGone");
    case "OFFLINE": return t("failure.offline");
    case "UNREACHABLE": return t("failure.unreachable");
    case "SLOW_DOWN": return t("failure.slowDown", { count: Math.max(1, Math.ceil((error.retryAfterMs ?? 5_000) / 1_000)) });
    case "STORAGE_FULL": return t("failure.storageFull");
    case "KEYCHAIN_UNAVAILABLE": return t("failure.keychain");
    case "KEY_MISSING": return t("failure.keyMissing");
    case "STORAGE": return t("failure.storage");
    default: return error.message;
  }
}
