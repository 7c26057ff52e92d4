import { entries, type Entry, first, numberOf } from './report'
import type { DailyNetworkStats, DailyNetworkStatsData, NetworkStateReason } from './types/measures'

/** Share of packets lost, and seconds to the server and back, from which on a network is poor or bad. */
const LOSS = { warning: 0.05, bad: 0.15 }
const ROUND_TRIP = { warning: 0.3, bad: 0.6 }

type Latest = DailyNetworkStatsData['latest']

interface Counter {
  readonly at: number
  readonly bytes: number
  readonly lost: number
  readonly packets: number
}

export const UNKNOWN_NETWORK: DailyNetworkStats = {
  networkState: 'unknown',
  networkStateReasons: [],
  stats: {},
  threshold: 'good',
  quality: 100,
}

/** Turns the counters of getStats into Daily's figures of the last interval. Reads no clock. */
export class NetworkReader {
  readonly #before = new Map<string, Counter>()
  readonly #worst = new Map<string, number>()
  #trips = { sum: 0, count: 0 }

  read(report: readonly unknown[], timestamp: number): DailyNetworkStats {
    const all = entries(report)
    const latest = this.#latest(all, timestamp)
    const { state, reasons } = judge(latest)
    return {
      networkState: state,
      networkStateReasons: reasons,
      threshold: state === 'bad' ? 'very-low' : state === 'warning' ? 'low' : 'good',
      quality: state === 'bad' ? 20 : state === 'warning' ? 60 : 100,
      stats: { latest, ...this.#worsts(), averageNetworkRoundTripTime: this.#averageTrip(latest) },
    }
  }

  #latest(all: readonly Entry[], timestamp: number): Latest {
    const audioRecv = this.#interval('audioRecv', first(all, 'inbound-rtp', 'audio'))
    const videoRecv = this.#interval('videoRecv', first(all, 'inbound-rtp', 'video'))
    const audioSend = this.#interval('audioSend', first(all, 'outbound-rtp', 'audio'), first(all, 'remote-inbound-rtp', 'audio'))
    const videoSend = this.#interval('videoSend', first(all, 'outbound-rtp', 'video'), first(all, 'remote-inbound-rtp', 'video'))
    const pair = all.find((entry) => entry['type'] === 'candidate-pair' && entry['nominated'] === true)
    return {
      timestamp,
      recvBitsPerSecond: sum(audioRecv.bits, videoRecv.bits),
      sendBitsPerSecond: sum(audioSend.bits, videoSend.bits),
      availableOutgoingBitrate: numberOf(pair, 'availableOutgoingBitrate'),
      networkRoundTripTime: numberOf(pair, 'currentRoundTripTime'),
      totalRecvPacketLoss: worse(audioRecv.loss, videoRecv.loss),
      totalSendPacketLoss: worse(audioSend.loss, videoSend.loss),
      audioRecvBitsPerSecond: audioRecv.bits,
      videoRecvBitsPerSecond: videoRecv.bits,
      audioSendBitsPerSecond: audioSend.bits,
      videoSendBitsPerSecond: videoSend.bits,
      audioRecvPacketLoss: audioRecv.loss,
      videoRecvPacketLoss: videoRecv.loss,
      audioSendPacketLoss: audioSend.loss,
      videoSendPacketLoss: videoSend.loss,
      audioRecvJitter: audioRecv.jitter,
      videoRecvJitter: videoRecv.jitter,
      audioSendJitter: audioSend.jitter,
      videoSendJitter: videoSend.jitter,
    }
  }

  /** `far` is what the other side says it got of what is sent. */
  #interval(
    name: string,
    near: Entry | undefined,
    far: Entry | undefined = near,
  ): { bits: number | null; loss: number | null; jitter: number | null } {
    if (!near) return { bits: null, loss: null, jitter: null }
    const bytes = numberOf(near, 'bytesReceived') ?? numberOf(near, 'bytesSent') ?? 0
    const packets = numberOf(near, 'packetsReceived') ?? numberOf(near, 'packetsSent') ?? 0
    const now = { at: numberOf(near, 'timestamp') ?? 0, bytes, packets, lost: numberOf(far, 'packetsLost') ?? 0 }
    const before = this.#before.get(name)
    this.#before.set(name, now)
    const jitter = this.#note(`${name}Jitter`, numberOf(far, 'jitter'))
    if (!before || now.at <= before.at) return { bits: null, loss: null, jitter }
    const lost = Math.max(0, now.lost - before.lost)
    const expected = lost + Math.max(0, now.packets - before.packets)
    const loss = this.#note(`${name}PacketLoss`, expected > 0 ? lost / expected : 0)
    return { bits: ((now.bytes - before.bytes) * 8000) / (now.at - before.at), loss, jitter }
  }

  #note(name: string, value: number | null): number | null {
    if (value !== null) this.#worst.set(name, Math.max(value, this.#worst.get(name) ?? 0))
    return value
  }

  #worsts(): Omit<DailyNetworkStatsData, 'latest' | 'averageNetworkRoundTripTime'> {
    const worst = (name: string): number => this.#worst.get(name) ?? 0
    return {
      worstVideoRecvPacketLoss: worst('videoRecvPacketLoss'),
      worstVideoSendPacketLoss: worst('videoSendPacketLoss'),
      worstAudioRecvPacketLoss: worst('audioRecvPacketLoss'),
      worstAudioSendPacketLoss: worst('audioSendPacketLoss'),
      worstVideoRecvJitter: worst('videoRecvJitter'),
      worstVideoSendJitter: worst('videoSendJitter'),
      worstAudioRecvJitter: worst('audioRecvJitter'),
      worstAudioSendJitter: worst('audioSendJitter'),
    }
  }

  #averageTrip({ networkRoundTripTime: trip }: Latest): number {
    if (trip !== null) this.#trips = { sum: this.#trips.sum + trip, count: this.#trips.count + 1 }
    return this.#trips.count > 0 ? this.#trips.sum / this.#trips.count : 0
  }
}

function judge(latest: Latest): { state: 'good' | 'warning' | 'bad'; reasons: NetworkStateReason[] } {
  const figures: [NetworkStateReason, number | null, typeof LOSS][] = [
    ['sendPacketLoss', latest.totalSendPacketLoss, LOSS],
    ['recvPacketLoss', latest.totalRecvPacketLoss, LOSS],
    ['roundTripTime', latest.networkRoundTripTime, ROUND_TRIP],
  ]
  const poor = figures.filter(([, value, limit]) => (value ?? 0) >= limit.warning)
  const bad = figures.some(([, value, limit]) => (value ?? 0) >= limit.bad)
  return { state: bad ? 'bad' : poor.length > 0 ? 'warning' : 'good', reasons: poor.map(([reason]) => reason) }
}

function sum(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0)
}

function worse(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : Math.max(a ?? 0, b ?? 0)
}
