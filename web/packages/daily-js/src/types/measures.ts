/** Figures of the network and the processor, in Daily's shapes. Bits per second, seconds; null: unknown. */

export type NetworkStateReason = 'sendPacketLoss' | 'recvPacketLoss' | 'roundTripTime' | 'availableOutgoingBitrate'

type Direction = 'Recv' | 'Send'
type PerKind<Figure extends string> = Record<`${'video' | 'audio'}${Direction}${Figure}`, number | null>

export interface DailyNetworkStatsData {
  latest: {
    timestamp: number
    recvBitsPerSecond: number | null
    sendBitsPerSecond: number | null
    availableOutgoingBitrate: number | null
    networkRoundTripTime: number | null
    totalSendPacketLoss: number | null
    totalRecvPacketLoss: number | null
  } & PerKind<'BitsPerSecond' | 'PacketLoss' | 'Jitter'>
  worstVideoRecvPacketLoss: number
  worstVideoSendPacketLoss: number
  worstAudioRecvPacketLoss: number
  worstAudioSendPacketLoss: number
  worstVideoRecvJitter: number
  worstVideoSendJitter: number
  worstAudioRecvJitter: number
  worstAudioSendJitter: number
  averageNetworkRoundTripTime: number
}

export interface DailyNetworkStats {
  networkState: 'good' | 'warning' | 'bad' | 'unknown'
  networkStateReasons: NetworkStateReason[]
  stats: Record<string, never> | DailyNetworkStatsData
  threshold: 'good' | 'low' | 'very-low'
  quality: number
}

export type CpuLoadState = 'low' | 'high'
export type CpuLoadReason = 'encode' | 'decode' | 'scheduleDuration' | 'none'

export interface CpuInboundVideo {
  trackId: string
  ssrc: number
  frameWidth: number
  frameHeight: number
  fps: number
  frameDecodeTimeSec: number
  interFrameDelayStandardDeviation: number
  cpuUsageBasedOnTargetDecode: number
}

export interface DailyCpuLoadStats {
  cpuLoadState: CpuLoadState
  cpuLoadStateReason: CpuLoadReason
  stats: {
    latest: {
      timestamp: number
      scheduleDuration: number
      frameEncodeTimeSec: number
      targetEncodeFrameRate: number
      targetDecodeFrameRate: number
      targetScheduleDuration: number
      cpuUsageBasedOnTargetEncode: number
      cpuUsageBasedOnGlobalDecode: number
      cpuPressureState: 'nominal' | 'fair' | 'serious' | 'critical' | null
      avgFrameDecodeTimeSec: number
      avgInterFrameDelayStandardDeviation: number
      totalReceivedVideoTracks: number
      cpuInboundVideoStats: CpuInboundVideo[]
    }
  }
}

export interface DailyParticipantsAudioLevel {
  [participantId: string]: number
}

export interface DailyCallQualityTestData {
  maxRoundTripTime: number | null
  avgRoundTripTime: number | null
  avgSendPacketLoss: number | null
  avgAvailableOutgoingBitrate: number | null
  avgSendBitsPerSecond: number | null
}
export type DailyCallQualityTestResults =
  | { result: 'good' | 'warning' | 'bad'; data: DailyCallQualityTestData; secondsElapsed: number }
  | { result: 'aborted'; secondsElapsed: number }
  | { result: 'failed'; errorMsg: string; secondsElapsed: number }
