export { CallLine } from './line/callLine'
export { serveFrame } from './line/host'
export type { LineJoin } from './line/line'
export type { FrameLook } from './line/wire'
