import { expect, test } from 'vitest'
import { readParams } from '../src/params'

test('a bare address shows the lobby with both devices', () => {
  expect(readParams('https://v.example/c1')).toEqual({
    conversationUrl: 'https://v.example/c1',
    token: '',
    userName: '',
    join: false,
    microphone: true,
    camera: true,
    captions: null,
    panel: false,
    frame: false,
  })
})

test('an embed says how it wants the page', () => {
  const params = readParams('https://v.example/base/c1/?t=a.b.c&join=1&name=Ada%20L&mic=0&camera=off&captions=false&panel')
  expect(params).toEqual({
    conversationUrl: 'https://v.example/base/c1',
    token: 'a.b.c',
    userName: 'Ada L',
    join: true,
    microphone: false,
    camera: false,
    captions: false,
    panel: true,
    frame: false,
  })
})

test('captions that the address asks for are shown whatever the conversation has', () => {
  expect(readParams('https://v.example/c1?captions=1')).toMatchObject({ captions: true })
})

test('the other names of two settings are understood', () => {
  expect(readParams('https://v.example/c1?autojoin=1&user_name=Bo')).toMatchObject({ join: true, userName: 'Bo' })
})
