import type { DailyCall as Call } from './dailyCall'
import { Daily } from './factory'

export * from './constants'
export { VERSION } from './factory'
export type * from './types/events'
export type * from './types/measures'
export type * from './types/participants'
export type * from './types/settings'
export type DailyCall = Call
export type DailyCallFactory = Pick<
  typeof Daily,
  'createCallObject' | 'createFrame' | 'createTransparentFrame' | 'wrap' | 'getCallInstance'
>
export type DailyCallStaticUtils = Pick<typeof Daily, 'supportedBrowser' | 'version'>
export default Daily
