import type { Perception } from './perception'

/** What is on: only that is seen and heard. */
export interface Open {
  readonly camera: boolean
  readonly microphone: boolean
  /** A screen is shared. */
  readonly screen?: boolean
}

/** What is seen now. What a shared screen shows is read by a vision model only. */
export function seenOf({ vision, elsewhere }: Perception, { camera, screen = false }: Open): string[] {
  return [vision && camera ? 'you' : '', elsewhere && screen ? 'your screen' : ''].filter((what) => what !== '')
}

/** The sign in a few words: what the replica sees and hears now or, before joining, would. */
export function signWords(perception: Perception, name: string, open: Open, joined = true): string {
  const seen = seenOf(perception, open)
  const heard = perception.voice && open.microphone
  const [sees, hears, not] = joined ? ['sees', 'hears', 'does not'] : ['will see', 'will hear', 'will not']
  const told = joined ? 'hears' : 'hear'
  if (seen.length > 0) {
    const and = seen.length > 1 ? ', and' : ' and'
    return `${name} ${sees} ${seen.join(' and ')}${heard ? `${and} ${told} how you sound` : ''}`
  }
  if (!perception.vision) return heard ? `${name} ${hears} how you sound` : `${name} ${not} hear how you sound`
  return `${name} ${not} see you${heard ? `, but ${hears} how you sound` : ''}`
}

/** What the sign means, one thing a sentence. */
export function noticeWords(perception: Perception, name: string): string[] {
  const { vision, voice, elsewhere, frames, emotionRecognition } = perception
  return [
    vision ? looks(emotionRecognition !== 'off') : '',
    vision ? 'Pictures are in memory for a moment, and none is stored.' : '',
    vision && elsewhere ? ELSEWHERE : '',
    vision && frames ? 'When a tool is called because of what you do, the programs in this call are shown the picture of it.' : '',
    voice
      ? 'While your microphone is on, how you sound is measured: pitch, loudness, pace and pauses.'
      : 'Your words are understood; how you sound is not analysed.',
    EMOTIONS[emotionRecognition](name),
    `What was noticed goes to ${name}’s language model in words, and is kept with the conversation.`,
    vision ? 'Turn your camera off, and you are not seen.' : '',
  ].filter((words) => words !== '')
}

function looks(expressions: boolean): string {
  const face = expressions ? ', what the face does' : ''
  return `While your camera is on, its picture is looked at: who is there, where they look${face}, and the light.`
}

const ELSEWHERE =
  'Pictures, also of a screen that you share, are sent to another service, where a vision model looks at them.'

const EMOTIONS: Record<Perception['emotionRecognition'], (name: string) => string> = {
  full: (name) => `Emotion recognition is on: ${name} may read your face and your voice.`,
  limited: () => 'Emotion recognition is limited: what your face does is told, not what you may feel.',
  off: () => 'Emotion recognition is off: expressions are not read.',
}
