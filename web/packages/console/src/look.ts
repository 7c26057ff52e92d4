/** How an embedding page wants this one to look. */
export interface Look {
  readonly leaveButton: boolean
  readonly fullscreenButton: boolean
  readonly localVideo: boolean
  /** Null: as the user has it. */
  readonly panel: boolean | null
}

export const PLAIN: Look = { leaveButton: true, fullscreenButton: false, localVideo: true, panel: null }
