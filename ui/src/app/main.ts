// The first file that runs: theme and language before anything is drawn, then the backend, then the screen.

import "@fontsource-variable/inter/index.css";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/art.css";

import { mount } from "svelte";
import { language } from "../i18n/Language.svelte";
import { savedAppearance, showAppearance } from "../kit/appearance";
import { savedTheme } from "../kit/theme";
import App from "./App.svelte";
import { AppController } from "./AppController.svelte";
import { chooseBackend } from "./chooseBackend";

const theme = savedTheme(localStorage);
if (theme !== "system") document.documentElement.dataset.theme = theme;

showAppearance(savedAppearance(localStorage), document.documentElement);

// Not awaited at the top: a module that is still running can't be imported by the backend's part of the bundle.
void (async () => {
  const [backend] = await Promise.all([chooseBackend(), language.start(localStorage, document.documentElement)]);
  const app = new AppController(backend, sessionStorage);
  mount(App, { target: document.getElementById("app")!, props: { app } });
  await app.start();
})();
