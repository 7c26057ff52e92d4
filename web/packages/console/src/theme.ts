import type { DailyThemeColors, DailyThemeConfig } from '@visavis/daily-js'

/** The style sheet's own names for what a theme colours. */
const VARIABLES: Readonly<Partial<Record<keyof DailyThemeColors, readonly string[]>>> = {
  accent: ['--accent', '--accent-hover', '--accent-text'],
  accentText: ['--on-accent'],
  background: ['--surface'],
  backgroundAccent: ['--sunken'],
  baseText: ['--text'],
  border: ['--line'],
  mainAreaBg: ['--ground'],
  mainAreaBgAccent: ['--tile'],
  supportiveText: ['--quiet'],
}

/** The theme as style declarations; a value that is no colour is left out. */
export function themeVariables(theme: DailyThemeConfig, dark: boolean, isColor: (value: string) => boolean): [string, string][] {
  const { colors } = 'colors' in theme ? theme : dark ? theme.dark : theme.light
  return Object.entries(VARIABLES).flatMap(([name, variables]) => {
    const value = colors[name as keyof DailyThemeColors]
    return value && isColor(value) ? variables.map((variable): [string, string] => [variable, value]) : []
  })
}

/** Light or dark whatever the system says; null: as the system says. */
export function applyScheme(scheme: 'light' | 'dark' | null): void {
  document.documentElement.dataset['scheme'] = scheme ?? ''
}

/** Colours the page. */
export function applyTheme(theme: DailyThemeConfig): void {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  for (const [variable, value] of themeVariables(theme, dark, (color) => CSS.supports('color', color))) {
    document.documentElement.style.setProperty(variable, value)
  }
}
