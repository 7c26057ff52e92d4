import { CallProblem, splitToken } from '@visavis/call'
import { type Change, changes, type People } from '../changes'
import type { Line, LineJoin, LineView } from '../line/line'
import { checkSize, targets } from '../messages'
import { asDaily, asParticipants, fingerprint } from '../participants'
import { cameraError, fatalError, type Trouble } from '../problems'
import { conversationIdOf } from '../room'
import type { DailyMeetingState } from '../types/events'
import type {
  DailyAccess,
  DailyAccessRequest,
  DailyAccessState,
  DailyParticipant,
  DailyParticipantCounts,
  DailyParticipantsObject,
} from '../types/participants'
import type { DailyCallOptions, DailyFactoryOptions, DailyLoadOptions } from '../types/settings'
import { NeverMethods } from './never'

const FULL: DailyAccess = { level: 'full' }

/** Joining and leaving, who is there, and messages. */
export abstract class Meeting extends NeverMethods {
  properties: DailyFactoryOptions
  protected readonly line: Line
  protected readonly placeholder: string = crypto.randomUUID()
  #state: DailyMeetingState = 'new'
  #destroyed = false
  #people: People = new Map()
  #prints = new Map<string, string>()
  #userName = ''
  #userData: unknown
  #known = false
  #joining: Promise<DailyParticipantsObject | undefined> | null = null

