// Opens a `dialog` as a modal one while it is in the page: the browser traps focus and makes the rest inert. Focus goes
// back to where it was.

import type { Attachment } from "svelte/attachments";

export function modal(onClose: () => void): Attachment<HTMLDialogElement> {
  return (dialog) => {
    const before = document.activeElement;
    const cancel = (event: Event): void => {
      event.preventDefault();
      onClose();
    };
    const press = (event: MouseEvent): void => {
      if (event.target === dialog) onClose();
    };
    dialog.addEventListener("cancel", cancel);
    dialog.addEventListener("click", press);
    dialog.showModal();
    return () => {
      dialog.close();
      // A dialog that leaves the page together with closing gives no focus back by itself.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  };
}
