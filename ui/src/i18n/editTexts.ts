// The words around a line that can be changed in place.

import { t } from "./text";

export function editTexts(label: string): { edit: string; cancel: string; save: string } {
  return { edit: t("settings.edit", { label }), cancel: t("app.cancel"), save: t("settings.save") };
}
