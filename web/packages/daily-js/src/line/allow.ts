/** What a call's page in a frame may need of the page around it: the iframe's `allow`. */
export const ALLOW =
  'microphone; camera; autoplay; display-capture; screen-wake-lock; compute-pressure; speaker-selection; fullscreen'
