// Cutting a square out of a picture: where the square lies, and writing it small enough to travel in a message.

/** Pixels of a side of the result. */
export const PICTURE_SIZE = 256;
/** Most bytes of the encoded picture (crates/domain, limits). */
export const PICTURE_BYTES_MAX = 24 * 1024;
export const ZOOM_MAX = 4;

export interface Crop {
  /** 1 is the largest square that fits. */
  zoom: number;
  /** The middle of the square, 0 to 1 of the picture's width and height. */
  x: number;
  y: number;
}
export interface Square { left: number; top: number; side: number }

/** The square in pixels of the picture, moved inside where it would stick out. */
export function squareOf(width: number, height: number, crop: Crop): Square {
  const side = Math.min(width, height) / Math.min(Math.max(crop.zoom, 1), ZOOM_MAX);
  const inside = (middle: number, length: number): number => Math.min(Math.max(middle * length - side / 2, 0), length - side);
  return { left: inside(crop.x, width), top: inside(crop.y, height), side };
}

/** The crop after a move by parts of its own square; what would stick out is held back. */
export function moved(width: number, height: number, crop: Crop, byX: number, byY: number): Crop {
  const { left, top, side } = squareOf(width, height, crop);
  const next = { ...crop, x: (left + side / 2 + byX * side) / width, y: (top + side / 2 + byY * side) / height };
  const held = squareOf(width, height, next);
  return { ...crop, x: (held.left + side / 2) / width, y: (held.top + side / 2) / height };
}

export function drawCrop(canvas: HTMLCanvasElement, picture: ImageBitmap, crop: Crop): void {
  const { left, top, side } = squareOf(picture.width, picture.height, crop);
  const context = canvas.getContext("2d")!;
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
}

/** The square as a data URL: WebP where the system can write it, else JPEG; as good as fits. */
export function encodeCrop(picture: ImageBitmap, crop: Crop): string {
  const canvas = document.createElement("canvas");
  for (const size of [PICTURE_SIZE, PICTURE_SIZE / 2]) {
    canvas.width = canvas.height = size;
    drawCrop(canvas, picture, crop);
    for (const quality of [0.9, 0.8, 0.65, 0.5, 0.35]) {
      const webp = canvas.toDataURL("image/webp", quality);
      const url = webp.startsWith("data:image/webp") ? webp : canvas.toDataURL("image/jpeg", quality);
      if (bytesOf(url) <= PICTURE_BYTES_MAX) return url;
    }
  }
  return canvas.toDataURL("image/jpeg", 0.2);
}

/** Bytes that a base64 data URL stands for. */
export function bytesOf(dataUrl: string): number {
  const body = dataUrl.slice(dataUrl.indexOf(",") + 1);
  return Math.floor((body.length * 3) / 4) - (body.endsWith("==") ? 2 : body.endsWith("=") ? 1 : 0);
}
