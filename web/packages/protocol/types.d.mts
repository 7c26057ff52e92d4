export function types(): Promise<string>
export function asyncapi(): Promise<string>
