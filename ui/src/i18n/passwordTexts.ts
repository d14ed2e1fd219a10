// What the button of a password field says.

import { t } from "./text";

export function passwordTexts(): { show: string; hide: string } {
  return { show: t("onboarding.account.passwordShow"), hide: t("onboarding.account.passwordHide") };
}
