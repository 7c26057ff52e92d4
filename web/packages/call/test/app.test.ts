import { expect, test } from 'vitest'
import { frameAppMessage, MAX_PAYLOAD_BYTES, parseAppMessage } from '../src/app'

test('a frame carries the addressee and the payload', () => {
  expect(JSON.parse(frameAppMessage({ a: [1, 'ü'] }, '*'))).toEqual({ to: '*', data: { a: [1, 'ü'] } })
})

test('a payload of 255 KiB passes and one more byte is refused with its size', () => {
  const exact = 'x'.repeat(MAX_PAYLOAD_BYTES - 2)
  expect(new TextEncoder().encode(frameAppMessage(exact, '*')).byteLength).toBeLessThanOrEqual(256 * 1024)
  expect(() => frameAppMessage(`${exact}x`, '*')).toThrow(`${MAX_PAYLOAD_BYTES + 1} bytes`)
})

test('the limit counts bytes, not characters', () => {
  expect(() => frameAppMessage('ü'.repeat(MAX_PAYLOAD_BYTES / 2), '*')).toThrow(RangeError)
})

test('a value without a JSON form is refused', () => {
  expect(() => frameAppMessage(undefined, '*')).toThrow(TypeError)
})

test('a message is read with its sender', () => {
  expect(parseAppMessage('{"from":"p1","data":null}')).toEqual({ from: 'p1', data: null })
})

test.each([['{"from":"p1"}'], ['[]'], ['no json'], [new ArrayBuffer(2)], ['null']])('%s is no message', (text) => {
  expect(parseAppMessage(text)).toBeNull()
})
