import { readFile } from 'node:fs/promises'
import { Parser } from '@asyncapi/parser'
import { expect, test } from 'vitest'
import type { Event, Interaction, Webhook } from '../src'
import { asyncapi, types } from '../types.mjs'

const severities = (diagnostics: readonly { severity: number }[]) => diagnostics.map((one) => one.severity)

test('the AsyncAPI document is valid', async () => {
  const { document, diagnostics } = await new Parser().parse(await asyncapi())
  expect(severities(diagnostics).filter((severity) => severity < 2)).toEqual([])
  expect(document?.operations().all().length).toBe(3)
  expect(document?.messages().all().length).toBeGreaterThan(40)
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
  const last = (webhook: Webhook): string | undefined =>
    webhook.event_type === 'application.transcription_ready'
      ? webhook.properties.transcript.at(-1)?.content
      : undefined
  const webhook: Webhook = {
    message_type: 'application',
    event_type: 'application.transcription_ready',
    conversation_id: 'c1',
    webhook_url: 'https://example.org/hook',
    timestamp: '2026-06-01T12:00:00.000000Z',
    properties: { replica_id: 'r1', transcript: [{ role: 'assistant', content: 'Bye.' }] },
  }
  expect(said(event)).toBe('Hello.')
  expect(last(webhook)).toBe('Bye.')
  expect(interaction.properties.text).toBe('Hello?')
})
