// Saves text as a file where the person's downloads go.

export function saveText(fileName: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The download has begun by the next turns of the event loop; the memory can go.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
