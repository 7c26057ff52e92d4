const WORDS: readonly [RegExp, string][] = [
  [/max_call_duration/, 'The time for this conversation is up.'],
  [/participant_left/, 'Everybody had left, so the conversation was closed.'],
  [/participant_absent/, 'Nobody joined in time, so the conversation was closed.'],
  [/end_conversation_endpoint_hit|^ended$/, 'The host ended the conversation.'],
  [/room_has_been_deleted|^deleted$/, 'The host deleted the conversation.'],
  [/exception_encountered_during_conversation_startup|could_not_join/, 'The replica could not start. Ask for a new link.'],
  [/^replaced$/, 'You joined from another place, so the call ended here.'],
  [/worker|internal.error/i, 'Something broke on the server and the call ended. Ask for a new link.'],
  [/server.*(stop|shut)|shutting.down/i, 'The server is shutting down. Try again in a few minutes.'],
  [/^room closed$/, 'The conversation was closed.'],
]

/** Why a call ended, in words, from the server's `shutdown_reason` (PROTOCOL 5) or a channel's reason. */
export function endWords(reason: string): string {
  const known = WORDS.find(([pattern]) => pattern.test(reason))
  if (known) return known[1]
  return reason ? `The conversation was closed: ${reason.replaceAll('_', ' ')}.` : 'The conversation has ended.'
}
