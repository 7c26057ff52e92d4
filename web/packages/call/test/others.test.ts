import { expect, test } from 'vitest'
import { everything, Others, type Want } from '../src/others'
import type { Participant } from '../src/participants'
import type { Source } from '../src/sources'

const want = (participantId: string, source: Source = 'microphone'): Want => ({ participantId, source })

function made(): { others: Others<string>; added: string[] } {
  const added: string[] = []
  const others = new Others((kind) => {
    added.push(kind)
    return `${kind} ${added.length}`
  })
  return { others, added }
}

test('each want has a section of its kind', () => {
  const { others, added } = made()
  expect(others.show([want('ann'), want('ann', 'camera')])).toEqual({ changed: true, added: true })
  expect(added).toEqual(['audio', 'video'])
  expect(others.find('ann', 'camera')?.transceiver).toBe('video 2')
  expect(others.show([want('ann'), want('ann', 'camera')])).toEqual({ changed: false, added: false })
})

test('the section of one who left is used for the next, and nobody else moves', () => {
  const { others } = made()
  others.show([want('ann'), want('bob')])
  const kept = others.find('bob', 'microphone')
  expect(others.show([want('bob'), want('eve')])).toEqual({ changed: true, added: false })
  expect(others.find('bob', 'microphone')).toBe(kept)
  expect(others.find('eve', 'microphone')?.transceiver).toBe('audio 1')
  expect(others.show([])).toEqual({ changed: true, added: false })
  expect(others.find('eve', 'microphone')).toBeNull()
})

test('everything is what other people send, the replica and oneself aside', () => {
  const person = (id: string, kind: Participant['kind'], sending: Source[]): Participant => ({
    id,
    userId: '',
    userName: '',
    kind,
    joinedAt: 0,
    sending,
  })
  const people = [
    person('replica', 'replica', ['microphone']),
    person('me', 'person', ['microphone']),
    person('ann', 'person', ['microphone', 'screen']),
  ]
  expect(everything(people, 'me')).toEqual([want('ann'), want('ann', 'screen')])
})
