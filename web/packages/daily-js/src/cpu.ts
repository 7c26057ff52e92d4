import { entries, type Entry, first, numberOf } from './report'
import type { CpuInboundVideo, DailyCpuLoadStats } from './types/measures'

/** Share of a frame's time that coding it may take. */
const BUSY = 0.8

type Pressure = DailyCpuLoadStats['stats']['latest']['cpuPressureState']

interface Totals {
  readonly frames: number
  readonly seconds: number
}

/** Tells from the time that pictures take to code, and from the browser's own word, whether the processor is full. */
export class CpuReader {
  readonly #before = new Map<string, Totals>()

  read(report: readonly unknown[], timestamp: number, pressure: Pressure): DailyCpuLoadStats {
    const all = entries(report)
    const outbound = first(all, 'outbound-rtp', 'video')
    const encode = this.#perFrame('encode', outbound, 'framesEncoded', 'totalEncodeTime')
    const encodeRate = numberOf(outbound, 'framesPerSecond') ?? 0
    const videos = all.filter(isInboundVideo).map((entry) => this.#inbound(entry))
    const decodeUse = videos.reduce((total, video) => total + video.cpuUsageBasedOnTargetDecode, 0)
    const pressed = pressure === 'serious' || pressure === 'critical'
    const reason = encode * encodeRate > BUSY ? 'encode' : decodeUse > BUSY ? 'decode' : pressed ? 'scheduleDuration' : 'none'
    return {
      cpuLoadState: reason === 'none' ? 'low' : 'high',
      cpuLoadStateReason: reason,
      stats: {
        latest: {
          timestamp,
          scheduleDuration: 0,
          frameEncodeTimeSec: encode,
          targetEncodeFrameRate: encodeRate,
          targetDecodeFrameRate: Math.max(0, ...videos.map(({ fps }) => fps)),
          targetScheduleDuration: 0,
          cpuUsageBasedOnTargetEncode: encode * encodeRate,
          cpuUsageBasedOnGlobalDecode: decodeUse,
          cpuPressureState: pressure,
          avgFrameDecodeTimeSec: average(videos.map(({ frameDecodeTimeSec }) => frameDecodeTimeSec)),
          avgInterFrameDelayStandardDeviation: average(videos.map((video) => video.interFrameDelayStandardDeviation)),
          totalReceivedVideoTracks: videos.length,
          cpuInboundVideoStats: videos,
        },
      },
    }
  }

  #inbound(entry: Entry): CpuInboundVideo {
    const name = typeof entry['id'] === 'string' ? entry['id'] : ''
    const fps = numberOf(entry, 'framesPerSecond') ?? 0
    const decode = this.#perFrame(name, entry, 'framesDecoded', 'totalDecodeTime')
    return {
      trackId: typeof entry['trackIdentifier'] === 'string' ? entry['trackIdentifier'] : '',
      ssrc: numberOf(entry, 'ssrc') ?? 0,
      frameWidth: numberOf(entry, 'frameWidth') ?? 0,
      frameHeight: numberOf(entry, 'frameHeight') ?? 0,
      fps,
      frameDecodeTimeSec: decode,
      interFrameDelayStandardDeviation: deviation(entry),
      cpuUsageBasedOnTargetDecode: decode * fps,
    }
  }

  #perFrame(name: string, entry: Entry | undefined, frames: string, seconds: string): number {
    const now = { frames: numberOf(entry, frames) ?? 0, seconds: numberOf(entry, seconds) ?? 0 }
    const before = this.#before.get(name) ?? { frames: 0, seconds: 0 }
    this.#before.set(name, now)
    return now.frames > before.frames ? (now.seconds - before.seconds) / (now.frames - before.frames) : 0
  }
}

function isInboundVideo(entry: Entry): boolean {
  return entry['type'] === 'inbound-rtp' && entry['kind'] === 'video'
}

/** Of the time between frames, from its sum and the sum of its squares (webrtc-stats, totalSquaredInterFrameDelay). */
function deviation(entry: Entry): number {
  const frames = numberOf(entry, 'framesDecoded') ?? 0
  if (frames === 0) return 0
  const mean = (numberOf(entry, 'totalInterFrameDelay') ?? 0) / frames
  return Math.sqrt(Math.max(0, (numberOf(entry, 'totalSquaredInterFrameDelay') ?? 0) / frames - mean * mean))
}

function average(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((total, value) => total + value, 0) / values.length : 0
}
