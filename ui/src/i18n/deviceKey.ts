// The first digits of a device's id, as devices are told apart: `E5C1 3D90`.

export function deviceKey(id: string): string {
  return `${id.slice(0, 4)} ${id.slice(4, 8)}`.toUpperCase();
}
