const values: Record<string, unknown> = {}
Object.assign(window, { shown: values })

/** Shows a value to the test. */
export function show(name: string, value: unknown): void {
  values[name] = value
}
