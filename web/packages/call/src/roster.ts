import { everything, type Want } from './others'
import type { Participant } from './participants'
import type { SignalMessage } from './signal'

/** Who is in the room, as the server's signals tell. */
export class Roster {
  /** Everybody in the room, the replica and this participant included. */
  participants: readonly Participant[] = []
  /** This participant's id in the room; empty until joined. */
  ownId = ''

  get replicaId(): string {
    return this.participants.find(({ kind }) => kind === 'replica')?.id ?? ''
  }

  /** Everything that other people send. */
  get offered(): Want[] {
    return everything(this.participants, this.ownId)
  }

  /** Takes in a signal; says whether it was about people. */
  follow(message: SignalMessage): boolean {
    switch (message.type) {
      case 'welcome':
        this.ownId = message.participantId
        this.participants = message.participants
        return true
      case 'participant-joined':
      case 'participant-updated':
        this.participants = [...this.#without(message.participant.id), message.participant]
        return true
      case 'participant-left':
        this.participants = this.#without(message.participantId)
        return true
      default:
        return false
    }
  }

  #without(participantId: string): Participant[] {
    return this.participants.filter(({ id }) => id !== participantId)
  }
}
