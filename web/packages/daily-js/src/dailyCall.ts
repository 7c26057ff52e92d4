import { Prebuilt } from './call/prebuilt'
import { register, release } from './instances'
import { FrameLine } from './line/frameLine'
import type { Line } from './line/line'
import type { FrameLook } from './line/wire'
import { DAILY_LIMIT } from './messages'
import type {
  DailyFactoryOptions,
  DailyMeetingSession,
  DailyMeetingSessionState,
  DailyMeetingSessionSummary,
  DailyPendingRoomInfo,
  DailyRoomInfo,
  DailySessionDataMergeStrategy,
} from './types/settings'

/** A call, with the methods of Daily's call object. */
export class DailyCall extends Prebuilt {
  readonly #frame: FrameLine | null

  constructor(line: Line, properties: DailyFactoryOptions = {}) {
    super(line, properties)
    this.#frame = line instanceof FrameLine ? line : null
    register(this, properties)
  }

  override async destroy(): Promise<void> {
    // First of all, so that the next one may be made while this one still says goodbye.
    release(this)
    await super.destroy()
  }

  override iframe(): HTMLIFrameElement | null {
    return this.#frame?.iframe ?? null
  }

  room(_options?: { includeRoomConfigDefaults: boolean }): Promise<DailyPendingRoomInfo | DailyRoomInfo | null> {
    const url = this.url()
    if (!url) return Promise.resolve(null)
    if (this.meetingState() !== 'joined-meeting') return Promise.resolve({ roomUrlPendingJoin: url })
    const id = this.conversationId()
    const { userName } = this.properties
    return Promise.resolve({
      id,
      name: id,
      config: { enable_screenshare: true, enable_knocking: false, enable_recording: '' },
      domainConfig: { max_app_message_size: this.properties.dailyConfig?.maxAppMessageSize ?? DAILY_LIMIT },
      tokenConfig: userName ? { user_name: userName } : {},
    })
  }

  geo(): Promise<{ current: string }> {
    return Promise.resolve({ current: '' })
  }

  getMeetingSession(): Promise<{ meetingSession: DailyMeetingSession }> {
    return Promise.resolve({ meetingSession: this.meetingSessionSummary() })
  }

  meetingSessionSummary(): DailyMeetingSessionSummary {
    return { id: this.conversationId() }
  }

  meetingSessionState(): DailyMeetingSessionState {
    this.needJoined('meetingSessionState')
    return { data: undefined, topology: 'sfu' }
  }

  /** Data shared by the meeting is not kept by the server. */
  setMeetingSessionData(_data: unknown, _mergeStrategy?: DailySessionDataMergeStrategy): void {
    const errorMsg = 'Meeting session data is not supported; send it as an app message.'
    this.emit('nonfatal-error', { type: 'meeting-session-data-error', errorMsg })
  }

  protected override show(look: FrameLook): void {
    this.#frame?.show(look)
  }

  protected override onJoined(): void {
    super.onJoined()
    const meetingSession = this.meetingSessionSummary()
    this.emit('meeting-session-summary-updated', { meetingSession })
    this.emit('meeting-session-updated', { meetingSession })
    this.emit('meeting-session-state-updated', { meetingSessionState: this.meetingSessionState() })
  }
}