  constructor(line: Line, properties: DailyFactoryOptions) {
    super()
    this.line = line
    this.properties = properties
    line.on('view', (view) => this.#onView(view))
    line.on('message', ({ from, data }) => this.onMessage(from, data))
    line.on('complaint', (complaint) => console.warn(complaint))
    line.on('device', (trouble) => this.emit('camera-error', cameraError([trouble])))
  }

  async load(properties: DailyLoadOptions = {}): Promise<void> {
    this.#alive()
    this.#take(properties)
    if (this.#state !== 'new' && this.#state !== 'left-meeting' && this.#state !== 'error') return
    this.#state = 'loading'
    this.emit('loading', {})
    try {
      await this.line.load(this.url())
    } catch (error) {
      const message = error instanceof Error ? error.message : ''
      this.emit('load-attempt-failed', { errorMsg: message })
      throw this.#fail(error, 'load')
    }
    this.#state = 'loaded'
    this.emit('loaded', {})
  }

  async preAuth(properties: DailyCallOptions = {}): Promise<{ access: DailyAccess }> {
    await this.load(properties)
    this.showSelf()
    return { access: FULL }
  }

  /** Settles with everybody in the room. Devices open meanwhile; a device that fails costs only itself. */
  join(properties: DailyCallOptions = {}): Promise<DailyParticipantsObject | undefined> {
    if (this.#state === 'joined-meeting' || this.#joining) {
      console.warn('already joined meeting, call leave() before joining again')
      return Promise.resolve(undefined)
    }
    const joining = this.#join(properties).finally(() => (this.#joining = null))
    this.#joining = joining
    return joining
  }

  leave(): Promise<void> {
    if (this.#state === 'joined-meeting' || this.#state === 'joining-meeting') this.line.leave()
    if (this.#state !== 'new' && this.#state !== 'left-meeting' && this.#state !== 'error') this.#ended('left-meeting')
    return Promise.resolve()
  }

  async destroy(): Promise<void> {
    if (this.#destroyed) return
    await this.leave()
    this.#destroyed = true
    this.line.close()
    this.#forget()
    this.emit('call-instance-destroyed', {})
  }

  isDestroyed(): boolean {
    return this.#destroyed
  }

  meetingState(): DailyMeetingState {
    return this.#state
  }

  accessState(): DailyAccessState {
    return { access: this.#state === 'joined-meeting' ? FULL : 'unknown' }
  }

  requestAccess(_access: DailyAccessRequest): Promise<{ access: DailyAccess; granted: boolean }> {
    return Promise.resolve({ access: FULL, granted: true })
  }

  participants(): DailyParticipantsObject {
    return asParticipants(this.#people.values())
  }

  participantCounts(): DailyParticipantCounts {
    return { present: this.#state === 'joined-meeting' ? this.#people.size : 0, hidden: 0 }
  }

  sendAppMessage(data: unknown, to: string | string[] = '*'): this {
    this.needJoined('sendAppMessage()')
    checkSize(data, this.properties.dailyConfig?.maxAppMessageSize)
    for (const id of targets(to)) this.line.send(data, id)
    return this
  }

  setUserName(name: string, _options?: { thisMeetingOnly?: boolean }): Promise<{ userName: string }> {
    this.#userName = name
    this.properties = { ...this.properties, userName: name }
    this.look()
    return Promise.resolve({ userName: name })
  }

  setUserData(data: unknown): Promise<{ userData: unknown }> {
    this.#userData = structuredClone(data)
    this.look()
    return Promise.resolve({ userData: data })
  }

  /** One's own participant; null before there is one. */
  protected local(): DailyParticipant | null {
    return [...this.#people.values()].find(({ local }) => local) ?? null
  }

  protected url(): string {
    return splitToken(this.properties.url ?? '', window.location.href).url
  }

  protected conversationId(): string {
    return conversationIdOf(this.url())
  }

  protected needJoined(method: string): void {
    if (this.#state !== 'joined-meeting') throw new Error(`${method} only supported after join.`)
  }

  protected report(troubles: readonly Trouble[]): void {
    if (troubles.length > 0) this.emit('camera-error', cameraError(troubles))
  }

  /** Oneself counts as present from now on, in the room or not. */
  protected showSelf(): void {
    this.#known = true
    this.look()
  }

  protected onMessage(from: string, data: unknown): void {
    this.emit('app-message', { data, fromId: from })
  }

  /** Opens the devices that joining asks for. */
  protected abstract openDevices(): Promise<void>
  protected abstract subscribed(id: string): boolean | 'staged'
  protected abstract onJoined(): void
  protected abstract onChange(change: Change): void
  protected abstract onOver(): void
  protected abstract onConnection(connected: boolean): void

  /** Compares the room with how it was and tells the difference. */
  protected look(): void {
    const count = this.#people.size
    this.#tell(this.#compare())
    if (count === this.#people.size || this.#state !== 'joined-meeting') return
    this.emit('participant-counts-updated', { participantCounts: this.participantCounts() })
  }

  #compare(): Change[] {
    const before = this.#people
    const after = new Map<string, DailyParticipant>()
    const prints = new Map<string, string>()
    const shown = this.#state === 'joined-meeting' ? this.line.view.participants : this.#selfOnly()
    for (const participant of shown) {
      const key = participant.local ? 'local' : participant.id
      const subscribed = (id: string): boolean | 'staged' => this.subscribed(id)
      const notes = { userName: this.#userName, userData: this.#userData, placeholder: this.placeholder, subscribed }
      const print = `${fingerprint(participant)}${JSON.stringify([participant.local && [notes.userName, notes.userData], subscribed(participant.id)])}`
      const old = before.get(key)
      prints.set(key, print)
      after.set(key, old && this.#prints.get(key) === print ? old : asDaily(participant, notes))
    }
    this.#people = after
    this.#prints = prints
    return changes(before, after)
  }

  #selfOnly(): LineView['participants'] {
    return this.#known ? this.line.view.participants.filter(({ local }) => local) : []
  }

  #tell(found: readonly Change[]): void {
    for (const change of found) {
      const { action, ...payload } = change
      this.emit(action, payload)
      this.onChange(change)
    }
  }

  async #join(properties: DailyCallOptions): Promise<DailyParticipantsObject | undefined> {
    this.#alive()
    this.#take(properties)
    if (!this.properties.url) throw new Error('No room URL has been provided')
    await this.load()
    // The state may have changed while loading: leave() or destroy() came between.
    if (this.meetingState() !== 'loaded') return undefined
    this.#state = 'joining-meeting'
    this.emit('joining-meeting', {})
    const devices = this.openDevices()
    try {
      await this.line.join(this.#joinOptions())
    } catch (error) {
      if (this.meetingState() !== 'joining-meeting') return undefined
      throw this.#fail(error, 'join')
    }
    if (this.meetingState() !== 'joining-meeting') return undefined
    this.#enter()
    void devices
    return this.participants()
  }

  #enter(): void {
    this.#state = 'joined-meeting'
    this.#known = true
    // Those who are there already are listed by joined-meeting, and their tracks start after it.
    const found = this.#compare()
    this.emit('access-state-updated', { access: FULL })
    this.emit('joined-meeting', { participants: this.participants() })
    this.onJoined()
    this.emit('participant-counts-updated', { participantCounts: this.participantCounts() })
    this.#tell(found.filter((change) => change.action === 'track-started'))
  }

  #joinOptions(): LineJoin {
    const { url, token } = splitToken(this.properties.url ?? '', window.location.href)
    return {
      url,
      userName: this.properties.userName ?? '',
      token: this.properties.token || token,
      iceServers: this.properties.dailyConfig?.iceConfig?.iceServers ?? [],
    }
  }

  #onView(view: LineView): void {
    if (this.#destroyed) return
    if (this.#state === 'joined-meeting') {
      if (view.state === 'left') {
        this.#closedByServer(view.reason)
        return
      }
      if (view.state === 'failed') {
        this.#fail(new CallProblem(view.problem ?? 'connection', view.reason), 'reconnect')
        return
      }
      this.onConnection(view.state === 'joined')
    }
    this.look()
  }

  /** As Daily tells of a room that is deleted under the call: an error, then left-meeting. */
  #closedByServer(reason: string): void {
    if (reason.startsWith('You left')) {
      this.#ended('left-meeting')
      return
    }
    this.emit('error', { errorMsg: 'Meeting has ended', error: { type: 'ejected', msg: reason } })
    this.#ended('error')
  }

  #fail(error: unknown, on: 'load' | 'join' | 'reconnect'): Error {
    const problem = error instanceof CallProblem ? error : null
    const message = error instanceof Error ? error.message : 'The call could not be joined.'
    const wasIn = this.#state === 'joined-meeting'
    this.#state = 'error'
    this.emit('error', { errorMsg: message, error: fatalError(problem?.kind ?? null, message, on) })
    if (wasIn) this.#ended('error')
    else this.#forget()
    return error instanceof Error ? error : new Error(message)
  }

  #ended(state: 'left-meeting' | 'error'): void {
    this.#state = state
    this.#forget()
    this.emit('left-meeting', {})
  }

  #forget(): void {
    this.#known = false
    this.onOver()
    const before = this.#people
    this.#people = new Map()
    this.#prints = new Map()
    const gone = changes(before, this.#people)
    this.#tell(gone.filter(({ action }) => action === 'track-stopped'))
  }

  #take(properties: DailyCallOptions): void {
    this.properties = { ...this.properties, ...properties }
    if (properties.userName !== undefined) this.#userName = properties.userName
    if (properties.userData !== undefined) this.#userData = properties.userData
  }

  #alive(): void {
    if (this.#destroyed) throw new Error('Use after destroy: make a new call object.')
  }
}
