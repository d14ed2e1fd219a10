import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { emoji } from "./build/emoji.ts";

export default defineConfig({
  // Relative, so that the same files work from tauri:// and from `pipit-cli serve`.
  base: "./",
  plugins: [svelte(), emoji()],
  build: {
    // WebKitGTK 2.42, WebView2 and Safari 16 all read this.
    target: ["es2022", "safari16"],
    // The content security policy has no data: for scripts or fonts.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  resolve: { conditions: ["browser"] },
  test: { include: ["src/**/*.test.ts", "tests/**/*.test.ts"], environment: "node" },
});
