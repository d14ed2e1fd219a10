// Tables that build/emoji.ts makes.

declare module "virtual:emoji/*" {
  const table: { group: string; rows: [string, string, string, 0 | 1][] }[];
  export default table;
}
