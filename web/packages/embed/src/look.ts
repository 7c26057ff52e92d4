import type { FrameLook } from '@visavis/daily-js/frame'

/** How the conversation's page is to look inside of an element: its `theme`, and the colours of its style. */
export function lookOf(element: HTMLElement): FrameLook {
  const theme = element.getAttribute('theme')
  const style = getComputedStyle(element)
  const color = (name: string): string => style.getPropertyValue(name).trim()
  const accent = color('--visavis-accent')
  const accentText = color('--visavis-accent-text')
  return {
    leaveButton: true,
    fullscreenButton: document.fullscreenEnabled,
    scheme: theme === 'light' || theme === 'dark' ? theme : null,
    theme: { colors: { ...(accent ? { accent } : {}), ...(accentText ? { accentText } : {}) } },
  }
}
