// The words around choosing a picture.

import { t } from "./text";

export function pictureTexts() {
  return {
    change: t("picture.change"), remove: t("picture.remove"), unreadable: t("picture.unreadable"), title: t("picture.crop"), close: t("app.close"),
    cancel: t("app.cancel"), use: t("picture.use"), move: t("picture.move"), zoom: t("picture.zoom"),
  };
}
