import type { DailyFactoryOptions } from './types/settings'

interface Instance {
  readonly callClientId: string
}

const instances = new Map<string, Instance>()

/** Daily allows one call at a time unless told otherwise. */
export function register(call: Instance, { allowMultipleCallInstances, strictMode = true }: DailyFactoryOptions): void {
  if (instances.size > 0 && !allowMultipleCallInstances) {
    if (strictMode) throw new Error('Duplicate DailyIframe instances are not allowed')
    console.warn('strictMode: false is old; set allowMultipleCallInstances: true for more than one call.')
  }
  instances.set(call.callClientId, call)
}

export function release(call: Instance): void {
  instances.delete(call.callClientId)
}

/** The call of this id, or the first that lives. */
export function instance(callClientId?: string): Instance | undefined {
  return callClientId === undefined ? instances.values().next().value : instances.get(callClientId)
}
