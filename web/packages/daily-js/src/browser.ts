import type { DailyBrowserInfo } from './types/settings'

/** Names and versions in user agents; the order matters, for most claim to be others too. */
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ['Microsoft Edge', /Edg(?:e|A|iOS)?\/([\d.]+)/],
  ['Opera', /OPR\/([\d.]+)/],
  ['Samsung Internet for Android', /SamsungBrowser\/([\d.]+)/],
  ['Firefox', /(?:Firefox|FxiOS)\/([\d.]+)/],
  ['Chrome', /(?:Chrome|HeadlessChrome|CriOS)\/([\d.]+)/],
  ['Safari', /Version\/([\d.]+).*Safari/],
]

/** What this browser is and can do. */
export function browserInfo(userAgent: string): DailyBrowserInfo {
  const [name, version] = nameOf(userAgent)
  const supported = typeof RTCPeerConnection !== 'undefined'
  return {
    supported,
    mobile: /Mobi|Android|iPhone|iPad/.test(userAgent),
    name,
    version,
    supportsFullscreen: typeof document !== 'undefined' && document.fullscreenEnabled,
    supportsScreenShare: typeof navigator !== 'undefined' && canShareScreen(),
    supportsSfu: supported,
    supportsVideoProcessing: false,
    supportsAudioProcessing: supported,
  }
}

/** Without HTTPS browsers have no mediaDevices at all, whatever the declared type says. */
function canShareScreen(): boolean {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices }
  return mediaDevices !== undefined && 'getDisplayMedia' in mediaDevices
}

function nameOf(userAgent: string): [name: string, version: string] {
  for (const [name, pattern] of BROWSERS) {
    const version = pattern.exec(userAgent)?.[1]
    if (version) return [name, version]
  }
  return ['', '']
}
