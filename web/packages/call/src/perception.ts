import { isObject, type JsonObject } from './json'

/** What a conversation looks at and listens for beside words; its page owes people a word about it. */
export interface Perception {
  /** Cameras are looked at. */
  readonly vision: boolean
  /** How somebody sounds is analysed. */
  readonly voice: boolean
  readonly emotionRecognition: 'full' | 'limited' | 'off'
  /** Pictures go to a vision model of another service. */
  readonly elsewhere: boolean
  /** A tool's call shows the picture that led to it to the programs in the call. */
  readonly frames: boolean
}

/** Reads it from a conversation's status; null: nothing is looked at. */
export function perceptionOf(status: JsonObject): Perception | null {
  const said = status['perception']
  if (!isObject(said)) return null
  const level = said['emotion_recognition']
  return {
    vision: said['vision'] === true,
    voice: said['voice'] === true,
    emotionRecognition: level === 'limited' || level === 'off' ? level : 'full',
    elsewhere: said['elsewhere'] === true,
    frames: said['frames'] === true,
  }
}
