import type { ProblemKind } from '@visavis/call'
import type { DailyThemeConfig } from '../types/settings'
import type { LineEvents, LineJoin, LineView, Opened, Opening } from './line'

/** How an embedding page wants the call's page to look; what is left out stays as it is. */
export interface FrameLook {
  theme?: DailyThemeConfig
  /** Light or dark whatever the system says; null: as the system says. */
  scheme?: 'light' | 'dark' | null
  leaveButton?: boolean
  fullscreenButton?: boolean
  localVideo?: boolean
  panel?: boolean
}

/** Said by the page in the frame when it can take orders; to anybody, for it says nothing else. */
export const READY = 'visavis-frame-ready'
/** The answer of the page around it, with a port over which everything else goes. */
export const CONNECT = 'visavis-frame-connect'

/** Orders to the page, by name. Tracks cannot cross: an order that needs one is refused before it is sent. */
export interface Orders {
  join: { args: [LineJoin]; result: undefined }
  leave: { args: []; result: undefined }
  send: { args: [unknown, string]; result: undefined }
  open: { args: ['audio' | 'video', Opening]; result: Opened }
  shut: { args: ['audio' | 'video']; result: undefined }
  mute: { args: [boolean]; result: undefined }
  share: { args: [DisplayMediaStreamOptions]; result: boolean }
  stopSharing: { args: []; result: undefined }
  devices: { args: []; result: MediaDeviceInfo[] }
  setSpeaker: { args: [string]; result: undefined }
  report: { args: []; result: unknown[] }
  levels: { args: []; result: Record<string, number> }
  stopLevels: { args: []; result: undefined }
  show: { args: [FrameLook]; result: undefined }
}

export type OrderName = keyof Orders

/** An order over the port. */
export type Order = { [Name in OrderName]: { id: number; name: Name; args: Orders[Name]['args'] } }[OrderName]

/** What the page says over the port. */
export type Word =

  | { [Name in keyof LineEvents]: { event: Name; payload: LineEvents[Name] } }[keyof LineEvents]
  | { id: number; result: unknown }
  | { id: number; problem: { kind: ProblemKind; message: string } }

/** A view without its tracks, which cannot leave their page. */
export function withoutTracks(view: LineView): LineView {
  const participants = view.participants.map((participant) => ({
    ...participant,
    tracks: Object.fromEntries(
      Object.entries(participant.tracks).map(([source, track]) => [source, { ...track, track: null }]),
    ) as typeof participant.tracks,
  }))
  return { ...view, participants }
}
