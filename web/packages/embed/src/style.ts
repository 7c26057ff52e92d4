const LIGHT = `
  color-scheme: light;
  --surface: #fff; --sunken: #ededf1; --line: #dcdce2; --text: #1a1a1f; --quiet: #5c5c66;
  --own-accent: #5552d6; --own-accent-hover: #4643c0; --danger: #c4283a;
  --shadow: 0 1px 2px rgb(0 0 0 / 8%), 0 8px 32px rgb(20 20 40 / 18%);`

const DARK = `
  color-scheme: dark;
  --surface: #1a1a1f; --sunken: #26262d; --line: #34343d; --text: #ececf1; --quiet: #a3a3af;
  --own-accent: #6562e6; --own-accent-hover: #7370ea; --danger: #ff8a96;
  --shadow: 0 0 0 1px rgb(255 255 255 / 8%), 0 8px 32px rgb(0 0 0 / 48%);`

/** The elements' own look. The conversation's page inside of the frame has its own style sheet. */
export const STYLE = `
:host { display: block; width: 100%; }
:host([hidden]) { display: none; }
section { ${LIGHT}
  --accent: var(--visavis-accent, var(--own-accent));
  --accent-hover: var(--visavis-accent, var(--own-accent-hover));
  --on-accent: var(--visavis-accent-text, #fff);
  --radius: var(--visavis-radius, 8px);
  height: 100%; container-type: inline-size;
  font: 15px/1.45 -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Ubuntu, Cantarell, 'Liberation Sans', system-ui, sans-serif;
  color: var(--text);
}
section.dark { ${DARK} }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }

.box {
  position: relative; width: 100%; height: 100%; aspect-ratio: 16 / 9;
  border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); overflow: hidden;
}
@container (max-width: 479px) { .box { aspect-ratio: 9 / 16; } }

.screen, .veil {
  position: absolute; inset: 0; display: grid; align-content: center; justify-items: center; gap: 8px;
  padding: 16px; background: var(--surface); text-align: center; overflow: auto;
}
.face {
  display: grid; place-items: center; width: 72px; height: 72px; margin-bottom: 8px; border-radius: 50%;
  background: var(--sunken); color: var(--quiet);
}
.face svg { width: 32px; height: 32px; }
p { margin: 0; max-width: 44ch; text-wrap: balance; overflow-wrap: anywhere; }
.title { font-size: 20px; line-height: 28px; font-weight: 650; letter-spacing: -0.01em; }
.words { color: var(--quiet); }
.screen .primary { margin-top: 12px; }
@container (min-width: 480px) and (max-width: 639px) { .face { display: none; } }

iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; }

button {
  display: inline-flex; align-items: center; justify-content: center; gap: 8px; min-height: 44px; padding: 8px 20px;
  border: 0; border-radius: var(--radius); font: inherit; font-weight: 600; cursor: pointer;
}
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.primary { background: var(--accent); color: var(--on-accent); transition: background-color 120ms; }
.primary:hover { background: var(--accent-hover); }
.plain { flex: none; min-height: 36px; width: 36px; padding: 0; background: none; color: inherit; }
.plain:hover { background: var(--sunken); }
svg { width: 20px; height: 20px; flex: none; fill: none; stroke: currentcolor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }

.dots::before {
  content: ''; display: block; width: 8px; height: 8px; margin: 0 auto 12px; border-radius: 50%; background: var(--accent);
  animation: breathe 1.2s ease-in-out infinite;
}
@keyframes breathe { 50% { opacity: 0.25; } }

.notice {
  position: absolute; z-index: 1; top: 8px; left: 8px; right: 8px; display: flex; align-items: center; gap: 8px;
  max-width: 640px; margin: 0 auto; padding: 8px 12px; border: 1px solid var(--line); border-left: 3px solid var(--danger);
  border-radius: var(--radius); background: var(--surface); box-shadow: var(--shadow); font-size: 14px;
}
.notice p { flex: 1; max-width: none; }

@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; } }
`

/** More for the widget: a launcher in the corner, and above everything else what it opens. */
export const FLOATING = `
:host { display: contents; }
section { position: fixed; z-index: 2147483000; right: 16px; bottom: 16px; height: auto; container-type: normal; }
.launcher { min-height: 56px; padding: 8px 24px; border-radius: 28px; box-shadow: var(--shadow); }
.launcher.busy::after { content: ''; width: 8px; height: 8px; border-radius: 50%; background: currentcolor; animation: breathe 1.2s ease-in-out infinite; }
.popup {
  position: fixed; right: 16px; bottom: 16px; display: flex; flex-direction: column;
  width: min(400px, calc(100vw - 32px)); height: min(680px, calc(100vh - 32px)); height: min(680px, calc(100dvh - 32px));
  border: 1px solid var(--line); border-radius: calc(var(--radius) + 4px); background: var(--surface); box-shadow: var(--shadow); overflow: hidden;
}
.head { display: flex; align-items: center; justify-content: space-between; gap: 8px; padding: 4px 4px 4px 16px; border-bottom: 1px solid var(--line); }
.head p { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.popup .box { flex: 1; min-height: 0; height: auto; aspect-ratio: auto; border: 0; border-radius: 0; }
@media (max-width: 479px) {
  .popup { right: 8px; bottom: 8px; width: calc(100vw - 16px); height: calc(100vh - 16px); height: calc(100dvh - 16px); }
}
`
