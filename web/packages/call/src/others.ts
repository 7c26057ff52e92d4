import type { Participant } from './participants'
import { KIND_OF, type MediaKind, type Source } from './sources'

/** Somebody's source. */
export interface Want {
  readonly participantId: string
  readonly source: Source
}

/** A media section in which the server can show somebody, and whom it shows now. */
export interface Section<Transceiver> {
  readonly transceiver: Transceiver
  readonly kind: MediaKind
  want: Want | null
}

/** Which sections show whom. Sections are used again, so that people may come and go without end. */
export class Others<Transceiver> {
  readonly #sections: Section<Transceiver>[] = []
  readonly #add: (kind: MediaKind) => Transceiver

  /** @param add makes another section that receives. */
  constructor(add: (kind: MediaKind) => Transceiver) {
    this.#add = add
  }

  get sections(): readonly Section<Transceiver>[] {
    return this.#sections
  }

  find(participantId: string, source: Source): Section<Transceiver> | null {
    return this.#sections.find(({ want }) => want?.participantId === participantId && want.source === source) ?? null
  }

  /** Shows just these from now on. Says whether anything changed, and whether sections were added for it. */
  show(wants: readonly Want[]): { changed: boolean; added: boolean } {
    let changed = false
    let added = false
    for (const section of this.#sections) {
      if (!section.want || wants.some((want) => same(want, section.want))) continue
      section.want = null
      changed = true
    }
    for (const want of wants) {
      if (this.find(want.participantId, want.source)) continue
      const kind = KIND_OF[want.source]
      const free = this.#sections.find((section) => section.kind === kind && !section.want)
      if (free) free.want = want
      else this.#sections.push({ transceiver: this.#add(kind), kind, want })
      added ||= !free
      changed = true
    }
    return { changed, added }
  }
}

/** Everything that other people send. */
export function everything(people: readonly Participant[], ownId: string): Want[] {
  return people
    .filter(({ id, kind }) => kind === 'person' && id !== ownId)
    .flatMap(({ id, sending }) => sending.map((source) => ({ participantId: id, source })))
}

/** Whether both are one source of one person. */
export function same(one: Want, other: Want | null): boolean {
  return one.participantId === other?.participantId && one.source === other.source
}
