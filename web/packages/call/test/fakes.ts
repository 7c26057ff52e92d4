import { vi } from 'vitest'

/** A data channel whose other end is the test. */
export class FakeChannel extends EventTarget {
  readyState = 'connecting'
  readonly sent: unknown[] = []
  readonly label: string

  constructor(label: string) {
    super()
    this.label = label
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }

  receive(message: object): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }))
  }
}

/** A peer connection that does as it is told; `all` holds every one made, oldest first. */
export class FakeConnection extends EventTarget {
  static all: FakeConnection[] = []

  connectionState = 'new'
  iceGatheringState = 'complete'
  localDescription: { sdp: string } | null = null
  closed = false
  readonly channels = new Map<string, FakeChannel>()
  readonly senders: { kind: string; track: unknown; replaceTrack: (track: unknown) => Promise<void> }[] = []
  readonly configuration: RTCConfiguration

  constructor(configuration: RTCConfiguration) {
    super()
    this.configuration = configuration
    FakeConnection.all.push(this)
  }

  static get last(): FakeConnection {
    const last = FakeConnection.all.at(-1)
    if (!last) throw new Error('no connection was made')
    return last
  }

  createDataChannel(label: string): FakeChannel {
    const channel = new FakeChannel(label)
    this.channels.set(label, channel)
    return channel
  }

  addTransceiver(kind: string): { sender: unknown } {
    const sender = {
      kind,
      track: null as unknown,
      replaceTrack: (track: unknown): Promise<void> => {
        sender.track = track
        return Promise.resolve()
      },
    }
    this.senders.push(sender)
    return { sender }
  }

  createOffer(): Promise<object> {
    return Promise.resolve({ type: 'offer', sdp: 'offer' })
  }

  setLocalDescription(): Promise<void> {
    this.localDescription = { sdp: 'offer with candidates' }
    return Promise.resolve()
  }

  setRemoteDescription(): Promise<void> {
    return Promise.resolve()
  }

  close(): void {
    this.closed = true
  }

  channel(name: 'app' | 'signal'): FakeChannel {
    const channel = this.channels.get(`visavis.${name}`)
    if (!channel) throw new Error(`the client made no ${name} channel`)
    return channel
  }

  /** Opens the channels and welcomes the client. */
  welcome(): void {
    for (const channel of this.channels.values()) channel.readyState = 'open'
    this.channel('signal').receive({ type: 'welcome', participant_id: 'me', participants: [{ id: 'me' }] })
  }
}

class FakeStream extends EventTarget {
  getTracks(): [] {
    return []
  }
}

/** Puts a browser's parts in place; returns the fetch that the test answers. */
export function fakeBrowser(): ReturnType<typeof vi.fn<typeof fetch>> {
  const request = vi.fn<typeof fetch>()
  FakeConnection.all = []
  vi.stubGlobal('RTCPeerConnection', FakeConnection)
  vi.stubGlobal('MediaStream', FakeStream)
  vi.stubGlobal('fetch', request)
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('window', Object.assign(new EventTarget(), { location: { href: 'https://v.example/' } }))
  return request
}
