import { expect, test } from 'vitest'
import { EmbedProblem } from '../src/problem'
import { sourceOf } from '../src/source'

const BASE = 'https://shop.example/shoes/'

function read(attributes: Record<string, string>): ReturnType<typeof sourceOf> {
  return sourceOf((name) => attributes[name] ?? null, BASE)
}

function codeOf(attributes: Record<string, string>): string {
  try {
    read(attributes)
    return ''
  } catch (error) {
    return error instanceof EmbedProblem ? error.code : String(error)
  }
}

test('a conversation that is there goes before one that is to be made', () => {
  expect(read({ 'conversation-url': 'https://calls.example/c1', 'start-url': '/start' })).toEqual({
    kind: 'made',
    url: 'https://calls.example/c1',
    token: '',
  })
})

test('a private conversation’s token is an attribute, or comes with the link, whose query goes', () => {
  const made = { kind: 'made', url: 'https://calls.example/c1', token: 'secret' }
  expect(read({ 'conversation-url': 'https://calls.example/c1/?t=secret&join=1' })).toEqual(made)
  expect(read({ 'conversation-url': 'https://calls.example/c1?t=other', token: 'secret' })).toEqual(made)
})

test('a start URL is the page’s own, and gets the attributes in the REST API’s names', () => {
  const attributes = {
    'start-url': '/start',
    'conversational-context': 'Looks at shoes.',
    'custom-greeting': '',
    'memory-stores': ' ada , shop,',
  }
  expect(read(attributes)).toEqual({
    kind: 'start',
    url: 'https://shop.example/start',
    body: { conversational_context: 'Looks at shoes.', custom_greeting: '', memory_stores: ['ada', 'shop'] },
  })
  expect(read({ 'start-url': '/start' })).toMatchObject({ body: {} })
})

test.each([
  [{}, 'no-conversation'],
  [{ 'deployment-id': 'd1' }, 'deployment-unsupported'],
  [{ 'deployment-id': '' }, 'deployment-unsupported'],
  [{ 'conversation-url': 'javascript:alert(1)' }, 'bad-url'],
  [{ 'conversation-url': 'data:text/html,x' }, 'bad-url'],
  [{ 'start-url': 'https://' }, 'bad-url'],
])('%o is refused as %s', (attributes, code) => {
  expect(codeOf(attributes)).toBe(code)
})

test('an endpoint may be given beside a deployment', () => {
  expect(codeOf({ 'deployment-id': 'd1', 'start-url': '/start' })).toBe('')
})
