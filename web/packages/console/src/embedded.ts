import { CallLine, type FrameLook, serveFrame } from '@visavis/daily-js/frame'
import type { Session } from './session'
import { applyTheme } from './theme'

/** Puts the page around this one in charge (`?frame=1`): the daily-js stand-in's createFrame. */
export function embed(session: Session): void {
  const line = new CallLine(session.call, (options) => session.enter(options))
  serveFrame(line, (look) => show(session, look))
}

function show(session: Session, { theme, ...look }: FrameLook): void {
  if (theme) applyTheme(theme)
  session.show(look)
}
