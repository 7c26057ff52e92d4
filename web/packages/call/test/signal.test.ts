import { expect, test } from 'vitest'
import { parseSignal } from '../src/signal'

const ADA = { id: 'r', user_id: 'tavus-replica-r', user_name: 'Ada', kind: 'replica', joined_at: 7.5 }
const READ = { id: 'r', userId: 'tavus-replica-r', userName: 'Ada', kind: 'replica', joinedAt: 7.5, sending: [] as string[] }

test.each([
  [{ type: 'welcome', participant_id: 'me', participants: [ADA] }, { type: 'welcome', participantId: 'me', participants: [READ] }],
  [{ type: 'participant-joined', participant: ADA }, { type: 'participant-joined', participant: READ }],
  [
    { type: 'participant-updated', participant: { ...ADA, sending: ['camera', 'smell', 3] } },
    { type: 'participant-updated', participant: { ...READ, sending: ['camera'] } },
  ],
  [{ type: 'answer', sdp: 'v=0' }, { type: 'answer', sdp: 'v=0' }],
  [{ type: 'participant-left', participant_id: 'r', reason: 'left' }, { type: 'participant-left', participantId: 'r', reason: 'left' }],
  [{ type: 'ping', n: 3 }, { type: 'ping', n: 3 }],
  [{ type: 'closed', reason: 'room closed' }, { type: 'closed', reason: 'room closed' }],
  [{ type: 'error', message: 'not JSON' }, { type: 'error', message: 'not JSON' }],
])('%o is understood', (wire, message) => {
  expect(parseSignal(JSON.stringify(wire))).toEqual(message)
})

test.each([
  ['an unknown type', '{"type":"later-invention"}'],
  ['a ping without a number', '{"type":"ping"}'],
  ['a participant without an id', '{"type":"participant-joined","participant":{"user_name":"x"}}'],
  ['a list', '[]'],
  ['broken JSON', '{'],
  ['bytes', new ArrayBuffer(1)],
])('%s is passed over', (_, text) => {
  expect(parseSignal(text)).toBeNull()
})

test('a welcome with a broken list of participants still welcomes', () => {
  expect(parseSignal('{"type":"welcome","participant_id":"me","participants":[1,{"id":""}]}')).toEqual({
    type: 'welcome',
    participantId: 'me',
    participants: [],
  })
})
