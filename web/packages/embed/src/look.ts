import type { FrameLook } from '@visavis/daily-js/frame'

/**
 * Light or dark: as the `theme` says; otherwise as the page around is, by its `color-scheme`. A page that knows
 * no dark keeps a light element in it, whatever the system is.
 */
export function schemeOf(element: HTMLElement): 'light' | 'dark' {
  const theme = element.getAttribute('theme')
  if (theme === 'light' || theme === 'dark') return theme
  const schemes = getComputedStyle(element).colorScheme.split(' ')
  if (!schemes.includes('dark')) return 'light'
  return !schemes.includes('light') || matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

/** How the conversation's page is to look inside of an element: its `theme`, and the colours of its style. */
export function lookOf(element: HTMLElement): FrameLook {
  const style = getComputedStyle(element)
  const color = (name: string): string => style.getPropertyValue(name).trim()
  const accent = color('--visavis-accent')
  const accentText = color('--visavis-accent-text')
  return {
    leaveButton: true,
    fullscreenButton: document.fullscreenEnabled,
    scheme: schemeOf(element),
    theme: { colors: { ...(accent ? { accent } : {}), ...(accentText ? { accentText } : {}) } },
  }
}
