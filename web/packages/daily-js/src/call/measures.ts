import { CpuReader } from '../cpu'
import { NetworkReader, UNKNOWN_NETWORK } from '../network'
import { Pressure } from '../pressure'
import { speakerOf } from '../speaker'
import type {
  DailyCallQualityTestResults,
  DailyCpuLoadStats,
  DailyNetworkStats,
  DailyParticipantsAudioLevel,
} from '../types/measures'
import type { DailyNetworkTopology } from '../types/settings'
import { Settings } from './settings'

/** Milliseconds between looks at the connection. */
const LOOK = 2000
const DEFAULT_LEVEL_INTERVAL = 200
const SHORTEST_LEVEL_INTERVAL = 100

type Timer = ReturnType<typeof setInterval>

/** Who speaks and how loud, and how network and processor fare. */
export abstract class Measures extends Settings {
  #levels: Record<string, number> = {}
  readonly #observers: Record<'local' | 'remote', Timer | undefined> = { local: undefined, remote: undefined }
  #looking: Timer | undefined
  #network = new NetworkReader()
  #cpu = new CpuReader()
  readonly #pressure = new Pressure()
  #networkStats: DailyNetworkStats = UNKNOWN_NETWORK
  #cpuStats: DailyCpuLoadStats = new CpuReader().read([], 0, null)
  #connected = false
  #speaker = ''

  startLocalAudioLevelObserver(interval?: number): Promise<void> {
    return this.#observe('local', interval, () =>
      this.emit('local-audio-level', { audioLevel: this.getLocalAudioLevel() }),
    )
  }

  isLocalAudioLevelObserverRunning(): boolean {
    return this.#observers.local !== undefined
  }

  stopLocalAudioLevelObserver(): void {
    this.#stopObserver('local')
  }

  getLocalAudioLevel(): number {
    return this.#levels[this.#ownLevelId()] ?? 0
  }

  startRemoteParticipantsAudioLevelObserver(interval?: number): Promise<void> {
    return this.#observe('remote', interval, () =>
      this.emit('remote-participants-audio-level', { participantsAudioLevel: this.getRemoteParticipantsAudioLevel() }),
    )
  }

  isRemoteParticipantsAudioLevelObserverRunning(): boolean {
    return this.#observers.remote !== undefined
  }

  stopRemoteParticipantsAudioLevelObserver(): void {
    this.#stopObserver('remote')
  }

  getRemoteParticipantsAudioLevel(): DailyParticipantsAudioLevel {
    return Object.fromEntries(Object.entries(this.#levels).filter(([id]) => id !== this.#ownLevelId()))
  }

  getActiveSpeaker(): { peerId?: string } {
    return this.#speaker ? { peerId: this.#speaker } : {}
  }

  getNetworkStats(): Promise<DailyNetworkStats> {
    return Promise.resolve(this.#networkStats)
  }

  getCpuLoadStats(): Promise<DailyCpuLoadStats> {
    return Promise.resolve(this.#cpuStats)
  }

  getNetworkTopology(): Promise<{ topology: DailyNetworkTopology | 'none' }> {
    return Promise.resolve({ topology: this.meetingState() === 'joined-meeting' ? 'sfu' : 'none' })
  }

  /** In a call: what the call itself measures. There is no server to test against without one. */
  testCallQuality(): Promise<DailyCallQualityTestResults> {
    const { networkState, stats } = this.#networkStats
    if (networkState === 'unknown' || !('latest' in stats)) {
      const errorMsg = 'Join first: the quality is measured in the call.'
      return Promise.resolve({ result: 'failed', errorMsg, secondsElapsed: 0 })
    }
    const { latest, averageNetworkRoundTripTime } = stats
    const data = {
      maxRoundTripTime: latest.networkRoundTripTime,
      avgRoundTripTime: averageNetworkRoundTripTime,
      avgSendPacketLoss: latest.totalSendPacketLoss,
      avgAvailableOutgoingBitrate: latest.availableOutgoingBitrate,
      avgSendBitsPerSecond: latest.sendBitsPerSecond,
    }
    const results = { result: networkState, data, secondsElapsed: 0 }
    this.emit('test-completed', { test: 'call-quality', results })
    return Promise.resolve(results)
  }

  /** There is nothing to stop: the test answers at once. */
  stopTestCallQuality(): void {
    return
  }

  protected override onJoined(): void {
    this.takeSettings()
    this.#pressure.start()
    this.#looking = setInterval(() => void this.#look(), LOOK)
    this.#tellConnection(true)
  }

  protected override onConnection(connected: boolean): void {
    if (connected !== this.#connected) this.#tellConnection(connected)
  }

  protected override onOver(): void {
    super.onOver()
    clearInterval(this.#looking)
    this.#stopObserver('local')
    this.#stopObserver('remote')
    this.#pressure.stop()
    this.#network = new NetworkReader()
    this.#cpu = new CpuReader()
    this.#networkStats = UNKNOWN_NETWORK
    this.#connected = false
    this.#speaker = ''
  }

  protected override onMessage(from: string, data: unknown): void {
    super.onMessage(from, data)
    const speaker = speakerOf(data, from, this.local()?.session_id ?? '')
    if (!speaker || speaker === this.#speaker) return
    this.#speaker = speaker
    this.emit('active-speaker-change', { activeSpeaker: { peerId: speaker } })
  }

  #tellConnection(connected: boolean): void {
    this.#connected = connected
    const event = connected ? 'connected' : 'interrupted'
    const session = this.local()?.session_id ?? ''
    this.emit('network-connection', { type: 'signaling', event, session_id: session })
    this.emit('network-connection', { type: 'sfu', event, session_id: session, sfu_id: this.conversationId() })
  }

  async #look(): Promise<void> {
    const report = await this.line.report()
    if (report.length === 0) return
    const [network, cpu] = [this.#networkStats, this.#cpuStats]
    this.#networkStats = this.#network.read(report, Date.now())
    this.#cpuStats = this.#cpu.read(report, Date.now(), this.#pressure.state)
    if (this.#networkStats.networkState !== network.networkState) this.emit('network-quality-change', this.#networkStats)
    const { cpuLoadState, cpuLoadStateReason } = this.#cpuStats
    if (cpuLoadState !== cpu.cpuLoadState || cpuLoadStateReason !== cpu.cpuLoadStateReason) {
      this.emit('cpu-load-change', { cpuLoadState, cpuLoadStateReason })
    }
  }

  #observe(which: 'local' | 'remote', interval = DEFAULT_LEVEL_INTERVAL, tell: () => void): Promise<void> {
    if (!(interval >= SHORTEST_LEVEL_INTERVAL)) {
      return Promise.reject(new Error(`The interval must be at least ${SHORTEST_LEVEL_INTERVAL} milliseconds.`))
    }
    clearInterval(this.#observers[which])
    this.#observers[which] = setInterval(() => {
      void this.line.levels().then((levels) => {
        if (this.#observers[which] === undefined) return
        this.#levels = levels
        tell()
      })
    }, interval)
    return Promise.resolve()
  }

  #stopObserver(which: 'local' | 'remote'): void {
    clearInterval(this.#observers[which])
    this.#observers[which] = undefined
    if (this.#observers.local !== undefined || this.#observers.remote !== undefined) return
    this.#levels = {}
    this.line.stopLevels()
  }

  #ownLevelId(): string {
    return this.line.view.participants.find(({ local }) => local)?.id ?? ''
  }
}
