import { expect, test } from 'vitest'
import { checkSize, targets } from '../src/messages'
import { cameraError, fatalError, type Trouble } from '../src/problems'

test.each([
  ['not-found', 'no-room'],
  ['ended', 'exp-room'],
  ['full', 'meeting-full'],
  ['refused', 'not-allowed'],
  ['expired', 'exp-token'],
  ['unreachable', 'connection-error'],
  ['server', 'connection-error'],
  [null, 'connection-error'],
] as const)('a problem of kind %s is a %s', (kind, type) => {
  expect(fatalError(kind, 'words', 'join')).toMatchObject({ type, msg: 'words' })
})

const trouble = (device: 'audio' | 'video', problem: Trouble['problem']): Trouble => ({ device, problem, message: device })

test.each([
  [[trouble('audio', 'denied'), trouble('video', 'denied')], { type: 'permissions', blockedBy: 'user', blockedMedia: ['audio', 'video'] }],
  [[trouble('video', 'embedded')], { type: 'permissions', blockedBy: 'browser', blockedMedia: ['video'] }],
  [[trouble('video', 'missing')], { type: 'not-found', missingMedia: ['video'] }],
  [[trouble('audio', 'busy')], { type: 'mic-in-use' }],
  [[trouble('video', 'busy')], { type: 'cam-in-use' }],
  [[trouble('audio', 'busy'), trouble('video', 'busy')], { type: 'cam-mic-in-use' }],
  [[trouble('audio', 'insecure')], { type: 'undefined-mediadevices' }],
  [[trouble('audio', 'unsupported')], { type: 'unknown' }],
])('devices that fail are one camera-error', (troubles, expected) => {
  expect(cameraError(troubles).error).toMatchObject(expected)
})

test('a camera-error says which device is well', () => {
  expect(cameraError([trouble('video', 'missing')]).errorMsg).toMatchObject({ audioOk: true, videoOk: false })
})

test('the limit of messages counts characters of JSON, in Daily’s words', () => {
  expect(() => checkSize('x'.repeat(4094), 4096)).not.toThrow()
  expect(() => checkSize('x'.repeat(4095), 4096)).toThrow('Message data too large. Max size is 4096')
  expect(() => checkSize('x'.repeat(4095), undefined)).toThrow('Max size is 4096')
  expect(() => checkSize('x'.repeat(9999), 10_001)).not.toThrow()
  expect(() => checkSize(undefined, 4096)).not.toThrow()
})

test('a message goes to one, to some or to all', () => {
  expect(targets('*')).toEqual(['*'])
  expect(targets(['a', 'b'])).toEqual(['a', 'b'])
})
