import { CallLine, type FrameLook, serveFrame } from '@visavis/daily-js/frame'
import type { Session } from './session'
import { applyScheme, applyTheme } from './theme'

/** Puts the page around this one in charge (`?frame=1`): the daily-js stand-in's createFrame. */
export function embed(session: Session): void {
  const line = new CallLine(session.call, (options) => session.enter(options))
  serveFrame(line, (look) => show(session, look))
}

function show(session: Session, { theme, scheme, ...look }: FrameLook): void {
  if (scheme !== undefined) applyScheme(scheme)
  if (theme) applyTheme(theme)
  session.show(look)
}
