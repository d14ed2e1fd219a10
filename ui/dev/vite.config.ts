import { mergeConfig } from "vite";
import base from "../vite.config";

// Development only: serves dev/index.html, which runs the screens over a made-up backend.
export default mergeConfig(base, { root: new URL(".", import.meta.url).pathname, server: { port: 5199, fs: { allow: [".."] } } });
