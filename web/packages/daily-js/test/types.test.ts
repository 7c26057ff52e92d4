import type * as theirs from '@daily-co/daily-js'
import { expect, test } from 'vitest'
import type DailyOfOurs from '../src/index'
import type * as ours from '../src/index'
import type { DailyEventPayloads } from '../src/types/events'

/** Compiles only where a value of the one type can stand in for the other. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the types are the test
const standsIn = <Theirs>() => ({ by: <Ours extends Theirs>(): Ours | undefined => undefined })

// The generics of on, once and off cannot be compared; what they hand out is compared event by event below.
type Listening = 'on' | 'once' | 'off'

/** A call whose chaining methods return no more than some call. */
type Plain<Call> = {
  [Name in Exclude<keyof Call, Listening>]: Call[Name] extends (...given: infer Given) => { callClientId: string }
    ? (...given: Given) => void
    : Call[Name]
}

/** Of each event that we emit, whether its object is the one that Daily declares. */
type Events = {
  [Name in keyof DailyEventPayloads]: ours.DailyEventObject<Name> extends theirs.DailyEventObject<Name> ? true : Name
}

test('programs written against the declarations of @daily-co/daily-js compile', () => {
  standsIn<Plain<theirs.DailyCall>>().by<Plain<ours.DailyCall>>()
  standsIn<theirs.DailyCallStaticUtils>().by<typeof DailyOfOurs>()
  standsIn<theirs.DailyParticipant>().by<ours.DailyParticipant>()
  standsIn<ours.DailyParticipant>().by<theirs.DailyParticipant>()
  standsIn<ours.DailyInputSettings>().by<theirs.DailyInputSettings>()
  standsIn<theirs.DailyNetworkStats>().by<ours.DailyNetworkStats>()
  standsIn<theirs.DailyCpuLoadStats>().by<ours.DailyCpuLoadStats>()
  standsIn<Record<keyof DailyEventPayloads, true>>().by<Events>()
  expect(standsIn).toBeTypeOf('function')
})
