import { readFile } from 'node:fs/promises'
import { Parser } from '@asyncapi/parser'
import { expect, test } from 'vitest'
import type { Event, Interaction } from '../src'
import { asyncapi, types } from '../types.mjs'

const severities = (diagnostics: readonly { severity: number }[]) => diagnostics.map((one) => one.severity)

test('the AsyncAPI document is valid', async () => {
  const { document, diagnostics } = await new Parser().parse(await asyncapi())
  expect(severities(diagnostics).filter((severity) => severity < 2)).toEqual([])
  expect(document?.operations().all().length).toBe(2)
  expect(document?.messages().all().length).toBeGreaterThan(30)
}, 30_000)

test('a broken AsyncAPI document is not', async () => {
  const broken = JSON.parse(await asyncapi()) as Record<string, unknown>
  delete broken['info']
  const { diagnostics } = await new Parser().parse(JSON.stringify(broken))
  expect(severities(diagnostics)).toContain(0)
}, 30_000)

test('the types are fresh: else run `make spec`', async () => {
  const committed = await readFile(new URL('../src/index.ts', import.meta.url), 'utf8')
  expect(await types()).toBe(committed)
})

test('the type of a message follows from its event_type', () => {
  const said = (event: Event): string | undefined =>
    event.event_type === 'conversation.utterance' ? event.properties.speech : undefined
  const event: Event = {
    message_type: 'conversation',
    event_type: 'conversation.utterance',
    conversation_id: 'c1',
    properties: { role: 'replica', speech: 'Hello.' },
  }
  const interaction: Interaction = {
    message_type: 'conversation',
    event_type: 'conversation.respond',
    properties: { text: 'Hello?' },
  }
  expect(said(event)).toBe('Hello.')
  expect(interaction.properties.text).toBe('Hello?')
})
