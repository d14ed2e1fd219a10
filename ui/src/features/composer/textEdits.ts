// Changes of a text field that its own undo knows.

/** Puts text in place of what is selected, or of a range. */
export function insertText(area: HTMLTextAreaElement, text: string, range?: { start: number; end: number }): void {
  area.focus();
  if (range) area.setSelectionRange(range.start, range.end);
  // The one way that undo knows; engines without it get the text all the same.
  if (document.execCommand("insertText", false, text)) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** The selection with marks around it, or without them when it has them; before a closing mark, the caret behind it. */
export function wrapped(text: string, start: number, end: number, mark: string): { text: string; start: number; end: number; from: number; to: number } {
  const isOutside = text.slice(start - mark.length, start) === mark && text.slice(end, end + mark.length) === mark;
  // One star inside two is no pair of its own.
  const isPart = mark === "*" && text.slice(start - 2, start) === "**" && text.slice(start - 3, start) !== "***";
  if (isOutside && !isPart) {
    return { text: text.slice(start, end), from: start - mark.length, to: end + mark.length, start: start - mark.length, end: end - mark.length };
  }
  const stars = /^\**/u.exec(text.slice(end))![0].length;
  if (start === end && stars >= mark.length && (mark === "**" || stars !== 2)) {
    return { text: "", from: end, to: end, start: end + mark.length, end: end + mark.length };
  }
  return { text: mark + text.slice(start, end) + mark, from: start, to: end, start: start + mark.length, end: end + mark.length };
}
