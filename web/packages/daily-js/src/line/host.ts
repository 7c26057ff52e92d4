import { CallProblem } from '@visavis/call'
import type { Line } from './line'
import { CONNECT, type FrameLook, type Order, READY, type Word, withoutTracks } from './wire'

/**
 * The frame's side of a FrameLine: serves `line` to the page around this one. That page knows the conversation's
 * URL, which is all one needs to join, so whoever embeds may steer; microphone and camera it gets only by the
 * browser's own leave. `show` carries out how it wants the page to look.
 */
export function serveFrame(line: Line, show: (look: FrameLook) => void): void {
  let port: MessagePort | null = null
  const say = (word: Word): void => port?.postMessage(word)
  line.on('view', (view) => say({ event: 'view', payload: withoutTracks(view) }))
  line.on('message', (payload) => say({ event: 'message', payload }))
  line.on('device', (payload) => say({ event: 'device', payload }))
  line.on('complaint', (payload) => say({ event: 'complaint', payload }))

  const obey = async (order: Order): Promise<void> => {
    try {
      say({ id: order.id, result: await carryOut(line, show, order) })
    } catch (error) {
      const message = error instanceof Error ? error.message : 'The page could not do this.'
      say({ id: order.id, problem: { kind: error instanceof CallProblem ? error.kind : 'connection', message } })
    }
  }
  window.addEventListener('message', ({ data, source, ports: [offered] }) => {
    if (data !== CONNECT || source !== window.parent || !offered) return
    port = offered
    port.addEventListener('message', (message: MessageEvent<Order>) => void obey(message.data))
    port.start()
    say({ event: 'view', payload: withoutTracks(line.view) })
  })
  window.parent.postMessage(READY, '*')
}

async function carryOut(line: Line, show: (look: FrameLook) => void, order: Order): Promise<unknown> {
  switch (order.name) {
    case 'join':
      await line.join(...order.args)
      return undefined
    case 'open':
      return line.open(...order.args)
    case 'share':
      return line.share(...order.args)
    case 'devices':
      return (await line.devices()).map((device) => device.toJSON() as unknown)
    case 'report':
      return line.report()
    case 'levels':
      return line.levels()
    case 'show':
      show(...order.args)
      return undefined
    case 'send':
      line.send(...order.args)
      return undefined
    case 'shut':
      line.shut(...order.args)
      return undefined
    case 'mute':
      line.mute(...order.args)
      return undefined
    case 'setSpeaker':
      line.setSpeaker(...order.args)
      return undefined
    case 'leave':
    case 'stopSharing':
    case 'stopLevels':
      line[order.name]()
      return undefined
  }
}
